/** The record of every URL that was asked for: what came back, last answer only. Stores facts, decides nothing. */
import type { Connection, Statement } from '../database.js';
import type { Outcome } from '../protocol/outcome.js';

interface RecordRow {
  readonly id: number;
  readonly requestedUrl: string | null;
  readonly httpStatus: number | null;
  readonly title: string | null;
  readonly contentType: string | null;
  readonly bodyBytes: number | null;
  readonly bodySha256: string | null;
  readonly fetchedAt: number;
  readonly durationMs: number;
  readonly canonicalUrl: string | null;
  readonly filteredLinks: number | null;
}

/** One answer to be stored with the URL it belongs to. */
export interface Answer {
  readonly id: number;
  readonly key: string;
  /** What was put on the wire. */
  readonly url: string;
  readonly outcome: Outcome;
}

export class RecordTable {
  readonly #write: Statement<[RecordRow]>;

  constructor(connection: Connection) {
    this.#write = connection.prepare(
      `INSERT OR REPLACE INTO records (id, requested_url, http_status, title, content_type, body_bytes, body_sha256,
         fetched_at, duration_ms, canonical_url, filtered_links)
       VALUES (@id, @requestedUrl, @httpStatus, @title, @contentType, @bodyBytes, @bodySha256, @fetchedAt,
         @durationMs, @canonicalUrl, @filteredLinks)`,
    );
  }

  /** Stores an answer in place of an earlier one to the same URL. */
  write({ id, key, url, outcome }: Answer): void {
    this.#write.run({
      id,
      requestedUrl: url === key ? null : url,
      httpStatus: statusOf(outcome),
      title: outcome.kind === 'page' ? outcome.title : null,
      contentType: 'contentType' in outcome ? outcome.contentType : null,
      bodyBytes: 'bodyBytes' in outcome ? outcome.bodyBytes : null,
      bodySha256: outcome.kind === 'page' ? outcome.bodySha256 : null,
      fetchedAt: outcome.startedAt,
      durationMs: outcome.durationMs,
      canonicalUrl: outcome.kind === 'page' ? outcome.canonicalUrl : null,
      filteredLinks: 'filtered' in outcome ? outcome.filtered : null,
    });
  }
}

function statusOf(outcome: Outcome): number | null {
  if (outcome.kind === 'declined') return null;
  return outcome.kind === 'failure' ? (outcome.failure.status ?? null) : outcome.status;
}
