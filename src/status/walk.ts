/** How far the walk of a file has come: its walkers, and their steps. */
import type { Connection } from '../database/connection.js';

export interface WalkerCounts {
  /** From 1, in the order of the seeds. */
  readonly walker: number;
  /** Key of the URL where it started. */
  readonly seed: string;
  /** Pages after its first one. */
  readonly steps: number;
  /** The last page it reached; null = none yet. */
  readonly at: string | null;
  /** `nowhere`: no page of its way leads on; `no-page`: its seed led to none; null = it may go on. */
  readonly ended: string | null;
}

/** Null where the file holds no walk, as in one of a version that had none. */
export function walkerCounts(connection: Connection): readonly WalkerCounts[] | null {
  const table = connection.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'walkers'`).get();
  if (table === undefined) return null;
  const walkers = connection
    .prepare<[], WalkerCounts>(
      `SELECT w.walker, w.seed, max(w.steps, 0) AS steps, u.request_key AS at, w.ended
         FROM walkers w LEFT JOIN walk_steps s ON s.walker = w.walker AND s.step = w.steps
         LEFT JOIN urls u ON u.id = s.page_id ORDER BY w.walker`,
    )
    .all();
  return walkers.length === 0 ? null : walkers;
}
