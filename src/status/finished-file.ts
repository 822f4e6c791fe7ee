/** One file that a download is finished with, as the library gives it, straight from the file. Reads only. */
import type { Connection, Statement } from '../database/connection.js';

/** What a download is finished with, or would ask for. */
export interface FinishedFile {
  /** The address in the link. */
  readonly url: string;
  /** The listing page whose link it is. */
  readonly page: string;
  /**
   * Below the folder of all, parts joined by `/`. Which of several files has a name that all of them want is settled when
   * the run ends: those that then have another one stand in `files.renamed` of its result.
   */
  readonly path: string;
  /** `done`: it is whole, and lies there; `wanted`: it would be asked for, were this no dry run. */
  readonly state: 'done' | 'failed' | 'skipped' | 'wanted';
  /** HTTP status of the last answer; null where there was none. */
  readonly status: number | null;
  /** Of the file as it lies there, as all that follows; null where none does. */
  readonly bytes: number | null;
  /** Hex. */
  readonly sha256: string | null;
  readonly contentType: string | null;
  /** Failure code, or the reason for which it was skipped. */
  readonly error: string | null;
  readonly errorDetail: string | null;
}

type Row = Omit<FinishedFile, 'state'> & { readonly state: FinishedFile['state'] | 'queued' | 'leased' };

export class FinishedFiles {
  readonly #file: Statement<[number], Row>;

  constructor(connection: Connection) {
    this.#file = connection.prepare(
      `SELECT d.url, p.url AS page, d.path, d.state, d.http_status AS status, d.bytes, d.sha256,
              d.content_type AS contentType, d.error, d.error_detail AS errorDetail
         FROM downloads d JOIN pages p ON p.id = d.page_id WHERE d.id = ?`,
    );
  }

  /** Null for a row that is no file, or is not finished: it was led elsewhere, or is asked for again. */
  read(id: number): FinishedFile | null {
    const row = this.#file.get(id);
    if (row === undefined) return null;
    const { state, ...file } = row;
    return state === 'queued' || state === 'leased' ? null : { ...file, state };
  }
}

/** A file that a dry run has found. */
export function wantedFile({ url, page, path }: Pick<FinishedFile, 'url' | 'page' | 'path'>): FinishedFile {
  const nothing = {
    status: null,
    bytes: null,
    sha256: null,
    contentType: null,
    error: null,
    errorDetail: null,
  };
  return { url, page, path, state: 'wanted', ...nothing };
}
