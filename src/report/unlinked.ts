/** Pages that nobody finds: those that only a sitemap names, and those that lead nowhere. */
import type { Connection } from '../database/connection.js';
import { hasTargetIndex } from './links-into.js';
import { addressOf, type Bounds, IS_PAGE, type Section, toSection } from './rows.js';
import { NO_HOPS } from '../frontier/schema.js';

/** Pages nobody links to, or why they cannot be known: sitemaps were not asked for, or there were none. */
export type Orphans =
  | { readonly isKnown: false; readonly because: 'sitemaps-not-read' | 'no-sitemap-found' }
  | ({ readonly isKnown: true } & Section<PageName>);

export interface PageName {
  readonly url: string;
  readonly title: string | null;
}

/**
 * Pages that a sitemap lists and no other page links to, neither directly nor by a redirect. Seeds, and what they are
 * redirected to, are none.
 */
export function orphans(connection: Connection, { limit }: Bounds): Orphans {
  const read = connection.prepare(`SELECT 1 FROM settings WHERE name = 'sitemaps' AND value = 'read'`).get();
  if (read === undefined) return { isKnown: false, because: 'sitemaps-not-read' };
  if (connection.prepare('SELECT 1 FROM sitemap_urls LIMIT 1').get() === undefined)
    return { isKnown: false, because: 'no-sitemap-found' };
  // By the index for each page in question; without it all targets are gathered in one pass.
  const [targets, isLinked] = hasTargetIndex(connection)
    ? ['', (id: string) => `EXISTS (SELECT 1 FROM links WHERE target_id = ${id} AND source_id <> ${id})`]
    : [
        'target(id) AS MATERIALIZED (SELECT DISTINCT target_id FROM links WHERE source_id <> target_id),',
        (id: string) => `${id} IN target`,
      ];
  const rows = connection
    .prepare<[number], PageName & { total: number }>(
      `WITH RECURSIVE ${targets}
         redirected(id) AS (
           SELECT d.target_id FROM redirects d WHERE d.target_id IS NOT NULL AND ${isLinked('d.source_id')}
            UNION
           SELECT d.target_id FROM redirected JOIN redirects d ON d.source_id = redirected.id
            WHERE d.target_id IS NOT NULL)
       SELECT ${addressOf('u')} AS url, r.title, count(*) OVER () AS total
         FROM (SELECT DISTINCT page_id FROM sitemap_urls) s CROSS JOIN urls u ON u.id = s.page_id
         LEFT JOIN records r ON r.id = u.id
        WHERE ${IS_PAGE} AND u.seed_hops >= ${NO_HOPS} AND NOT ${isLinked('u.id')} AND u.id NOT IN redirected
        ORDER BY u.id LIMIT ?`,
    )
    .all(limit);
  return { isKnown: true, ...toSection(rows) };
}

/**
 * Pages without a link to another URL of the crawl. Not those whose links the rules of the crawl left out; what is no HTML
 * is no page.
 */
export function deadEnds(connection: Connection, { limit }: Bounds): Section<PageName> {
  const rows = connection
    .prepare<[number], PageName & { total: number }>(
      `SELECT ${addressOf('u')} AS url, r.title, count(*) OVER () AS total
         FROM urls u JOIN records r ON r.id = u.id
        WHERE u.state = 'done' AND u.link_count <= 1 AND coalesce(r.filtered_links, 0) = 0
          AND NOT EXISTS (SELECT 1 FROM links WHERE source_id = u.id AND target_id <> u.id)
        ORDER BY u.id LIMIT ?`,
    )
    .all(limit);
  return toSection(rows);
}
