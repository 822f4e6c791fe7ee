/**
 * What came of the files that listing pages lead to, and where each lies. A path is one file's only, and stays its own
 * from when it is final (`named`). Stores facts, decides nothing.
 */
import type { Connection, Statement } from '../database/connection.js';
import type { FileOutcome } from '../protocol/outcome.js';
import { PAGE_TYPES } from '../protocol/page-types.js';

/**
 * `wanted`: nothing of it is on disk under its name; `complete`: it is whole and recorded, but may not have its name yet;
 * `done`: it has.
 */
export type DownloadState = 'wanted' | 'complete' | 'done';

export interface Download {
  readonly id: number;
  readonly pageId: number;
  readonly url: string;
  readonly state: DownloadState;
  /** Relative to the folder of all, parts joined by `/`. */
  readonly path: string;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly contentType: string | null;
  /** Of the file that was put there last, ms since epoch; null = none was. */
  readonly modifiedAt: number | null;
  /** … and what it held. */
  readonly placedSha256: string | null;
  /** The name that the server gave with it first, raw; null = none. */
  readonly disposition: string | null;
  /** 0: the path may change until a run has ended by itself. */
  readonly named: 0 | 1;
  /** The path that it is to be taken away from first; null = none. */
  readonly movedFrom: string | null;
}

/** A path with the text that it is told from others by. */
export interface PlacePath {
  readonly path: string;
  readonly key: string;
}

const ROW = `id, page_id AS pageId, url, state, path, bytes, sha256, etag, last_modified AS lastModified,
  content_type AS contentType, modified_at AS modifiedAt, placed_sha256 AS placedSha256, disposition, named, moved_from AS movedFrom`;

