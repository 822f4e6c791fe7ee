/**
 * One sitemap from request to outcome: the XML of urlset and sitemapindex, or plain text with one URL a line.
 * Follows nothing. What the protocol does not allow but sites do is read as far as it makes sense: an unescaped
 * ampersand, a gzip file served as such, relative addresses.
 *
 * @see https://www.sitemaps.org/protocol.html
 */
import { Parser } from 'htmlparser2';
import { MIMEType } from 'whatwg-mimetype';
import type { Outcome, SitemapOutcome } from '#src/protocol/outcome.js';
import type { Holder } from '#src/protocol/holding.js';
import type { WorkerSettings } from '#src/protocol/settings.js';
import type { SitemapTask } from '#src/protocol/task.js';
import { FailureError, toFailure } from '#src/protocol/to-failure.js';
import { parseTarget, type Target } from '#src/url/canonicalise.js';
import { compileScope } from '#src/url/scope.js';
import type { ScopeJudge } from '#src/url/scope.js';
import { compileStripParams, type StripParams } from '#src/url/strip-params.js';
import { contentTypeOf, contentTypeText, kindOf, refusal } from './answer.js';
import type { Asker } from './asker.js';
import { codingsOf, decodeContent } from './content-coding.js';
import { decodeText } from './decode.js';
import type { Reply } from './exchange.js';
import { collectKeys, KeyLists, type Keys, type Nofollow } from './key-lists.js';
import { circumstances, redirectOf } from './visit.js';

/** The protocol's own limit, on the wire and decoded. */
const SITEMAP_BYTES = 50 * 1024 * 1024;
/** Twice what the protocol allows in one file: who has more must write an index. */
const MAX_ENTRIES = 100_000;
/** Far more elements in each other than any sitemap has; their number costs the parser its square. */
const MAX_NESTED = 10_000;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** What text there is outside an encoding is in UTF-8, as in any XML. */
const XML = new MIMEType('application/xml');

/** Reads sitemaps for one thread. */
export class SitemapReader {
  readonly #asker: Asker;
  readonly #holder: Holder;
  readonly #scope: ScopeJudge;
  readonly #strip: StripParams;

  constructor(settings: WorkerSettings, asker: Asker, holder: Holder) {
    this.#asker = asker;
    this.#holder = holder;
    this.#scope = compileScope(settings.rule);
    this.#strip = compileStripParams(settings.stripParams);
  }

  /** The outcome of reading one. Rejects with what made it a failure: pass it to `toFailure`. */
  async read(task: SitemapTask, onSetCookies: (lines: readonly string[]) => void): Promise<Outcome> {
    const reply = await this.#asker.ask(task, onSetCookies, (status, headers) =>
      isFile(status, headers) ? { take: 'all', maxBytes: SITEMAP_BYTES } : { take: 'none' },
    );
    // Which sitemaps are read is decided by who names them, not by scope.
    if (kindOf(reply.status, reply.headers) === 'redirect') return redirectOf(task, reply, () => 'inside');
    if (!isFile(reply.status, reply.headers)) throw refusal(reply.status, reply.headers);
    this.#asker.freeHost(task);
    return this.#holder.hold(task, () => this.#outcome(task, reply));
  }

  #outcome(task: SitemapTask, reply: Reply): SitemapOutcome {
    const { status, headers } = reply;
    try {
      const body = unpack(reply);
      const type = contentTypeOf(headers);
      const { pages, sitemaps } = parseSitemap(decodeText(body, type?.isXML() === true ? type : XML).text);
      const listed = keysOf(pages, task.url, this.#strip);
      return {
        kind: 'sitemap',
        ...circumstances(reply),
        status,
        contentType: contentTypeText(headers, type),
        bodyBytes: body.length,
        ...this.#sort(listed.keys.keys(), task.keepOutside),
        ...(listed.stripped > 0 ? { stripped: listed.stripped } : {}),
        sitemaps: [...keysOf(sitemaps, task.url, (target) => target).keys.keys()].join('\n'),
      };
    } catch (thrown) {
      throw new FailureError({ ...toFailure(thrown, 'decode'), status }, { cause: thrown });
    }
  }

  #sort(
    keys: Iterable<string>,
    keepOutside: boolean,
  ): Pick<SitemapOutcome, 'inside' | 'outside' | 'outsideHosts' | 'filtered'> {
    const lists = new KeyLists(keepOutside);
    for (const key of keys) lists.place(key, this.#scope.judge(key, null), 0);
    const { outsideHosts, filtered } = lists;
    return { inside: lists.inside[0], outside: lists.outside[0], outsideHosts, filtered };
  }
}

/** Any 2xx with a body, whatever its type: sitemaps are served under many. */
function isFile(status: number, headers: Reply['headers']): boolean {
  const kind = kindOf(status, headers);
  return kind === 'html' || kind === 'sniff' || (kind === 'other-type' && status !== 204 && status !== 205);
}

/** Content coding undone, and the gzip of a `.gz` file, told by its first bytes. */
function unpack({ body, headers }: Reply): Buffer {
  const decoded = decodeContent(body, codingsOf(headers), SITEMAP_BYTES);
  const isGzip = decoded.subarray(0, 2).equals(GZIP_MAGIC);
  return isGzip ? decodeContent(decoded, 'gzip', SITEMAP_BYTES) : decoded;
}

/** The distinct keys of addresses as written, and how many distinct ones of these `strip` changed. */
function keysOf(addresses: readonly string[], base: string, strip: StripParams): Keys {
  return collectKeys(targetsOf(new Set(addresses), base), strip);
}

function* targetsOf(
  addresses: Iterable<string>,
  base: string,
): Generator<readonly [Target | null, Nofollow]> {
  for (const address of addresses) yield [parseTarget(address, base), 0];
}

/** The addresses in a sitemap, as written. Any text is read; what is no sitemap has none. */
export function parseSitemap(text: string): {
  readonly pages: readonly string[];
  readonly sitemaps: readonly string[];
} {
  if (!/^\s*</.test(text)) return { pages: linesOf(text), sitemaps: [] };
  const found: { pages: string[]; sitemaps: string[] } = { pages: [], sitemaps: [] };
  const open: string[] = [];
  let address: string | null = null;
  const parser = new Parser(
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
        if (owner !== null && address !== null && !isImplied && address.trim() !== '') {
          found[owner].push(address.trim());
          if (found[owner].length > MAX_ENTRIES) throw tooManyEntries();
        }
        if (owner !== null) address = null;
        open.pop();
      },
    },
    { xmlMode: true },
  );
  parser.end(text);
  return found;
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

/** The text form: one absolute URL a line. Other text, an error page say, has none. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (const [line] of text.matchAll(/[^\r\n]+/g)) {
    const address = line.trim();
    if (/^https?:/i.test(address)) lines.push(address);
    if (lines.length > MAX_ENTRIES) throw tooManyEntries();
  }
  return lines;
}

function tooManyEntries(): FailureError {
  const message = `more than ${MAX_ENTRIES} entries; the protocol allows 50,000`;
  return new FailureError({ code: 'too-large', message });
}

function tooDeep(): FailureError {
  return new FailureError({ code: 'decode', message: `more than ${MAX_NESTED} elements in each other` });
}
