/**
 * Links by their target. The index for that is made when a run ends other than by Ctrl-C, and dropped when pages are filed
 * again; without it, one pass over all links answers for all targets of a question together.
 */
import type { Connection } from '../database/connection.js';

/** Whether links can be found by their target. */
export function hasTargetIndex(connection: Connection): boolean {
  return connection.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'links_by_target'`).get() !== undefined;
}

/**
 * A join of `links l` with the targets of a table expression that has a column `id`, in the order that looks at fewest
 * rows: each target's links by the index, or each link once.
 */
export function joinLinks(connection: Connection, targets: string): string {
  return hasTargetIndex(connection)
    ? `${targets} CROSS JOIN links l ON l.target_id = ${targets}.id`
    : `links l CROSS JOIN ${targets} ON ${targets}.id = l.target_id`;
}

/** A link by the ids of its ends. */
export interface Edge {
  readonly sourceId: number;
  readonly targetId: number;
}

/**
 * The first links into each of some URLs, by the id of the page that holds them.
 *
 * @param groups ids of URLs that count as one target, for each group
 * @param most   pages of one group
 */
export function firstLinksInto(
  connection: Connection,
  groups: readonly (readonly number[])[],
  most: number,
): Edge[][] {
  return hasTargetIndex(connection) ? byIndex(connection, groups, most) : byScan(connection, groups, most);
}

function byIndex(connection: Connection, groups: readonly (readonly number[])[], most: number): Edge[][] {
  const into = connection.prepare<[number, number], Edge>(
    `SELECT source_id AS sourceId, target_id AS targetId FROM links WHERE target_id = ? ORDER BY source_id LIMIT ?`,
  );
  return groups.map((ids) => {
    const edges = ids.flatMap((id) => into.all(id, most)).sort((a, b) => a.sourceId - b.sourceId);
    const found = new Map<number, Edge>();
    for (const edge of edges) if (found.size < most) keepFirst(found, edge);
    return [...found.values()];
  });
}

function byScan(connection: Connection, groups: readonly (readonly number[])[], most: number): Edge[][] {
  const found = groups.map(() => new Map<number, Edge>());
  const groupOf = new Map(groups.flatMap((ids, group) => ids.map((id) => [id, group] as const)));
  // The primary key is walked, so that pages come in the order of their ids.
  const edges = connection.prepare<[string], Edge>(
    `SELECT source_id AS sourceId, target_id AS targetId FROM links
      WHERE target_id IN (SELECT value FROM json_each(?)) ORDER BY source_id, target_id`,
  );
  for (const edge of edges.iterate(JSON.stringify([...groupOf.keys()]))) {
    const pages = found[groupOf.get(edge.targetId) ?? -1];
    if (pages !== undefined && pages.size < most) keepFirst(pages, edge);
  }
  return found.map((pages) => [...pages.values()]);
}

/** One link of a page is enough. */
function keepFirst(found: Map<number, Edge>, edge: Edge): void {
  if (!found.has(edge.sourceId)) found.set(edge.sourceId, edge);
}
