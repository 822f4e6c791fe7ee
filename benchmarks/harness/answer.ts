/** Whether a crawl's file says what the site knows to be true: every URL, every fact of the digest, every edge. */
import Database from 'better-sqlite3';
import type { DemoPage } from '#src/demo/truth.js';
import type { DemoWiki } from '#src/demo/wiki.js';

export interface Answer {
  /** HTML pages that a correct crawl ends with. */
  readonly expected: number;
  /** Those of them that are in the file with all facts and links right. */
  readonly got: number;
  /** Whether all else is right too – redirects, failures, skips – and nothing is there that should not be. */
  readonly isEqual: boolean;
}

/** The parts of a site that its truth depends on. */
export interface Known {
  readonly wiki: Pick<DemoWiki, 'urls' | 'urlOf' | 'links' | 'counts' | 'truthPages'>;
  readonly origin: string;
}

/**
 * Reads the file that a crawl has left, by the tables that are a public contract.
 *
 * @throws if it cannot be read as such a file
 */
export function checkAnswer({ wiki, origin }: Known, file: string): Answer {
  const database = new Database(file, { readonly: true });
  try {
    const found = foundIn(database);
    const known = new Map([...wiki.truthPages(origin)].map((page) => [page.url, page]));
    let right = 0;
    let got = 0;
    for (let id = 0; id < wiki.urls; id++) {
      const url = wiki.urlOf(id, origin);
      const page = known.get(url);
      if (page === undefined) continue; // The crawl cannot hear of it.
      const isPage = page.state === 'done' && page.httpStatus === 200;
      const edges = isPage ? wiki.links(id) : [];
      const targets = edges.map(({ target, nofollow }) => `${nofollow} ${wiki.urlOf(target, origin)}`);
      if (found(url) !== textOf(factsOf(page), targets)) continue;
      right++;
      if (isPage) got++;
    }
    const { n: total } = database.prepare<[], { n: number }>('SELECT count(*) AS n FROM pages').get()!;
    return { expected: wiki.counts().pages, got, isEqual: right === known.size && total === known.size };
  } finally {
    database.close();
  }
}

/** What the file says of a URL, as one text; undefined if nothing. */
function foundIn(database: Database.Database): (url: string) => string | undefined {
  const pages = database
    .prepare<[string], [id: number, ...facts: unknown[]]>(
      `SELECT id, state, http_status, error, title, depth, redirect_to, canonical_url
         FROM pages WHERE request_key = ?`,
    )
    .raw();
  const links = database
    .prepare<[number], string>(
      `SELECT nofollow || ' ' || url FROM links JOIN pages ON pages.id = target_id WHERE source_id = ?`,
    )
    .pluck();
  return (url) => {
    const row = pages.get(url);
    if (row === undefined) return undefined;
    const [id, ...facts] = row;
    return textOf(facts, links.all(id));
  };
}

function factsOf(page: DemoPage): unknown[] {
  const { state, httpStatus, error, title, depth, redirectTo, canonicalUrl } = page;
  return [state, httpStatus, error, title, depth, redirectTo, canonicalUrl];
}

function textOf(facts: readonly unknown[], targets: readonly string[]): string {
  return JSON.stringify([facts, targets.toSorted()]);
}