export class DownloadTable {
  readonly #connection: Connection;
  readonly #byId: Statement<[number], Download>;
  readonly #byKey: Statement<[string], number>;
  readonly #below: Statement<[string, string], 1>;
  readonly #add: Statement<[number, number, string, string, string]>;
  readonly #move: Statement<[string, string, number]>;
  readonly #complete: Statement;
  readonly #setPage: Statement<[number, number]>;
  readonly #setState: Statement<[DownloadState, number]>;
  readonly #placed: Statement<[number, number]>;
  readonly #answeredType: Statement<[number], string | null>;
  readonly #release: Statement<[number]>;
  readonly #moveAway: Statement<[string, number]>;
  readonly #away: Statement<[number]>;
  readonly #setNamed: Statement<[number]>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#byId = connection.prepare(`SELECT ${ROW} FROM download_files WHERE id = ?`);
    this.#byKey = connection
      .prepare<[string], number>('SELECT id FROM download_files WHERE path_key = ?')
      .pluck();
    this.#below = connection
      .prepare<[string, string], 1>(
        'SELECT 1 FROM download_files WHERE path_key > ? AND path_key < ? LIMIT 1',
      )
      .pluck();
    this.#add = connection.prepare(
      `INSERT INTO download_files (id, page_id, url, state, path, path_key, named) VALUES (?, ?, ?, 'wanted', ?, ?, 0)`,
    );
    this.#move = connection.prepare('UPDATE download_files SET path = ?, path_key = ? WHERE id = ?');
    this.#complete = connection.prepare(
      `UPDATE download_files SET disposition = CASE WHEN @isNew THEN @disposition ELSE disposition END,
         named = CASE WHEN @isNew AND @disposition IS NOT NULL THEN 0 ELSE named END,
         state = 'complete', bytes = @bytes, sha256 = @sha256, etag = @etag,
         last_modified = @lastModified, content_type = @contentType, fetched_at = @fetchedAt WHERE id = @id`,
    );
    this.#setPage = connection.prepare('UPDATE download_files SET page_id = ? WHERE id = ?');
    this.#setState = connection.prepare('UPDATE download_files SET state = ? WHERE id = ?');
    this.#placed = connection.prepare(
      `UPDATE download_files SET state = 'done', modified_at = ?, placed_sha256 = sha256 WHERE id = ?`,
    );
    this.#answeredType = connection
      .prepare<[number], string | null>('SELECT content_type FROM records WHERE id = ?')
      .pluck();
    this.#release = connection.prepare(
      // No path begins so.
      `UPDATE download_files SET path_key = '/' || id WHERE id = ?`,
    );
    this.#moveAway = connection.prepare(
      `UPDATE download_files SET state = 'complete', moved_from = ? WHERE id = ?`,
    );
    this.#away = connection.prepare(
      'UPDATE download_files SET moved_from = NULL, modified_at = NULL, placed_sha256 = NULL WHERE id = ?',
    );
    this.#setNamed = connection.prepare('UPDATE download_files SET named = 1 WHERE id = ?');
  }

  get(id: number): Download | undefined {
    return this.#byId.get(id);
  }

  /** The content type of the last answer to it; null = none is known. */
  answeredType(id: number): string | null {
    return this.#answeredType.get(id) ?? null;
  }

  /** The file that a path belongs to. */
  ownerOf(key: string): number | undefined {
    return this.#byKey.get(key);
  }

  /** Whether files of ours lie in a folder of that name. */
  isFolder(key: string): boolean {
    // `0` is what comes after `/`.
    return this.#below.get(`${key}/`, `${key}0`) !== undefined;
  }

  /** A new one, with the path that is kept for it. */
  add(file: Pick<Download, 'id' | 'pageId' | 'url'>, { path, key }: PlacePath): void {
    this.#add.run(file.id, file.pageId, file.url, path, key);
  }

  /** Gives it another path in the place of the one it had. */
  move(id: number, { path, key }: PlacePath): void {
    this.#move.run(path, key, id);
  }

  /** Another page lists it now. */
  setPage(id: number, pageId: number): void {
    this.#setPage.run(pageId, id);
  }

  /** All of it is in its temporary file. @param isNew it is what it is for the first time: its name may change */
  complete(id: number, outcome: FileOutcome, isNew: boolean): void {
    const { bodyBytes, bodySha256, etag, lastModified, contentType, disposition, startedAt } = outcome;
    this.#complete.run({
      id,
      bytes: bodyBytes,
      sha256: bodySha256,
      etag,
      lastModified,
      contentType,
      disposition,
      isNew: isNew ? 1 : 0,
      fetchedAt: startedAt,
    });
  }

  /** Those that are whole and may not have their names yet. */
  completed(): readonly Download[] {
    return this.#connection
      .prepare<[], Download>(`SELECT ${ROW} FROM download_files WHERE state = 'complete'`)
      .all();
  }

  /** They have their names. */
  place(placed: readonly { readonly id: number; readonly modifiedAt: number }[]): void {
    this.#connection.transaction(() => {
      for (const { id, modifiedAt } of placed) this.#placed.run(modifiedAt, id);
    })();
  }

  /** Those whose names are not final. */
  unnamed(): IterableIterator<Download> {
    return this.#connection
      .prepare<[], Download>(`SELECT ${ROW} FROM download_files WHERE named = 0 ORDER BY id`)
      .iterate();
  }

  /** In one transaction: what is done there is done as a whole. */
  atOnce(work: () => void): void {
    this.#connection.transaction(work)();
  }

  /** Its path is nobody's, until it is moved. */
  release(id: number): void {
    this.#release.run(id);
  }

  /** It lies at another path than it has now, from where it is to be taken away. */
  moveAway(id: number, from: string): void {
    this.#moveAway.run(from, id);
  }

  /** Those that are to be taken away from where they lie. */
  moving(): readonly Download[] {
    return this.#connection
      .prepare<[], Download>(`SELECT ${ROW} FROM download_files WHERE moved_from IS NOT NULL`)
      .all();
  }

  /** They lie under no name. */
  movedAway(ids: readonly number[]): void {
    this.atOnce(() => {
      for (const id of ids) this.#away.run(id);
    });
  }

  /** Its path stays from now on. */
  setNamed(id: number): void {
    this.#setNamed.run(id);
  }

  /** Nothing is there of it any more. */
  want(id: number): void {
    this.#setState.run('wanted', id);
  }
}

