/**
 * What must hold of a file at rest. A fault is something that can never be right; what an unfinished
 * crawl has still to do is reported as open and is no fault.
 */
import type { Connection } from '../database.js';
import { shortestDistances } from './distances.js';

export interface Finding {
  readonly text: string;
  readonly count: number;
  /** A URL or host it concerns. */
  readonly example: string | null;
}

export interface Verification {
  readonly faults: readonly Finding[];
  readonly open: readonly Finding[];
  readonly pages: number;
  readonly links: number;
}

/** Each selects the offenders, one text column; an empty answer is well. */
const FAULTS: readonly (readonly [text: string, sql: string])[] = [
  [
    'pages miss links that were filed for them',
    `SELECT request_key FROM urls u WHERE link_count IS NOT NULL
        AND link_count <> (SELECT count(*) FROM links l WHERE l.source_id = u.id)`,
  ],
  [
    'links start at what is no finished page',
    `SELECT coalesce(u.request_key, 'id ' || l.source_id) FROM links l LEFT JOIN urls u ON u.id = l.source_id
      WHERE u.state IS NOT 'done' OR u.link_count IS NULL`,
  ],
  [
    'links lead to an unknown URL',
    `SELECT 'id ' || l.target_id FROM links l LEFT JOIN urls u ON u.id = l.target_id WHERE u.id IS NULL`,
  ],
  [
    'redirects lead to another URL than they say',
    `SELECT d.target_url FROM redirects d LEFT JOIN urls u ON u.id = d.target_id
      WHERE d.target_id IS NOT NULL AND coalesce(u.url, u.request_key) IS NOT d.target_url`,
  ],
  [
    'finished URLs are neither a page nor a redirect',
    `SELECT request_key FROM urls u WHERE state = 'done' AND kind = 'page' AND link_count IS NULL
        AND NOT EXISTS (SELECT 1 FROM redirects d WHERE d.source_id = u.id)`,
  ],
  [
    'finished URLs have no record of their answer',
    `SELECT u.request_key FROM urls u LEFT JOIN records r ON r.id = u.id WHERE u.state = 'done' AND r.id IS NULL`,
  ],
  [
    'failed or skipped URLs have no reason',
    `SELECT request_key FROM urls WHERE state IN ('failed', 'skipped') AND error IS NULL`,
  ],
  [
    'queued or finished URLs carry a reason',
    `SELECT request_key FROM urls WHERE state IN ('queued', 'leased', 'done') AND error IS NOT NULL`,
  ],
  [
    'hosts count other claimable URLs than there are',
    `SELECT host FROM hosts h WHERE claimable <> (SELECT count(*) FROM urls u
      WHERE u.host_id = h.id AND u.state = 'queued' AND u.not_before IS NULL)`,
  ],
];

const OPEN: readonly (readonly [text: string, sql: string])[] = [
  ['URLs are queued', `SELECT request_key FROM urls WHERE state = 'queued'`],
  ['URLs are leased, to be asked for again', `SELECT request_key FROM urls WHERE state = 'leased'`],
  [
    'URLs have a shorter depth not yet handed on',
    'SELECT u.request_key FROM relaxations r JOIN urls u ON u.id = r.url_id',
  ],
  ['links wait for the end of a seed’s redirects', 'SELECT target FROM deferred'],
  [
    'seeds are not admitted yet',
    `SELECT value FROM json_each((SELECT value FROM settings WHERE name = 'seeds'))
      WHERE NOT EXISTS (SELECT 1 FROM urls WHERE request_key = value)`,
  ],
];

/** Looks at everything; takes a second or so per million links. */
export function checkInvariants(connection: Connection): Verification {
  const open = OPEN.flatMap(([text, sql]) => find(connection, text, sql));
  const faults = [
    ...fileFaults(connection),
    ...FAULTS.flatMap(([text, sql]) => find(connection, text, sql)),
    ...depthFaults(connection, open.length > 0),
  ];
  const { pages, links } = connection
    .prepare<[], { pages: number; links: number }>(
      'SELECT count(link_count) AS pages, coalesce(sum(link_count), 0) AS links FROM urls',
    )
    .get() ?? { pages: 0, links: 0 };
  return { faults, open, pages, links };
}

function find(connection: Connection, text: string, sql: string): Finding[] {
  const count = connection.prepare<[], number>(`SELECT count(*) FROM (${sql})`).pluck().get() ?? 0;
  if (count === 0) return [];
  const example = connection.prepare<[], string>(`${sql} LIMIT 1`).pluck().get() ?? null;
  return [{ text, count, example }];
}

/** What SQLite itself finds wrong with the file. */
function fileFaults(connection: Connection): Finding[] {
  const results = connection.pragma('quick_check(10)') as { quick_check: string }[];
  const complaints = results.map((row) => row.quick_check).filter((text) => text !== 'ok');
  return complaints.length === 0
    ? []
    : [{ text: 'places in the file are damaged', count: complaints.length, example: complaints[0] ?? null }];
}

/**
 * Depths are exact when nothing is open. While something is, they are upper bounds: none may be below
 * the true distance over the edges there are, and none may be missing.
 */
function depthFaults(connection: Connection, isOpen: boolean): Finding[] {
  const distances = shortestDistances(connection);
  const urls = connection.prepare<[], { id: number; key: string; depth: number | null }>(
    `SELECT id, request_key AS key, depth FROM urls WHERE kind = 'page'`,
  );
  let count = 0;
  let example: string | null = null;
  for (const { id, key, depth } of urls.iterate()) {
    const distance = distances[id] ?? -1;
    const isKnown = (depth !== null) === distance >= 0;
    const isRight = isKnown && (isOpen ? (depth ?? 0) >= distance : (depth ?? -1) === distance);
    if (isRight) continue;
    count++;
    example ??= `${key} (depth ${depth}, shortest ${distance < 0 ? 'none' : distance})`;
  }
  return count === 0
    ? []
    : [{ text: 'depths are not the shortest distance from a starting point', count, example }];
}
