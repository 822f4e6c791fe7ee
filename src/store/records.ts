/**
 * What came back: the last answer to every URL as its record, those before it as tries. Stores facts, decides
 * nothing.
 */
import type { Connection, Statement } from '../database/connection.js';
import type { FailureCode } from '../protocol/failure.js';
import { type Outcome, statusOf } from '../protocol/outcome.js';

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
  readonly strippedLinks: number | null;
  readonly proxy: string | null;
}

/** One answer to be stored with the URL it belongs to. */
export interface Answer {
  readonly id: number;
  /** The URL that it is known by; null = it is known by something else. */
  readonly key: string | null;
  /** What was put on the wire. */
  readonly url: string;
  readonly outcome: Outcome;
  /** Whether it settled the URL. One that did not is remembered as a try, too. */
  readonly isLast: boolean;
  /** The proxy it came through, without its password; null = none. */
  readonly proxy: string | null;
}

interface TryRow {
  readonly id: number;
  readonly askedAt: number;
  readonly durationMs: number;
  readonly httpStatus: number | null;
  readonly error: FailureCode | null;
  readonly detail: string | null;
  readonly proxy: string | null;
}

export class RecordTable {
  readonly #connection: Connection;
  readonly #write: Statement<[RecordRow]>;
  readonly #addTry: Statement<[TryRow]>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#write = connection.prepare(
      `INSERT OR REPLACE INTO records (id, requested_url, http_status, title, content_type, body_bytes, body_sha256,
         fetched_at, duration_ms, canonical_url, filtered_links, stripped_links, proxy)
       VALUES (@id, @requestedUrl, @httpStatus, @title, @contentType, @bodyBytes, @bodySha256, @fetchedAt,
         @durationMs, @canonicalUrl, @filteredLinks, @strippedLinks, @proxy)`,
    );
    this.#addTry = connection.prepare(
      `INSERT INTO tries (url_id, asked_at, duration_ms, http_status, error, detail, proxy)
       VALUES (@id, @askedAt, @durationMs, @httpStatus, @error, @detail, @proxy)`,
    );
  }

  /** Stores an answer in place of an earlier one to the same URL. */
  write({ id, key, url, outcome, isLast, proxy }: Answer): void {
    if (!isLast) this.#addTry.run(tryOf(id, outcome, proxy));
    this.#write.run({
      id,
      requestedUrl: url === key ? null : url,
      httpStatus: statusOf(outcome),
      title: outcome.kind === 'page' ? outcome.title : null,
      contentType: 'contentType' in outcome ? outcome.contentType : null,
      bodyBytes: 'bodyBytes' in outcome ? outcome.bodyBytes : null,
      bodySha256: outcome.kind === 'page' || outcome.kind === 'file' ? outcome.bodySha256 : null,
      fetchedAt: outcome.startedAt,
      durationMs: outcome.durationMs,
      canonicalUrl: outcome.kind === 'page' ? outcome.canonicalUrl : null,
      filteredLinks: 'filtered' in outcome ? outcome.filtered : null,
      strippedLinks: 'stripped' in outcome ? (outcome.stripped ?? null) : null,
      proxy,
    });
  }

  /**
   * Remembers how URLs failed that are to be asked for again, before the next answer takes the record's place.
   * May be repeated.
   *
   * @param code of which failures; `all` of them
   */
  rememberFailed(code: FailureCode | 'all'): void {
    this.#connection
      .prepare(
        `INSERT INTO tries (url_id, asked_at, duration_ms, http_status, error, detail, proxy)
         SELECT u.id, r.fetched_at, r.duration_ms, r.http_status, u.error, u.error_detail, r.proxy
           FROM urls u JOIN records r ON r.id = u.id
          WHERE u.state = 'failed' AND (@code = 'all' OR u.error = @code)
            AND NOT EXISTS (SELECT 1 FROM tries t WHERE t.url_id = u.id AND t.asked_at = r.fetched_at)`,
      )
      .run({ code });
  }
}

function tryOf(id: number, outcome: Outcome, proxy: string | null): TryRow {
  const { startedAt, durationMs } = outcome;
  const failure = outcome.kind === 'failure' ? outcome.failure : null;
  const spelling = outcome.kind === 'redirect' ? `to another spelling of it: ${outcome.targetUrl}` : null;
  return {
    id,
    askedAt: startedAt,
    durationMs,
    httpStatus: statusOf(outcome),
    error: failure?.code ?? null,
    detail: failure?.message ?? spelling,
    proxy,
  };
}
