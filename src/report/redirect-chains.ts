/** Redirects as whoever follows a link meets them: where they start, every hop, and what they end at. */
import type { Connection } from '../database/connection.js';
import { joinLinks } from './links-into.js';
import { addressOf, type Bounds, type Section } from './rows.js';

export interface RedirectChains extends Section<RedirectChain> {
  /** Chains of more than one redirect. */
  readonly longerThanOne: number;
  /** Chains of permanent redirects alone that pages link to and that end well: those links should name the end. */
  readonly permanent: number;
}

export interface RedirectChain {
  readonly start: string;
  /** The redirects in their order: where each leads, and the status it answered with. */
  readonly hops: readonly { readonly status: number | null; readonly to: string }[];
  readonly end: {
    readonly url: string;
    /** Null = outside of the crawl. */
    readonly state: string | null;
    readonly httpStatus: number | null;
    readonly error: string | null;
  };
  /** All its redirects are 301 or 308. */
  readonly isPermanent: boolean;
  /** Pages that link to the start. */
  readonly pages: number;
}

interface Row {
  readonly id: number;
  readonly pages: number;
  readonly isPermanent: number;
  readonly total: number;
  readonly longerThanOne: number;
  readonly permanent: number;
}

interface Step {
  readonly status: number | null;
  readonly to: string;
  readonly targetId: number | null;
}

/**
 * Chains of more than one redirect first, of these those that most pages link to. A chain starts where a page links to,
 * or where no redirect leads to. Redirects in a circle are no chain but broken; what leads into one ends there.
 */
export function redirectChains(connection: Connection, { limit }: Bounds): RedirectChains {
  const rows = connection
    .prepare<[number], Row>(
      // From the ends backwards, so that every redirect is looked at once.
      `WITH RECURSIVE
         hop(id, target_id, is_permanent) AS (
           SELECT d.source_id, d.target_id, coalesce(r.http_status IN (301, 308), 0)
             FROM redirects d JOIN urls u ON u.id = d.source_id LEFT JOIN records r ON r.id = u.id
            WHERE u.kind = 'page' AND u.state IN ('done', 'skipped')),
         chain(id, hops, is_permanent, end_id) AS (
           SELECT id, 1, is_permanent, target_id FROM hop
            WHERE NOT EXISTS (SELECT 1 FROM redirects d JOIN urls u ON u.id = d.source_id
                               WHERE d.source_id = hop.target_id AND u.state IN ('done', 'skipped'))
            UNION ALL
           SELECT u.id, chain.hops + 1, chain.is_permanent AND coalesce(r.http_status IN (301, 308), 0), chain.end_id
             FROM chain JOIN redirects d ON d.target_id = chain.id JOIN urls u ON u.id = d.source_id
             LEFT JOIN records r ON r.id = u.id
            WHERE u.kind = 'page' AND u.state = 'done'),
         start AS MATERIALIZED (SELECT id FROM chain),
         linked(id, pages) AS MATERIALIZED (
           SELECT l.target_id, count(*) FROM ${joinLinks(connection, 'start')} GROUP BY 1)
       SELECT chain.id, coalesce(linked.pages, 0) AS pages, chain.is_permanent AS isPermanent,
              count(*) OVER () AS total, sum(chain.hops > 1) OVER () AS longerThanOne,
              sum(chain.is_permanent AND linked.pages > 0 AND coalesce(e.state, '') <> 'failed') OVER () AS permanent
         FROM chain LEFT JOIN linked ON linked.id = chain.id LEFT JOIN urls e ON e.id = chain.end_id
        WHERE linked.pages > 0 OR NOT EXISTS (SELECT 1 FROM redirects d WHERE d.target_id = chain.id)
        ORDER BY chain.hops > 1 DESC, pages DESC, chain.hops DESC, chain.id LIMIT ?`,
    )
    .all(limit);
  const [first] = rows;
  return {
    total: first?.total ?? 0,
    longerThanOne: first?.longerThanOne ?? 0,
    permanent: first?.permanent ?? 0,
    rows: rows.map((row) => walk(connection, row)),
  };
}

function walk(connection: Connection, { id, pages, isPermanent }: Row): RedirectChain {
  const step = connection.prepare<[number], Step>(
    `SELECT r.http_status AS status, d.target_url AS "to", d.target_id AS targetId
       FROM redirects d JOIN urls u ON u.id = d.source_id LEFT JOIN records r ON r.id = d.source_id
      WHERE d.source_id = ? AND u.state IN ('done', 'skipped')`,
  );
  const url = connection.prepare<[number], RedirectChain['end']>(
    `SELECT ${addressOf('u')} AS url, u.state, r.http_status AS httpStatus, u.error
       FROM urls u LEFT JOIN records r ON r.id = u.id WHERE u.id = ?`,
  );
  const hops: Step[] = [];
  for (let at: number | null = id; at !== null; at = hops.at(-1)?.targetId ?? null) {
    const next: Step | undefined = step.get(at);
    if (next === undefined) break;
    hops.push(next);
  }
  const last = hops.at(-1);
  const end = last?.targetId == null ? undefined : url.get(last.targetId);
  return {
    start: url.get(id)?.url ?? '',
    hops: hops.map(({ status, to }) => ({ status, to })),
    end: end ?? { url: last?.to ?? '', state: null, httpStatus: null, error: null },
    isPermanent: isPermanent === 1,
    pages,
  };
}
