/**
 * Shortest distances computed anew, from the edges alone and by another method than the crawl's, to hold
 * against the depths in a file: breadth first from the seeds and what sitemaps list, a link costs 1, a redirect 0.
 */
import type { Connection } from '../database/connection.js';
import { lastIdOf } from '../database/row-ids.js';

const UNREACHED = -1;

/**
 * @returns by URL id: the distance from the nearest starting point, or −1 where no followed link leads.
 *          Memory: 4 bytes a URL and the two levels at hand.
 */
export function shortestDistances(connection: Connection): Int32Array {
  const lastId = lastIdOf(connection, 'urls');
  const distances = new Int32Array(lastId + 1).fill(UNREACHED);
  const linked = connection
    .prepare<[number], number>('SELECT target_id FROM links WHERE source_id = ? AND nofollow < 2')
    .pluck();
  // A URL asked once more because of cookies may lead two ways: as it did then, and as it does now.
  const redirected = connection
    .prepare<{ id: number }, number>(
      `SELECT target_id FROM redirects WHERE source_id = @id AND target_id IS NOT NULL
       UNION ALL SELECT target_id FROM detours WHERE source_id = @id`,
    )
    .pluck();

  let level: number[] = [];
  const reach = (start: number, distance: number, into: number[]): void => {
    // A redirect's target is as near as the redirect itself: its chain is walked within the level.
    const ahead = [start];
    for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
      if (distances[id] !== UNREACHED) continue;
      distances[id] = distance;
      into.push(id);
      ahead.push(...redirected.all({ id }));
    }
  };
  for (const id of rootIds(connection)) reach(id, 0, level);
  for (let distance = 1; level.length > 0; distance++) {
    const nextLevel: number[] = [];
    for (const id of level) for (const target of linked.iterate(id)) reach(target, distance, nextLevel);
    level = nextLevel;
  }
  return distances;
}

function rootIds(connection: Connection): number[] {
  return connection
    .prepare<[], number>(
      `SELECT u.id FROM urls u JOIN (SELECT value FROM json_each((SELECT value FROM settings WHERE name = 'seeds'))) s
         ON u.request_key = s.value
       UNION SELECT page_id FROM sitemap_urls`,
    )
    .pluck()
    .all();
}
