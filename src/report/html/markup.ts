/**
 * HTML that cannot be broken out of: in a template everything is text, and escaped, unless a template made it. Web text
 * is made visible as on a terminal, since control characters and direction marks deceive a reader of a page, too.
 */
import { printable } from '../../observe/printable.js';

/** Longer texts are cut: a title may be as long as its page. */
const MAX_CHARS = 400;
/** What browsers take for an address without trouble. */
const MAX_HREF_CHARS = 8192;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A piece of HTML that may stand as it is. */
export class Markup {
  readonly #html: string;

  constructor(html: string) {
    this.#html = html;
  }

  toString(): string {
    return this.#html;
  }
}

type Piece = Markup | string | number | null | readonly Piece[];

/**
 * A template: values are escaped for text and for attributes in quotes; lists are joined, null is nothing. Indentation of
 * the source is taken out.
 */
export function html({ raw }: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  const fixed = raw.map((part) => part.replace(/\s*\n\s*/g, '\n'));
  return new Markup(fixed.reduce((text, part, i) => text + pieceText(values[i - 1] ?? null) + part));
}

/** A link to an address of http or https that says where it leads; anything else is text. */
export function link(url: string): Markup {
  const href = safeHref(url);
  if (href === null) return html`<span class="url">${url}</span>`;
  return html`<a
    class="url"
    href="${new Markup(escape(href))}"
    rel="noopener noreferrer nofollow"
    target="_blank"
    >${url}</a
  >`;
}

function safeHref(url: string): string | null {
  if (url.length > MAX_HREF_CHARS) return null;
  try {
    const { protocol, href } = new URL(url);
    return protocol === 'http:' || protocol === 'https:' ? href : null;
  } catch {
    return null; // No address at all.
  }
}

function pieceText(piece: Piece): string {
  if (piece === null) return '';
  if (piece instanceof Markup) return piece.toString();
  if (typeof piece === 'object') return piece.map(pieceText).join('');
  return escape(printable(String(piece), MAX_CHARS));
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
