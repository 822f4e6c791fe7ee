/**
 * The digest of a crawl's result: two crawls of a server that answers the same have the same one,
 * whatever the number of workers, the timing and the interruptions. For every URL: identity key, state,
 * http_status, error, title, depth, redirect_to, canonical_url; and every edge as a pair of keys. Times,
 * ids and found_on stay out, because they may differ.
 */
import { createHash } from 'node:crypto';
import type { Connection } from '../database/connection.js';

/** @returns SHA-256, lower-case hex */
export function digestOf(connection: Connection): string {
  const hash = createHash('sha256');
  const targets = connection
    .prepare<[number], string>(
      'SELECT p.request_key FROM links l JOIN urls p ON p.id = l.target_id WHERE l.source_id = ? ORDER BY 1',
    )
    .pluck();
  const pages = connection
    .prepare<[], [id: number, ...facts: unknown[]]>(
      `SELECT id, request_key, state, http_status, error, title, depth, redirect_to, canonical_url
         FROM pages ORDER BY request_key`,
    )
    .raw();
  // JSON keeps fields apart whatever they hold.
  for (const [id, ...facts] of pages.iterate()) {
    hash.update(`${JSON.stringify(facts)}\n`);
    for (const target of targets.iterate(id)) hash.update(`${JSON.stringify(target)}\n`);
  }
  return hash.digest('hex');
}
