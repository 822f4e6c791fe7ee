/** How far downloads have come, counted: files by state, what failed and what was passed over. */
import type { Connection } from '../database/connection.js';
import {
  type FailureCount,
  failures,
  type HostFailures,
  hosts,
  type UrlState,
  URL_STATES,
} from './failures.js';

export interface DownloadCounts {
  /** By state; `done`: whole, and under their names. */
  readonly files: Readonly<Record<UrlState, number>>;
  /** Of those that are done. */
  readonly bytes: number;
  /** Why files were skipped; most first. `out-of-scope`: no page of the last run lists them. */
  readonly skips: readonly { readonly reason: string; readonly files: number }[];
  /** Of files; most first. */
  readonly failures: readonly FailureCount[];
  readonly hosts: readonly HostFailures[];
}

/** Null where no page has listed any, as in a file of a version that had no downloads. */
export function downloadCounts(connection: Connection): DownloadCounts | null {
  const view = connection.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'downloads'`).get();
  if (view === undefined) return null;
  const rows = connection
    .prepare<[], { state: UrlState; files: number; bytes: number }>(
      'SELECT state, count(*) AS files, coalesce(sum(bytes), 0) AS bytes FROM downloads GROUP BY state',
    )
    .all();
  if (rows.length === 0) return null;
  const of = (state: UrlState) => rows.find((row) => row.state === state);
  const skips = connection
    .prepare<[], { reason: string; files: number }>(
      `SELECT error AS reason, count(*) AS files FROM downloads WHERE state = 'skipped'
        GROUP BY reason ORDER BY files DESC, reason`,
    )
    .all();
  return {
    files: Object.fromEntries(
      URL_STATES.map((state) => [state, of(state)?.files ?? 0]),
    ) as DownloadCounts['files'],
    bytes: of('done')?.bytes ?? 0,
    skips,
    failures: failures(connection, 'files'),
    hosts: hosts(connection, 'files'),
  };
}
