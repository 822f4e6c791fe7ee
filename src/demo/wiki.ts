/**
 * The demo wiki: a site of 200 to ten million pages that is a pure function of its size, its seed and the
 * path asked for. It stores nothing, answers any page in the time that page takes to write, and states
 * the truth about itself, which a crawl can be held against.
 */
import { UsageError } from '../errors.js';
import { articlePage, stubPage } from './article.js';
import { Graph, type DemoLink } from './graph.js';
import type { Page } from './anchors.js';
import type { Kind } from './layout.js';
import { ROBOTS_TXT, type Special } from './specials.js';
import {
  countTruth,
  depthsFrom,
  readTruth,
  truthPages,
  type DemoCounts,
  type DemoPage,
  type DemoTruth,
} from './truth.js';
import { ADDRESS, PLAIN } from './words.js';

/** What makes one demo wiki differ from another. */
export interface DemoOptions {
  /**
   * HTML pages that answer 200 and that a complete crawl from `/wiki/Kevin_Bacon` ends with; a whole number
   * from 200 to 10,000,000. Redirects, missing pages and other oddities – a fixed twenty – come on top.
   */
  readonly pages: number;
  /** Any 32-bit whole number. @default 1 */
  readonly seed?: number;
  /** Whether two of the redirects lead to each other, so that a correct crawl ends with two failures. @default false */
  readonly redirectLoop?: boolean;
}

/** An answer. Header names are in lower case; `content-length` is left to whoever sends it. */
export interface DemoResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const ORIGIN = 'http://demo.wiki';
const HTML = { 'content-type': 'text/html; charset=UTF-8' };
const SEEDS: readonly string[] = ['/wiki/Kevin_Bacon'];

/**
 * One wiki. Addresses have ids: 0 … `pages`−1 are the articles, `pages` … `urls`−1 the oddities. Building
 * one costs the same at every size.
 */
export class DemoWiki {
  readonly pages: number;
  /** All addresses that a correct crawl from Kevin Bacon comes to know. */
  readonly urls: number;
  readonly seed: number;
  readonly #graph: Graph;

  /** @throws UsageError if `pages` is out of range */
  constructor({ pages, seed = 1, redirectLoop = false }: DemoOptions) {
    this.#graph = new Graph(pages, seed | 0, redirectLoop);
    this.pages = pages;
    this.urls = this.#graph.layout.urls;
    this.seed = seed;
  }

