/**
 * The demo wiki as a finished crawl leaves it, written straight into a file of the crawler's schema: a crawl of a
 * million pages takes an hour, its file a few minutes. What a crawl would say of times and bodies is left out.
 */
import { openForWriting } from '#src/database/open.js';
import type { DemoWiki } from '#src/demo/wiki.js';
import { NO_HOPS } from '#src/frontier/schema.js';
import { MIGRATIONS } from '#src/migrations.js';

/** What of a wiki is written. */
export type Filed = Pick<DemoWiki, 'pages' | 'urls' | 'urlOf' | 'links' | 'truthPages' | 'redirectTarget'>;

/** What was written. */
export interface WikiFile {
  readonly urls: number;
  readonly links: number;
}

/** Rows of `links` in one statement: a statement costs as much as several rows. */
const BATCH = 100;

/**
 * Writes a file that is not there yet. The row of a URL is its id in the wiki plus one.
 *
 * @param isIndexed whether the index behind `backlinks` is made, as by a run that ended by itself
 */
export function writeWikiFile(wiki: Filed, origin: string, file: string, isIndexed = true): WikiFile {
  const { connection, close } = openForWriting(file, MIGRATIONS, true);
  try {
    // Nothing is lost if this file is: it is written again.
    connection.pragma('synchronous = OFF');
    const links = connection.transaction(() => {
      connection.prepare('INSERT INTO hosts (id, host) VALUES (1, ?)').run(origin);
      const seeds = JSON.stringify([wiki.urlOf(0, origin)]);
      connection.prepare(`INSERT INTO settings VALUES ('seeds', ?)`).run(seeds);
      return writeLinks(wiki, writeUrls(wiki, origin, connection), connection);
    })();
    if (isIndexed)
      connection.exec('CREATE INDEX IF NOT EXISTS links_by_target ON links(target_id, source_id)');
    return { urls: wiki.urls, links };
  } finally {
    close();
  }
}

type Connection = ReturnType<typeof openForWriting>['connection'];

/** @returns the ids of the pages, whose links a crawl has recorded */
function writeUrls(wiki: Filed, origin: string, connection: Connection): number[] {
  const url = connection.prepare(
    `INSERT INTO urls (id, request_key, host_id, state, error, depth, hops, seed_hops, link_count)
       VALUES (?, ?, 1, ?, ?, ?, 0, ?, ?)`,
  );
  const record = connection.prepare(
    'INSERT INTO records (id, http_status, title, fetched_at, duration_ms) VALUES (?, ?, ?, 0, 0)',
  );
  const redirect = connection.prepare(
    `INSERT INTO redirects (source_id, target_url, verdict, target_id) VALUES (?, ?, 'in-scope', ?)`,
  );
  const rowOf = new Map<string, number>();
  for (let id = wiki.pages; id < wiki.urls; id++) rowOf.set(wiki.urlOf(id, origin), id + 1);
  const pages: number[] = [];
  let next = 1;
  for (const page of wiki.truthPages(origin)) {
    const row = rowOf.get(page.url) ?? next++;
    const isPage = page.title !== null;
    if (isPage) pages.push(row - 1);
    const seedHops = page.depth === 0 ? 0 : NO_HOPS;
    const links = isPage ? wiki.links(row - 1).length : null;
    url.run(row, page.url, page.state, page.error, page.depth, seedHops, links);
    if (page.httpStatus !== null) record.run(row, page.httpStatus, page.title);
    const target = wiki.redirectTarget(row - 1);
    if (target !== undefined) redirect.run(row, page.redirectTo, target + 1);
  }
  return pages;
}

function writeLinks(wiki: Filed, pages: readonly number[], connection: Connection): number {
  const one = connection.prepare('INSERT INTO links VALUES (?, ?, ?)');
  const many = connection.prepare(`INSERT INTO links VALUES ${'(?, ?, ?), '.repeat(BATCH - 1)}(?, ?, ?)`);
  let count = 0;
  let values: number[] = [];
  for (const id of pages) {
    for (const { target, nofollow } of wiki.links(id).toSorted((a, b) => a.target - b.target)) {
      values.push(id + 1, target + 1, nofollow);
      count++;
      if (values.length < 3 * BATCH) continue;
      many.run(values);
      values = [];
    }
  }
  for (let at = 0; at < values.length; at += 3) one.run(values.slice(at, at + 3));
  return count;
}
