/**
 * Which links of a listing page are files to be fetched, and which lead to further listings. A function of a link's
 * address, text and place in the page, by the rules that were given: all of them must hold.
 */
import { originOf } from '../url/canonicalise.js';
import { percentDecoded } from './octets.js';
import {
  directoryOf,
  fileNameIn,
  fileToldBy,
  folderAskedFor,
  partsOf,
  pathOf,
  queryOf,
} from './url-names.js';

/** What was asked for. Strings, so that it crosses threads. */
export interface ChoiceRules {
  /** Regular expression, searched for in the text of a link; null for any. */
  readonly text: string | null;
  /** CSS selector of the links, or of what they stand in; null for all. */
  readonly select: string | null;
  /** Regular expression, searched for in the whole address; null for any. */
  readonly match: string | null;
  /** Endings of file names without a dot, in any case; empty for any. */
  readonly extensions: readonly string[];
}

/** One link of a page. */
export interface LinkFacts {
  /** Key of what it leads to. */
  readonly url: string;
  /** Its text, runs of blanks as one. */
  readonly text: string;
  /** Whether it matches `select`; true where there is none. */
  readonly isSelected: boolean;
}

/** Where the links are from. Keys. */
export interface ListingPage {
  readonly url: string;
  /** The start page that the listing was reached from, and all others that it lies below. */
  readonly starts: readonly string[];
}

/** What a link is for. `either`: the answer tells – HTML is a listing, anything else a file. */
export type LinkUse = 'file' | 'listing' | 'either';

/**
 * Queries by which server-made listings show themselves in another order: Apache (`C=N;O=D`, once `N=D`; with `F`, `V`
 * and `P`), fancyindex, Caddy, and what is named likewise elsewhere.
 */
const VIEW_PART =
  /^(?:[CO]=[A-Z]|[NMSD]=[AD]|[FV]=\d|P=.*|(?:sort|sortby|sort_by|order|orderby|layout|view)(?:=.*)?)$/;

/** The rules, compiled once. */
export class LinkChoice {
  readonly #text: RegExp | null;
  readonly #match: RegExp | null;
  readonly #extensions: readonly string[];
  readonly #hasRules: boolean;

  /** @throws SyntaxError for a regular expression that is none */
  constructor({ text, select, match, extensions }: ChoiceRules) {
    this.#text = text === null ? null : new RegExp(text);
    this.#match = match === null ? null : new RegExp(match);
    this.#extensions = extensions.map((each) => `.${each.replace(/^\./, '').toLowerCase()}`);
    this.#hasRules = text !== null || select !== null || match !== null || extensions.length > 0;
  }

  /**
   * What a link is for; null where it is neither.
   *
   * With rules, a file is what they hold for, wherever it lies. Without any, it is what is named like a file and not
   * like a page, wherever it lies, as on a page of papers; and what lies in the folder of the listing or deeper and is
   * no folder, as in an index that a server made.
   *
   * A listing is of the same site, below the directory of a start page, or below the folder that its query asks for.
   * It is never what the page shows in another order, the page itself, or a folder that it lies in.
   */
  judge({ url, text, isSelected }: LinkFacts, page: ListingPage): LinkUse | null {
    const { starts } = page;
    if (url === page.url || starts.includes(url) || isView(url, page.url) || holds(url, page.url))
      return null;
    const isListing = starts.some((start) => isBelow(url, start)) && fileToldBy(url) === null;
    if (!this.#hasRules) return judgeByItself(url, page, isListing);
    if (!isSelected || !this.#holdFor(url, text)) return isListing ? 'listing' : null;
    return isListing && isFolder(url) ? 'either' : 'file';
  }

  #holdFor(url: string, text: string): boolean {
    if (this.#text?.test(text) === false) return false;
    // People write what they read: an address may be matched as it is sent and as it is shown.
    if (this.#match !== null && !this.#match.test(url) && !this.#match.test(percentDecoded(url)))
      return false;
    if (this.#extensions.length === 0) return true;
    // `get.php?file=a.pdf` is a php file to some and a pdf file to others.
    const names = [partsOf(url, true).at(-1) ?? '', fileNameIn(url)].map((name) => name.toLowerCase());
    return this.#extensions.some((extension) => names.some((name) => name.endsWith(extension)));
  }
}

/** The choice where nothing was asked for. */
function judgeByItself(url: string, page: ListingPage, isListing: boolean): LinkUse | null {
  if (fileToldBy(url) !== null) return 'file';
  const isInFolder = originOf(url) === originOf(page.url) && pathOf(url).startsWith(directoryOf(page.url));
  if (isInFolder && !isFolder(url) && queryOf(url) === '') return isListing ? 'either' : 'file';
  return isListing ? 'listing' : null;
}

/** Whether a URL is of the start page's site, and in its directory or deeper. */
export function isBelow(url: string, start: string): boolean {
  if (originOf(url) !== originOf(start) || !pathOf(url).startsWith(directoryOf(start))) return false;
  const folder = folderAskedFor(queryOf(start));
  if (folder === '' || pathOf(url) !== pathOf(start)) return true;
  return isFolderBelow(folderAskedFor(queryOf(url)), folder);
}

/** Whether a URL is the same page in another order. */
function isView(url: string, page: string): boolean {
  const query = queryOf(url);
  return (
    pathOf(url) === pathOf(page) && query !== '' && query.split(/[&;]/).every((part) => VIEW_PART.test(part))
  );
}

/** Whether a URL is a folder that the page lies in: the parent of an index, or its parent. */
function holds(url: string, page: string): boolean {
  if (originOf(url) !== originOf(page)) return false;
  const folder = folderAskedFor(queryOf(page));
  if (folder !== '' && pathOf(url) === pathOf(page)) {
    const other = folderAskedFor(queryOf(url));
    return other === '' ? queryOf(url) === '' : isFolderBelow(folder, other);
  }
  return queryOf(url) === '' && pathOf(url).endsWith('/') && directoryOf(page).startsWith(pathOf(url));
}

function isFolderBelow(folder: string, other: string): boolean {
  return folder.startsWith(other.endsWith('/') ? other : `${other}/`);
}

/** Whether a URL is written like a folder: its path ends with a slash, or its query asks for one. */
function isFolder(url: string): boolean {
  return pathOf(url).endsWith('/') || folderAskedFor(queryOf(url)) !== '';
}
