/**
 * How a link is spelt. Most stand as MediaWiki writes them; some are absolute, some carry a fragment, and
 * some respell the same identity key – lower-case hex, raw UTF-8, an escaped underscore – as hand-made
 * links do. Only spellings that RFC 3986 6.2.2 and the WHATWG parser call equal are used.
 */
import type { Graph } from './graph.js';
import { mix } from './permutation.js';
import { ADDRESS, MARKUP } from './words.js';

/** The page that is being written. */
export interface Page {
  readonly graph: Graph;
  readonly id: number;
  /** Scheme and authority, no slash at the end. */
  readonly origin: string;
}

/**
 * A link to an id, on the wire. Which spelling it gets depends on page, target and salt.
 *
 * @param attributes further attributes with a leading blank, such as ` rel="nofollow"`
 */
export function anchor(page: Page, target: number, salt: number, attributes = ''): string {
  const name = page.graph.title(target, MARKUP);
  return `<a href="${reference(page, target, salt)}"${attributes} title="${name}">${name}</a>`;
}

/**
 * Every way of writing the same few links, and what only looks like one. The page must not have a slash in
 * its own title, or the relative forms would lead elsewhere.
 */
export function gallery(origin: string): string {
  const items = SAME_KEYS.map((href) => `<li><a href="${href.replace('ORIGIN', origin)}">the same</a></li>`);
  const guest = origin.replace('://', '://guest@');
  return `<ul class="gallery">\n${items.join('\n')}\n<li><a href="${guest}/wiki/Kevin_Bacon">with a name</a></li>\n${OTHERS}</ul>\n`;
}

/** Spellings of links to Kevin Bacon, Monty Python and the page itself. */
const SAME_KEYS: readonly string[] = [
  './Monty_Python',
  '../wiki/Kevin_Bacon',
  'Monty_Python',
  ' /wiki/Kevin_Bacon\n',
  '/wiki/Kevin&#95;Bacon',
  '/wiki/Kevin%5FBacon',
  '/wiki/Kevin%5fBacon#Career',
  '/wiki/%4bevin_%42acon',
  '/wiki/Monty\n_Python',
  '/wiki/x/../Kevin_Bacon',
  '/wiki/%2e/Monty_Python',
  '\\wiki\\Kevin_Bacon',
  'ORIGIN/w/../wiki/Monty_Python',
  '',
  '#top',
];

/** Inside the content and yet no links in scope. */
const OTHERS = `<li><a href="mailto:editor@wiki.example">a letter</a></li>
<li><a href="javascript:void(0)">a script</a></li>
<li><a href="/wiki/Kevin_Bacon?title=Special:Random">a colon in the query</a></li>
<li><a href="/wiki/Kevin_Bacon?title=Special%3aRandom">an escaped colon in the query</a></li>
<li><a href="/wiki/Footloose:_The_Musical">a colon in the title</a></li>
<li><a href="/WIKI/Kevin_Bacon">another path</a></li>
<li><a href="/wikipedia/Kevin_Bacon">another folder</a></li>
<li><a href="https://en.wikipedia.org/wiki/Kevin_Bacon">another site</a></li>
<li><a href="http://[broken/wiki/Kevin_Bacon">no address</a></li>
<li><a name="anchor">no href</a><!-- <a href="/wiki/Commented_out">comment</a> --></li>
<li><textarea><a href="/wiki/Not_a_link">text</a></textarea></li>
`;

function reference(page: Page, target: number, salt: number): string {
  const address = page.graph.title(target, ADDRESS);
  switch (mix(page.id + salt * 0x1000003, target) & 31) {
    case 0:
      return `${page.origin}/wiki/${address}`;
    case 1:
      return `${page.origin.slice(page.origin.indexOf('//'))}/wiki/${address}`;
    case 2:
      return `/wiki/${address.replace(/%../g, (escape) => escape.toLowerCase())}`;
    case 3:
      // On the wire a byte is a character, so undoing the escapes of UTF-8 needs no decoding.
      return `/wiki/${address.replace(/%[89A-F]./g, (escape) => String.fromCharCode(parseInt(escape.slice(1), 16)))}`;
    case 4:
      return `/wiki/${address.replace('_', '%5F').replace('-', '%2d')}`;
    case 5:
      return `/wiki/${address}#Career`;
    default:
      return `/wiki/${address}`;
  }
}
