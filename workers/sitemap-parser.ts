/**
 * The addresses in a sitemap: the XML of urlset and sitemapindex, or plain text with one URL a line. Any text is read;
 * what is no sitemap has none.
 *
 * @see https://www.sitemaps.org/protocol.html
 */
import { Parser } from 'htmlparser2';
import { FailureError } from '#src/protocol/to-failure.js';

/** Twice what the protocol allows in one file: who has more must write an index. */
const MAX_ENTRIES = 100_000;
/** Far more elements in each other than any sitemap has; their number costs the parser its square. */
const MAX_NESTED = 1_000;

/** Addresses as written, in order. */
export interface SitemapEntries {
  readonly pages: readonly string[];
  readonly sitemaps: readonly string[];
}

/** What reads one of the two forms; `end` may find the last entries. */
interface Form {
  write(text: string): void;
  end(): void;
}

/** Reads one sitemap as its text comes in. */
export class SitemapParser {
  readonly #found = { pages: new Array<string>(), sitemaps: new Array<string>() };
  /** Null until the first character that is no white space. */
  #form: Form | null = null;

  /** @throws FailureError `too-large` for too many entries, `decode` for elements too deep in each other */
  write(text: string): void {
    this.#form ??= this.#formOf(text);
    this.#form?.write(text);
  }

  /** Call it once; throws as `write`. */
  end(): SitemapEntries {
    this.#form?.end();
    return this.#found;
  }

  #formOf(text: string): Form | null {
    const first = /\S/.exec(text)?.[0];
    if (first === undefined) return null;
    const add = (kind: 'pages' | 'sitemaps', address: string): void => {
      this.#found[kind].push(address);
      if (this.#found[kind].length > MAX_ENTRIES) throw tooManyEntries();
    };
    return first === '<' ? xmlForm(add) : new LineForm((address) => add('pages', address));
  }
}

function xmlForm(add: (kind: 'pages' | 'sitemaps', address: string) => void): Form {
  const open: string[] = [];
  let address: string | null = null;
  return new Parser(
    {
      onopentagname(name) {
        open.push(name);
        if (open.length > MAX_NESTED) throw tooDeep();
        if (ownerOf(open) !== null) address = '';
      },
      ontext(piece) {
        if (address !== null) address += piece;
      },
      onclosetag(_name, isImplied) {
        const owner = ownerOf(open);
        // An implied end is that of a file cut short: half an address is another address.
        if (owner !== null && address !== null && !isImplied && address.trim() !== '')
          add(owner, address.trim());
        if (owner !== null) address = null;
        open.pop();
      },
    },
    { xmlMode: true },
  );
}

/** Whether the innermost element is the `loc` of a page or a sitemap, not of its images and videos. */
function ownerOf(open: readonly string[]): 'pages' | 'sitemaps' | null {
  const [prefix, name] = splitName(open.at(-1) ?? '');
  const [ownerPrefix, owner] = splitName(open.at(-2) ?? '');
  if (name !== 'loc' || prefix !== ownerPrefix) return null;
  if (owner === 'url') return 'pages';
  return owner === 'sitemap' ? 'sitemaps' : null;
}

function splitName(name: string): readonly [prefix: string, local: string] {
  const colon = name.indexOf(':');
  return colon === -1 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** One absolute URL a line. Other text, an error page say, has none. */
class LineForm implements Form {
  readonly #add: (address: string) => void;
  /** The line that is not at its end yet. */
  #last = '';

  constructor(add: (address: string) => void) {
    this.#add = add;
  }

  write(text: string): void {
    const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
    if (end !== -1) {
      for (const line of (this.#last + text.slice(0, end)).split(/[\r\n]+/)) this.#read(line);
      this.#last = '';
    }
    this.#last += text.slice(end + 1);
  }

  end(): void {
    this.#read(this.#last);
  }

  #read(line: string): void {
    const address = line.trim();
    if (/^https?:/i.test(address)) this.#add(address);
  }
}

function tooManyEntries(): FailureError {
  const message = `more than ${MAX_ENTRIES} entries; the protocol allows 50,000`;
  return new FailureError({ code: 'too-large', message });
}

function tooDeep(): FailureError {
  return new FailureError({ code: 'decode', message: `more than ${MAX_NESTED} elements in each other` });
}
