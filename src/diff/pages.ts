/** The pages of two crawls, side by side in the order of their URLs: read by the index of the URLs, so that nothing is sorted. */
import type { Connection } from '../database/connection.js';
import { type AddressMap, mapped, rangeOf } from './address-map.js';
import type { PageFacts } from './differences.js';

export interface PageRow extends PageFacts {
  readonly id: number;
}

/** Pages of the same URL together; the old crawl's are mapped. */
export function pairsOf(
  old: Connection,
  now: Connection,
  map: AddressMap | null,
): Generator<readonly [old: PageRow | undefined, now: PageRow | undefined]> {
  return sideBySide(map === null ? rowsOf(old) : mappedRows(old, map), rowsOf(now));
}

/** What is mapped stays in its order, and finds its place among the others. */
function* mappedRows(connection: Connection, map: AddressMap): Generator<PageRow> {
  const [first, behind] = rangeOf(map.from);
  // No URL is in both.
  for (const [other, moved] of sideBySide(others(), below())) yield (other ?? moved) as PageRow;

  function* others(): Generator<PageRow> {
    yield* moved(rowsOf(connection, 'WHERE request_key < ?', first));
    yield* moved(rowsOf(connection, 'WHERE request_key >= ?', behind));
  }

  function below(): Generator<PageRow> {
    return moved(rowsOf(connection, 'WHERE request_key >= ? AND request_key < ?', first, behind));
  }

  function* moved(rows: Iterable<PageRow>): Generator<PageRow> {
    for (const row of rows) {
      const redirect = row.redirect === null ? null : mapped(map, row.redirect);
      yield { ...row, url: mapped(map, row.url), redirect };
    }
  }
}

function rowsOf(connection: Connection, where = '', ...keys: string[]): IterableIterator<PageRow> {
  return connection
    .prepare<string[], PageRow>(
      `SELECT id, request_key AS url, state, error, http_status AS status, title, redirect_to AS redirect,
         body_sha256 AS body FROM pages ${where} ORDER BY request_key`,
    )
    .iterate(...keys);
}

/** Rows of the same URL together. */
function* sideBySide(
  olds: Iterator<PageRow>,
  news: Iterator<PageRow>,
): Generator<readonly [old: PageRow | undefined, now: PageRow | undefined]> {
  try {
    let [old, now] = [next(olds), next(news)];
    while (old !== undefined || now !== undefined) {
      const order = old === undefined ? 1 : now === undefined ? -1 : compareAsStored(old.url, now.url);
      yield [order <= 0 ? old : undefined, order >= 0 ? now : undefined];
      if (order <= 0) old = next(olds);
      if (order >= 0) now = next(news);
    }
  } finally {
    olds.return?.();
    news.return?.();
  }
}

function next(rows: Iterator<PageRow>): PageRow | undefined {
  const { done, value } = rows.next();
  return done === true ? undefined : value;
}

/** SQLite orders by the bytes of UTF-8, JavaScript by halves of characters: beyond U+FFFF these differ. */
function compareAsStored(a: string, b: string): number {
  if (a === b) return 0;
  const isPlain = !/[\ud800-\uffff]/.test(a) && !/[\ud800-\uffff]/.test(b);
  return isPlain ? (a < b ? -1 : 1) : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