  /**
   * The answer to a GET. Pure: the same path (and origin) always gets the same bytes. Spellings that decode
   * to the same title get the same page. Never throws.
   *
   * @param target path as it stands in the request line; query and fragment are ignored
   * @param origin scheme and authority for absolute links, as the client sees them
   */
  respond(target: string, origin: string = ORIGIN): DemoResponse {
    const path = target.replace(/[?#].*$/s, '');
    if (path.startsWith('/wiki/')) return this.#wikiPage(path.slice('/wiki/'.length), origin);
    if (path === '/') return redirect(301, '/wiki/Main_Page');
    if (path === '/robots.txt') return text('text/plain; charset=UTF-8', ROBOTS_TXT);
    if (path === '/w/index.php') return this.#stub(200, 'Index of scripts', origin);
    if (path.startsWith('/w/') || path.startsWith('/static/'))
      return text('text/css; charset=UTF-8', '/* */\n');
    return this.#stub(404, 'No such path', origin);
  }

  /** The id of a plain title, as in "Kevin Bacon"; undefined if this wiki has no such address. */
  idOf(title: string): number | undefined {
    return this.#graph.idOf(title);
  }

  /**
   * The plain title of an id. For an article it is what the first `h1` says.
   *
   * @throws UsageError if there is no such id, as all that take an id do
   */
  titleOf(id: number): string {
    return this.#graph.title(this.#known(id), PLAIN);
  }

  /** What an id stands for: an actor, a film, a year, a genre, a fixed article or a special. */
  kindOf(id: number): Kind {
    return this.#graph.layout.kind(this.#known(id));
  }

  /** The identity key of an id. */
  urlOf(id: number, origin: string): string {
    return `${origin}/wiki/${this.#graph.title(this.#known(id), ADDRESS)}`;
  }

  /**
   * Every edge that a correct crawl records from an id, each target once, itself included where it links to
   * itself. Empty for what is no page to read: redirects, missing pages, files, what robots.txt forbids.
   */
  links(id: number): DemoLink[] {
    return this.#graph.links(this.#known(id));
  }

  /** The targets of {@link links}, the page itself left out; in no useful order, redirects not resolved. */
  neighbours(id: number): number[] {
    const targets = this.#graph.targets(this.#known(id));
    targets.delete(id);
    return [...targets];
  }

  /** Where a redirect leads (one hop); undefined for an id that is no redirect. */
  redirectTarget(id: number): number | undefined {
    return this.#graph.redirectTarget(this.#known(id));
  }

  /**
   * The distance of every id from the seeds: a link costs 1, a redirect 0; `UNREACHED` and `NOFOLLOW_ONLY`
   * (truth.ts) are negative. One byte a URL; about 10 µs a page.
   */
  depths(seedPaths: readonly string[] = SEEDS): Int8Array {
    return depthsFrom(this.#graph, this.#seedIds(seedPaths));
  }

  /** All pages and edges a correct crawl records, in memory: meant for up to some ten thousand pages. */
  truth(origin: string, seedPaths: readonly string[] = SEEDS): DemoTruth {
    return readTruth(this.#graph, origin, this.#seedIds(seedPaths));
  }

  /** The pages of the truth, one by one, in the order of their ids; for any size. */
  truthPages(origin: string, seedPaths: readonly string[] = SEEDS): Generator<DemoPage> {
    return truthPages(this.#graph, origin, this.#seedIds(seedPaths));
  }

  /** How many of what a correct crawl ends with; for any size, one byte a URL. */
  counts(seedPaths: readonly string[] = SEEDS): DemoCounts {
    return countTruth(this.#graph, this.#seedIds(seedPaths));
  }

  #known(id: number): number {
    if (!Number.isInteger(id) || id < 0 || id >= this.urls)
      throw new UsageError(`there is no id ${id}: ids run from 0 to ${this.urls - 1}`);
    return id;
  }

  #seedIds(paths: readonly string[]): number[] {
    return paths.map((path) => {
      const title = path.startsWith('/wiki/') ? titleOfPath(path.slice('/wiki/'.length)) : undefined;
      const id = title === undefined ? undefined : this.#graph.idOf(title);
      if (id === undefined) throw new UsageError(`seed ${path} is no article of this demo wiki`);
      return id;
    });
  }

  #wikiPage(rest: string, origin: string): DemoResponse {
    const title = titleOfPath(rest);
    if (title === undefined) return this.#stub(400, 'Bad title', origin);
    const id = this.#graph.idOf(title);
    const page: Page = { graph: this.#graph, id: id ?? 0, origin };
    if (id === undefined) return this.#outside(title, origin);
    const special = this.#graph.special(id);
    if (special !== undefined) return this.#special(special, id, page);
    const fixed = this.#graph.fixedArticle(id);
    const headers = fixed?.nofollow === 'header' ? { ...HTML, 'x-robots-tag': 'nofollow' } : HTML;
    if (fixed?.stub !== true) return { status: 200, headers, body: bytes(articlePage(page)) };
    const { main, odd } = this.#graph.plan(id);
    return { status: 200, headers, body: bytes(stubPage(page, title, title, [...main, ...odd])) };
  }

  #special(special: Special, id: number, page: Page): DemoResponse {
    switch (special.kind) {
      case 'redirect': {
        const address = this.#graph.title(this.#graph.redirectTarget(id)!, ADDRESS);
        const fragment = special.fragment === undefined ? '' : `#${special.fragment}`;
        // Both forms that RFC 9110 10.2.2 allows: relative for permanent ones, absolute for the others.
        const base = special.status === 301 ? '' : page.origin;
        return redirect(special.status, `${base}/wiki/${address}${fragment}`);
      }
      case 'missing':
        return this.#stub(special.status, special.title, page.origin);
      case 'file':
        return text(special.contentType, special.body);
      case 'page':
        return {
          status: 200,
          headers: HTML,
          body: bytes(stubPage(page, special.title, special.title, [0, 1])),
        };
    }
  }

  /** Pages of MediaWiki that are no articles exist; anything else is missing. */
  #outside(title: string, origin: string): DemoResponse {
    return this.#stub(title === 'Main Page' || title.includes(':') ? 200 : 404, title, origin);
  }

  #stub(status: number, title: string, origin: string): DemoResponse {
    const body = bytes(stubPage({ graph: this.#graph, id: 0, origin }, title, 'Main Page', [0, 1]));
    return { status, headers: HTML, body };
  }
}

/** The plain title in a path; undefined if it cannot be decoded. A blank is no underscore: no page has one. */
function titleOfPath(rest: string): string | undefined {
  try {
    return decodeURIComponent(rest).replaceAll(' ', '\u0000').replaceAll('_', ' ');
  } catch {
    return undefined; // Broken escapes are normal in requests; the answer is 400.
  }
}

function bytes(page: string): Buffer {
  return Buffer.from(page, 'latin1');
}

function text(contentType: string, body: string): DemoResponse {
  return { status: 200, headers: { 'content-type': contentType }, body: Buffer.from(body, 'utf8') };
}

function redirect(status: 301 | 302, location: string): DemoResponse {
  return {
    status,
    headers: { ...HTML, location },
    body: bytes(`<p>Moved to <a href="${location}">here</a>.</p>\n`),
  };
}