/** How the files and pages of a run ended, counted from the file. */
export interface DownloadEnds {
  /** Listing pages that were read. */
  readonly pages: number;
  /** Pages that were not: the URL and why. */
  readonly pagesFailed: readonly EndedUrl[];
  /** Folders that were left, because of --depth. */
  readonly deeper: number;
  /** Files that failed, by failure code; `status` with the status behind it. */
  readonly failed: Readonly<Record<string, number>>;
  /** Files that were passed over, by skip reason. */
  readonly passedOver: Readonly<Record<string, number>>;
  /** Some of those that failed. */
  readonly examples: readonly EndedUrl[];
  /** Files that are HTML pages. */
  readonly htmlFiles: number;
}

export interface EndedUrl {
  readonly url: string;
  readonly reason: string;
}

const EXAMPLES = 10;
const IS_PAGE = PAGE_TYPES.map((type) => `lower(d.content_type) LIKE '${type}%'`).join(' OR ');
const REASON = `CASE u.error WHEN 'status' THEN 'HTTP ' || r.http_status ELSE u.error END`;

/** What became of all that the last run was about: what none of its pages lists is left out. */
export function readDownloadEnds(connection: Connection): DownloadEnds {
  const byReason = (state: string): Record<string, number> => {
    const rows = connection
      .prepare<[string], { reason: string; n: number }>(
        `SELECT ${REASON} AS reason, count(*) AS n FROM urls u LEFT JOIN records r ON r.id = u.id
          WHERE u.kind = 'file' AND u.state = ? AND u.error <> 'out-of-scope' GROUP BY 1 ORDER BY n DESC, reason`,
      )
      .all(state);
    return Object.fromEntries(rows.map(({ reason, n }) => [reason, n]));
  };
  const ended = (condition: string, limit: number): EndedUrl[] =>
    connection
      .prepare<[number], EndedUrl>(
        `SELECT coalesce(u.url, u.request_key) AS url, ${REASON} || CASE WHEN u.error = 'status' OR u.error_detail IS NULL
            THEN '' ELSE ': ' || u.error_detail END AS reason
           FROM urls u LEFT JOIN records r ON r.id = u.id WHERE ${condition} ORDER BY u.id LIMIT ?`,
      )
      .all(limit);
  const count = (sql: string): number => connection.prepare<[], number>(sql).pluck().get() ?? 0;
  return {
    pages: count(
      `SELECT count(*) FROM urls WHERE kind = 'page' AND state = 'done' AND link_count IS NOT NULL`,
    ),
    pagesFailed: ended(
      `u.kind = 'page' AND (u.state = 'failed' OR (u.state = 'skipped' AND (u.error IN ('robots', 'private', 'trap', 'url')
         OR (u.error = 'content-type' AND u.found_on IS NULL))))`,
      1000,
    ),
    deeper: count(`SELECT count(*) FROM urls WHERE kind = 'page' AND state = 'skipped' AND error = 'depth'
                    AND request_key LIKE '%/'`),
    failed: byReason('failed'),
    passedOver: byReason('skipped'),
    examples: ended(`u.kind = 'file' AND u.state = 'failed'`, EXAMPLES),
    htmlFiles: count(
      `SELECT count(*) FROM download_files d JOIN urls u ON u.id = d.id
        WHERE u.state = 'done' AND d.state = 'done' AND (${IS_PAGE})
          AND lower(d.path) NOT LIKE '%.htm%' AND lower(d.path) NOT LIKE '%.xhtml'`,
    ),
  };
}
