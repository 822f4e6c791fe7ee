/** One page or task that a run is finished with, as the library gives it, straight from the file. Reads only. */
import type { Connection, Statement } from '../database/connection.js';
import type { JsonObject, JsonValue } from '../protocol/json.js';
import type { Execution } from '../protocol/work.js';

/**
 * What a run is finished with: a page of a crawl, or an entry of a task list. `Results` is what the executors answer,
 * by name; nothing checks that they do.
 */
export interface FinishedPage<Results extends object = Readonly<Record<string, JsonValue>>> {
  /** The page's URL, or the key in the task list. */
  readonly key: string;
  readonly url: string;
  /** `done`: there was an answer with a 2xx status. */
  readonly state: 'done' | 'failed' | 'skipped';
  /** HTTP status of the last answer; null where there was none. */
  readonly status: number | null;
  /** Of an HTML page of a crawl. */
  readonly title: string | null;
  /** Links from a seed, as far as is known now; 0 for an entry of a task list. */
  readonly depth: number | null;
  readonly contentType: string | null;
  /** Of the decoded body. */
  readonly bodyBytes: number | null;
  /** Links to other URLs of the crawl; 0 for an entry of a task list. */
  readonly linkCount: number;
  /** Failure code, or the reason for which it was skipped. */
  readonly error: string | null;
  readonly errorDetail: string | null;
  readonly params: JsonObject;
  /** What executors answered, by name: those that succeeded, in this run or an earlier one. */
  readonly results: Readonly<Partial<Results>>;
  /** Of executors that failed, by name: a code, a colon, a text. */
  readonly errors: Readonly<Record<string, string>>;
}

type Row = Omit<FinishedPage, 'key' | 'params' | 'results' | 'errors'>;

interface TaskRow {
  readonly id: number;
  readonly key: string;
  readonly params: string;
}

interface EndRow {
  readonly executor: string;
  readonly status: Execution['status'];
  readonly output: string | null;
  readonly error: string | null;
}

export class FinishedPages {
  readonly #page: Statement<[number], Row>;
  readonly #task: Statement<[number], TaskRow>;
  readonly #ends: Statement<[number], EndRow>;

  constructor(connection: Connection) {
    this.#page = connection.prepare(
      `SELECT coalesce(u.url, u.request_key) AS url, u.state, r.http_status AS status, r.title, u.depth,
              r.content_type AS contentType, r.body_bytes AS bodyBytes, coalesce(u.link_count, 0) AS linkCount,
              u.error, u.error_detail AS errorDetail
         FROM urls u LEFT JOIN records r ON r.id = u.id WHERE u.id = ?`,
    );
    this.#task = connection.prepare('SELECT id, key, params FROM tasks WHERE page_id = ?');
    this.#ends = connection.prepare(
      'SELECT executor, status, output, error FROM executions WHERE task_id = ? ORDER BY executor',
    );
  }

  /** @param pageId of a row that there is */
  read(pageId: number): FinishedPage {
    const page = this.#page.get(pageId) as Row;
    const task = this.#task.get(pageId);
    const ends = task === undefined ? [] : this.#ends.all(task.id);
    return {
      key: task?.key ?? page.url,
      ...page,
      params: JSON.parse(task?.params ?? '{}') as JsonObject,
      results: Object.fromEntries(
        ends.flatMap(({ executor, status, output }) =>
          status === 'success' ? [[executor, JSON.parse(output ?? 'null') as JsonValue]] : [],
        ),
      ),
      errors: Object.fromEntries(
        ends.flatMap(({ executor, status, error }) => (status === 'failed' ? [[executor, error ?? '']] : [])),
      ),
    };
  }
}
