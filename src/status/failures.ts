/** What failed, counted by code and by host: of pages and tasks, or of files that are downloaded. */
import type { Connection } from '../database/connection.js';

export interface FailureCount {
  readonly code: string;
  /** Behind the code `status`. */
  readonly httpStatus: number | null;
  readonly urls: number;
}

export interface HostFailures {
  readonly host: string;
  /** The code with which it was given up. */
  readonly givenUp: string | null;
  readonly urls: number;
  /** Most first. */
  readonly failures: readonly FailureCount[];
}

export const URL_STATES = ['queued', 'leased', 'done', 'failed', 'skipped'] as const;
export type UrlState = (typeof URL_STATES)[number];

/** Files to be downloaded, or pages and tasks. */
type Requests = 'files' | 'others';

/** By code; most first. */
export function failures(connection: Connection, of: Requests): FailureCount[] {
  return connection.prepare<[], FailureCount>(failuresBy(of)).all();
}

/** Hosts with failures; most first. */
export function hosts(connection: Connection, of: Requests): HostFailures[] {
  const failed = connection.prepare<[], FailureCount & Pick<HostFailures, 'host' | 'givenUp'>>(
    failuresBy(of, ['h.host', 'h.given_up AS givenUp']),
  );
  const found = new Map<string, { readonly givenUp: string | null; readonly failures: FailureCount[] }>();
  for (const { host, givenUp, ...failure } of failed.iterate()) {
    const known = found.get(host);
    if (known === undefined) found.set(host, { givenUp, failures: [failure] });
    else known.failures.push(failure);
  }
  return [...found]
    .map(([host, { givenUp, failures }]) => ({ host, givenUp, urls: sum(failures), failures }))
    .sort((a, b) => b.urls - a.urls || (a.host < b.host ? -1 : 1));
}

function sum(failures: readonly FailureCount[]): number {
  return failures.reduce((total, { urls }) => total + urls, 0);
}

/** Failures by code and HTTP status, and by host where columns of hosts are asked for; most first. */
function failuresBy(of: Requests, columns: readonly string[] = []): string {
  const host = columns.length === 0 ? '' : ', u.host_id';
  return `
    SELECT ${columns.map((column) => `${column}, `).join('')}u.error AS code,
           CASE u.error WHEN 'status' THEN r.http_status END AS httpStatus, count(*) AS urls
      FROM urls u JOIN hosts h ON h.id = u.host_id LEFT JOIN records r ON r.id = u.id
     WHERE u.state = 'failed' AND ${of === 'files' ? `u.kind = 'file'` : `u.kind NOT IN ('sitemap', 'file')`}
     GROUP BY code, httpStatus${host} ORDER BY urls DESC, code, httpStatus`;
}
