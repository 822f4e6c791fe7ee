/** The schema of a file: its version, what is refused for it, and the way up to ours. */
import { statSync } from 'node:fs';
import { StoreError } from '../errors.js';
import { connect, type Connection } from './connection.js';
import { APPLICATION_ID, isEmpty } from './file.js';

/** The schema's history: entry n brings a file from version n to n + 1 (`PRAGMA user_version`). */
export type Migrations = readonly string[];

/** Files up to this size are checked whole before they are written: a second or so. */
const CHECKED_BYTES = 512 * 1024 * 1024;

/** Refuses a newer file before it is opened for writing, which would already tidy up its write-ahead log. */
export function requireKnown(file: string, migrations: Migrations, fresh: boolean): void {
  if (isEmpty(file)) return;
  let reader: Connection | undefined;
  let version = 0;
  let damage: string | null = null;
  try {
    reader = connect(file, { readonly: true });
    version = versionOf(reader);
    damage = fresh || statSync(file).size > CHECKED_BYTES ? null : damageIn(reader);
  } catch {
    // Killed in mid-migration: only a writer can roll that back, and finds out the version then.
  } finally {
    reader?.close();
  }
  if (version > migrations.length) throw newer(file, version, migrations.length);
  if (damage !== null) {
    throw new StoreError(`${file} is damaged: ${damage}`, {
      hint: 'nothing in it was changed; look what can be saved with sqlite3 (.recover), or start over with --fresh',
    });
  }
}

/** Refuses an empty file, one of a newer version, and one older than a reader understands, who changes nothing. */
export function requireReadable(
  connection: Connection,
  file: string,
  migrations: Migrations,
  oldest: number,
): void {
  const version = versionOf(connection);
  if (version > migrations.length) throw newer(file, version, migrations.length);
  if (version === 0) throw new StoreError(`${file} is empty: no crawl was started in it`);
  if (version < oldest) {
    const known =
      oldest === migrations.length ? `version ${oldest}` : `versions ${oldest} to ${migrations.length}`;
    throw new StoreError(`${file} has schema version ${version}, and what is asked for needs ${known}`, {
      hint: 'run the command that made it once more: that brings it up to date',
    });
  }
}

/**
 * Brings a file up to our version and asks whether it is admitted, in one transaction: a refusal leaves no trace of
 * either. What `admit` reads is of our version already.
 */
export function migrate(
  connection: Connection,
  file: string,
  migrations: Migrations,
  admit: (connection: Connection) => void,
): void {
  const version = versionOf(connection);
  if (version > migrations.length) throw newer(file, version, migrations.length);
  const isOlder = version < migrations.length;
  // In a rollback journal still: a kill in here leaves the old file (or an empty one), never a half-made
  // one, and the header that says whose file it is never waits in a write-ahead log.
  if (isOlder) connection.pragma('journal_mode = DELETE');
  connection.transaction(() => {
    if (isOlder) {
      for (const step of migrations.slice(version)) connection.exec(step);
      connection.pragma(`application_id = ${APPLICATION_ID}`);
      connection.pragma(`user_version = ${migrations.length}`);
    }
    admit(connection);
  })();
}

/** The first thing that SQLite finds wrong with a file; null when it is sound. */
function damageIn(reader: Connection): string | null {
  try {
    const found = reader.pragma('quick_check(1)', { simple: true }) as string;
    return found === 'ok' ? null : (found.split('\n')[0] ?? found);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') return message;
    throw error;
  }
}

function versionOf(connection: Connection): number {
  return connection.pragma('user_version', { simple: true }) as number;
}

function newer(file: string, version: number, known: number): StoreError {
  return new StoreError(`${file} has schema version ${version}; this program knows up to ${known}`, {
    hint: 'it was written by a newer Orbweaver: use that one',
  });
}
