/**
 * URLs that failed, by what that says of the links to them (verdict.ts), each with the pages that hold such a link. A link
 * to a redirect counts for what the redirect ends at.
 */
import type { Connection } from '../database/connection.js';
import { firstLinksInto, joinLinks } from './links-into.js';
import { addresses, addressOf, type Bounds, type Section } from './rows.js';
import { failedWith, type Verdict } from './verdict.js';

export interface Trouble extends Section<FailedTarget> {
  /** Pages and links to them, all together; a page with several such links counts once for each target. */
  readonly links: number;
  /** Most URLs first. */
  readonly reasons: readonly Reason[];
}

export interface Reason {
  /** Failure code. */
  readonly code: string;
  /** Behind the code `status`. */
  readonly httpStatus: number | null;
  readonly urls: number;
}

/** A URL that failed. */
export interface FailedTarget {
  readonly url: string;
  readonly code: string;
  readonly httpStatus: number | null;
  readonly detail: string | null;
  /** Pages that link to it, or to a redirect that ends at it. */
  readonly pages: number;
  readonly isSeed: boolean;
  /** Sitemaps that list it, or a redirect to it. */
  readonly sitemaps: number;
  /** Some of the pages, those found first. */
  readonly heldBy: readonly Holder[];
}

export interface Holder {
  readonly page: string;
  /** What the link says, where that is a redirect; else null. */
  readonly via: string | null;
}

interface Row extends Omit<FailedTarget, 'isSeed' | 'sitemaps' | 'heldBy'> {
  readonly id: number;
  readonly total: number;
  readonly links: number;
}

interface ReasonRow extends Pick<Reason, 'code' | 'httpStatus'> {
  readonly id: null;
  readonly total: number;
}

/** Redirects to one URL that are looked at for examples. */
const MAX_WAYS = 1000;

/** Redirects lead to `bad.id` from everywhere; a redirect that failed itself is a target of its own. */
const AND_REDIRECTS_TO_IT = `
  UNION SELECT r.source_id, bad.target_id FROM bad JOIN redirects r ON r.target_id = bad.id
          JOIN urls s ON s.id = r.source_id WHERE s.state = 'done'`;

/** Of `urls u`, to which no page links: it is no seed, in no sitemap, and each redirect to it has failed itself. */
const IS_MET_IN_A_CIRCLE_ALONE = `(
  u.seed_hops > 0 AND NOT EXISTS (SELECT 1 FROM sitemap_urls WHERE page_id = u.id)
    AND (SELECT min(s.state = 'failed') FROM redirects d JOIN urls s ON s.id = d.source_id WHERE d.target_id = u.id) IS 1)`;

/**
 * Those that most pages link to come first. Of redirects in a circle those are told that
 * something else leads to. Needs `teachVerdicts`.
 */
export function trouble(connection: Connection, verdict: Verdict, { limit, examples }: Bounds): Trouble {
  const failed = `FROM urls u LEFT JOIN records r ON r.id = u.id WHERE ${failedWith(verdict)}`;
  const hasAny = connection.prepare<[], number>(`SELECT EXISTS (SELECT 1 ${failed})`).pluck().get();
  if (hasAny !== 1) return { total: 0, links: 0, reasons: [], rows: [] };
  // One statement, so that links are counted once for both.
  const found = connection
    .prepare<[number], Row | ReasonRow>(
      `WITH RECURSIVE
         bad(id, target_id) AS (SELECT u.id, u.id ${failed} ${AND_REDIRECTS_TO_IT}),
         held(id, pages) AS MATERIALIZED (
           SELECT bad.target_id, count(DISTINCT l.source_id) FROM ${joinLinks(connection, 'bad')} GROUP BY 1),
         target AS MATERIALIZED (
           SELECT u.id, u.error AS code, CASE u.error WHEN 'status' THEN r.http_status END AS httpStatus,
                  coalesce(held.pages, 0) AS pages
             FROM urls u LEFT JOIN records r ON r.id = u.id LEFT JOIN held ON held.id = u.id
            WHERE ${failedWith(verdict)} AND (held.pages > 0 OR NOT ${IS_MET_IN_A_CIRCLE_ALONE}))
       SELECT t.id, ${addressOf('u')} AS url, u.error_detail AS detail, t.code, t.httpStatus, t.pages, t.total, t.links
         FROM (SELECT *, count(*) OVER () AS total, sum(pages) OVER () AS links
                 FROM target ORDER BY pages DESC, id LIMIT ?) t JOIN urls u ON u.id = t.id
        UNION ALL
       SELECT NULL, NULL, NULL, code, httpStatus, NULL, count(*), NULL FROM target GROUP BY code, httpStatus`,
    )
    .all(limit);
  const rows = found
    .filter((row): row is Row => row.id !== null)
    .sort((a, b) => b.pages - a.pages || a.id - b.id);
  const reasons = found
    .filter((row): row is ReasonRow => row.id === null)
    .map(({ code, httpStatus, total }) => ({ code, httpStatus, urls: total }))
    .sort((a, b) => b.urls - a.urls || (reasonKey(a) < reasonKey(b) ? -1 : 1));
  return {
    total: rows[0]?.total ?? 0,
    links: rows[0]?.links ?? 0,
    reasons,
    rows: withHolders(connection, rows, examples),
  };
}

function reasonKey({ code, httpStatus }: Reason): string {
  return `${code} ${httpStatus ?? ''}`;
}

function withHolders(connection: Connection, rows: readonly Row[], most: number): FailedTarget[] {
  const groups = rows.map(({ id }) => waysTo(connection, id));
  const links = firstLinksInto(connection, groups, most);
  const names = addresses(
    connection,
    links.flat().flatMap(({ sourceId, targetId }) => [sourceId, targetId]),
  );
  const ways = connection.prepare<[{ ids: string }], { isSeed: number; sitemaps: number }>(
    `SELECT max(u.seed_hops = 0 AND u.kind = 'page') AS isSeed,
            (SELECT count(DISTINCT sitemap_id) FROM sitemap_urls WHERE page_id IN (SELECT value FROM json_each(@ids)))
              AS sitemaps
       FROM urls u WHERE u.id IN (SELECT value FROM json_each(@ids))`,
  );
  return rows.map(({ id, url, code, httpStatus, detail, pages }, i) => {
    const found = ways.get({ ids: JSON.stringify(groups[i]) });
    return {
      url,
      code,
      httpStatus,
      detail,
      pages,
      isSeed: found?.isSeed === 1,
      sitemaps: found?.sitemaps ?? 0,
      heldBy: (links[i] ?? []).map(({ sourceId, targetId }) => ({
        page: names.get(sourceId) ?? '',
        via: targetId === id ? null : (names.get(targetId) ?? null),
      })),
    };
  });
}

/** A URL and redirects that end at it: of very many some, since from them no more than examples are taken. */
function waysTo(connection: Connection, id: number): number[] {
  return connection
    .prepare<[{ id: number }], number>(
      `WITH RECURSIVE bad(id, target_id) AS (SELECT @id, @id ${AND_REDIRECTS_TO_IT} LIMIT ${MAX_WAYS})
       SELECT id FROM bad`,
    )
    .pluck()
    .all({ id });
}
