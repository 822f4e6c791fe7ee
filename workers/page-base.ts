/** What the addresses on one page are resolved against, and in which encoding. */
import { type Base, baseOf, folderAbove, parseTarget, type Target } from '#src/url/canonicalise.js';
import { encodeQuery } from './decode.js';

export class PageBase {
  readonly #encoding: string;
  readonly #url: string;
  readonly #base: Base;

  /**
   * @param pageUrl  the URL that was requested
   * @param encoding the page's encoding by its standard name; queries of its links are written in it
   * @param baseHref `href` of the first `<base>` that has one, null without
   */
  constructor(pageUrl: string, encoding: string, baseHref: string | null) {
    this.#encoding = encoding;
    this.#url = baseHref === null ? pageUrl : resolveBase(encodeQuery(baseHref, encoding), pageUrl);
    this.#base = baseOf(this.#url);
  }

  /** Null where it is no http(s) URL. */
  get origin(): string | null {
    return this.#base.origin;
  }

  /** The folder so many levels up, or the topmost there is; null without an origin. */
  folderAbove(up: number): string | null {
    return folderAbove(this.#base, up);
  }

  /** Resolves an address as it is written there; null when it is not http(s). Never throws. */
  targetOf(address: string): Target | null {
    return parseTarget(encodeQuery(address, this.#encoding), this.#url);
  }
}

/**
 * The document's base URL: an invalid one, `data:` and `javascript:` count as absent, and anything else
 * is taken, even if no link can then become http(s).
 * @see https://html.spec.whatwg.org/#set-the-frozen-base-url
 */
function resolveBase(href: string, pageUrl: string): string {
  // Not `URL.canParse`: once compiled, that of Node 20 and 22 refuses text with Latin-1 characters.
  const base = URL.parse(href, pageUrl);
  return base === null || base.protocol === 'data:' || base.protocol === 'javascript:' ? pageUrl : base.href;
}
