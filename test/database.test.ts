/** Opening and refusing real files; the second writer is a real process. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { APPLICATION_ID } from '../dist/database/file.js';
import { type CrawlDatabase, openForReading, openForWriting } from '../dist/database/open.js';
import { StoreError } from '../dist/errors.js';
import { MIGRATIONS } from '../dist/migrations.js';

const NOTES = ['CREATE TABLE notes (text TEXT NOT NULL)'];
const OLDER = NOTES;
const NEWER = [...NOTES, `ALTER TABLE notes ADD COLUMN day TEXT; UPDATE notes SET day = 'Monday'`];

let folder: string;
let file: string;
const opened: { close(): void }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orbweaver-'));
  file = join(folder, 'crawl.db');
});
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
  rmSync(folder, { recursive: true });
});

function write(path = file, migrations: readonly string[] = NOTES, fresh = false): CrawlDatabase {
  const database = openForWriting(path, migrations, fresh);
  opened.push(database);
  return database;
}

function read(path = file, migrations: readonly string[] = NOTES): CrawlDatabase {
  const database = openForReading(path, migrations);
  opened.push(database);
  return database;
}

/** Makes a file of ours with these notes, and closes it. */
function makeFile(notes: readonly string[] = [], migrations: readonly string[] = NOTES): void {
  const { connection, close } = openForWriting(file, migrations, false);
  for (const text of notes) connection.prepare('INSERT INTO notes (text) VALUES (?)').run(text);
  close();
}

/** What a file holds, as a digest; null when there is none. */
function digestOf(path = file): string | null {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null;
}

function notesIn({ connection }: CrawlDatabase): unknown[] {
  return connection.prepare('SELECT text FROM notes').pluck().all();
}

/** Runs what must be refused; answers the error. */
function refusal(open: () => unknown): StoreError {
  try {
    open();
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    return error as StoreError;
  }
  throw new Error('it was not refused');
}

describe('a new file', () => {
  test('is made, marked as ours and has the latest version', () => {
    const database = write();
    expect(database.created).toBe(true);
    expect(database.connection.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
    expect(database.connection.pragma('user_version', { simple: true })).toBe(1);
    database.close();
    expect(readFileSync(file).toString('latin1', 68, 72)).toBe('ORBW');
  });

  test('may be an empty one that was there', () => {
    writeFileSync(file, '');
    expect(notesIn(write())).toEqual([]);
  });

  test('leaves no log behind when it is closed', () => {
    const database = write();
    database.connection.exec(`INSERT INTO notes VALUES ('x')`);
    database.close();
    database.close();
    expect(readdirSync(folder).sort()).toEqual(['crawl.db', 'crawl.db-lock']);
  });

  test('takes the whole schema of the program', () => {
    const { connection } = write(file, MIGRATIONS);
    const names = connection.prepare('SELECT name FROM sqlite_schema').pluck().all();
    expect(names).toEqual(expect.arrayContaining(['pages', 'links', 'backlinks', 'hosts', 'runs']));
  });
});

describe('a file of ours', () => {
  test('keeps what it holds', () => {
    makeFile(['one', 'two']);
    const database = write();
    expect(database.created).toBe(false);
    expect(notesIn(database)).toEqual(['one', 'two']);
  });

  test('of an older version is brought up to date', () => {
    makeFile(['one'], OLDER);
    const { connection } = write(file, NEWER);
    expect(connection.prepare('SELECT text, day FROM notes').all()).toEqual([{ text: 'one', day: 'Monday' }]);
    expect(connection.pragma('user_version', { simple: true })).toBe(2);
  });

  test('of an older version stays as it was when its migration fails', () => {
    makeFile(['one'], OLDER);
    const broken = [...OLDER, `ALTER TABLE notes ADD COLUMN day TEXT; INSERT INTO nowhere VALUES (1)`];
    expect(refusal(() => write(file, broken)).message).toContain('nowhere');
    const { connection } = write(file, OLDER);
    expect(connection.prepare('SELECT * FROM notes').all()).toEqual([{ text: 'one' }]);
  });

  test('of an older version sees nothing of a migration, or of an admission, that ends in a refusal', () => {
    makeFile(['one', 'two'], OLDER);
    const before = digestOf();
    const refusal = new Error('another crawl');
    const admit = (connection: CrawlDatabase['connection']): void => {
      expect(connection.prepare('SELECT day FROM notes').pluck().all()).toEqual(['Monday', 'Monday']);
      connection.exec(`INSERT INTO notes VALUES ('three', 'Tuesday')`);
      throw refusal;
    };
    expect(() => openForWriting(file, NEWER, false, admit)).toThrow(refusal);
    expect(digestOf()).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['crawl.db', 'crawl.db-lock']);
  });

  test('is emptied when asked for, and only then', () => {
    makeFile(['one']);
    const database = write(file, NOTES, true);
    expect(database.created).toBe(true);
    expect(notesIn(database)).toEqual([]);
  });

  test('is emptied together with a log that a killed process left', () => {
    makeFile(['one']);
    const { connection } = write();
    connection.exec(`INSERT INTO notes VALUES ('two')`);
    const left = join(folder, 'left.db');
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, left + suffix);
    expect(notesIn(write(left, NOTES, true))).toEqual([]);
  });

  test('is emptied even if an earlier attempt got no further than its main part', () => {
    makeFile(['one']);
    const { connection } = write();
    connection.exec(`INSERT INTO notes VALUES ('two')`);
    const left = join(folder, 'left.db');
    copyFileSync(`${file}-wal`, `${left}-wal`);
    expect(notesIn(write(left))).toEqual([]);
  });
});

describe('what is not ours is refused and left as it was', () => {
  function makeStranger(): void {
    const stranger = new BetterSqlite3(file);
    stranger.exec('CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 7');
    stranger.close();
  }

  test.each<[string, () => void, string]>([
    ['a text file', () => writeFileSync(file, 'dear diary\n'.repeat(50)), 'is not a SQLite file'],
    ['a short text file', () => writeFileSync(file, 'x'), 'is not a SQLite file'],
    [
      'the beginning of a SQLite file',
      () => writeFileSync(file, 'SQLite format 3\0'),
      'is not a SQLite file',
    ],
    ['a SQLite file of another program', makeStranger, 'is a SQLite file of another program'],
  ])('%s', (_, make, message) => {
    make();
    const before = digestOf();
    for (const open of [() => write(), () => write(file, NOTES, true), () => read()]) {
      expect(refusal(open)).toMatchObject({
        message: expect.stringContaining(message),
        hint: expect.any(String),
      });
      expect(digestOf()).toBe(before);
      expect(readdirSync(folder)).toEqual(['crawl.db']);
    }
  });

  test('a SQLite file of another program that keeps a log', () => {
    const stranger = new BetterSqlite3(file);
    opened.push(stranger);
    stranger.exec('PRAGMA journal_mode = WAL; CREATE TABLE bookmarks (url TEXT)');
    stranger.pragma('wal_checkpoint');
    stranger.exec(`INSERT INTO bookmarks VALUES ('x')`);
    const before = ['', '-wal'].map((suffix) => digestOf(file + suffix));
    refusal(() => write());
    expect(['', '-wal'].map((suffix) => digestOf(file + suffix))).toEqual(before);
  });

  test('a file of ours that a newer program wrote', () => {
    makeFile(['one'], NEWER);
    const before = digestOf();
    for (const open of [() => write(file, OLDER), () => read(file, OLDER)]) {
      expect(refusal(open)).toMatchObject({
        message: expect.stringContaining('has schema version 2; this program knows up to 1'),
        hint: expect.stringContaining('newer'),
      });
      expect(digestOf()).toBe(before);
    }
  });

  test('a file of ours that a newer program was killed over', () => {
    makeFile(['one'], NEWER);
    const { connection } = write(file, NEWER);
    connection.exec(`INSERT INTO notes (text) VALUES ('two')`);
    const left = join(folder, 'left.db');
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, left + suffix);
    const before = ['', '-wal'].map((suffix) => digestOf(left + suffix));
    refusal(() => write(left, OLDER));
    expect(['', '-wal'].map((suffix) => digestOf(left + suffix))).toEqual(before);
  });

  test('a file of ours that is damaged', () => {
    makeFile(['one']);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 100, 4_096);
    writeFileSync(file, bytes);
    const before = digestOf();
    refusal(() => notesIn(write(file, NEWER)));
    expect(digestOf()).toBe(before);
  });
});

describe('where no file can be', () => {
  test('a pipe, which nothing would ever come out of', () => {
    spawnSync('sh', ['-c', 'mkfifo "$0"', file]);
    expect(() => write()).toThrow(`${file} is not a regular file`);
    expect(() => write(file, NOTES, true)).toThrow(`${file} is not a regular file`);
    expect(() => read()).toThrow(`${file} is not a regular file`);
  });

  test('a file with two names, of which each would have its own log', () => {
    makeFile(['one']);
    linkSync(file, join(folder, 'other.db'));
    expect(() => write()).toThrow(`${file} has 2 names (hard links)`);
    expect(read().connection.prepare('SELECT text FROM notes').pluck().all()).toEqual(['one']);
  });

  test('a file that a reader does not let go of, and says so', { timeout: 20_000 }, () => {
    makeFile(['one']);
    const reader = new BetterSqlite3(file, { readonly: true });
    opened.push(reader);
    reader.exec('BEGIN');
    reader.prepare('SELECT * FROM notes').all();
    expect(() => write()).toThrow('is being read by another program, in a transaction that does not end');
  });

  test('a folder', () => {
    mkdirSync(file);
    refusal(() => write());
    refusal(() => write(file, NOTES, true));
    refusal(() => read());
    expect(readdirSync(file)).toEqual([]);
  });

  test('below a file', () => {
    writeFileSync(join(folder, 'plain'), 'text');
    expect(refusal(() => write(join(folder, 'plain', 'crawl.db'))).message).toContain('cannot write in');
    expect(readFileSync(join(folder, 'plain'), 'utf8')).toBe('text');
  });

  test('in a folder that is not there', () => {
    refusal(() => write(join(folder, 'nowhere', 'crawl.db')));
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  const isBound = process.getuid !== undefined && process.getuid() !== 0;
  test.skipIf(!isBound)('in a read-only folder (skipped where permissions do not bind us)', () => {
    makeFile(['one']);
    const before = digestOf();
    rmSync(`${file}-lock`);
    chmodSync(folder, 0o500);
    try {
      expect(refusal(() => write()).message).toContain('cannot write in');
      expect(digestOf()).toBe(before);
    } finally {
      chmodSync(folder, 0o700);
    }
  });
});

describe('reading', () => {
  test('a file that is not there is refused, and none is made', () => {
    expect(refusal(() => read()).message).toContain('there is no file');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('an older file is refused with what to do about it', () => {
    makeFile(['one'], OLDER);
    expect(refusal(() => read(file, NEWER)).hint).toContain('run the command that made it');
  });

  test('an empty one, which is no older version', () => {
    writeFileSync(file, '');
    expect(refusal(() => read()).message).toBe(`${file} is empty: no crawl was started in it`);
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  test('goes on beside a writer and sees what it committed', () => {
    const { connection } = write();
    const reader = read();
    connection.exec(`INSERT INTO notes VALUES ('one')`);
    expect(notesIn(reader)).toEqual(['one']);
  });

  test('cannot change anything', () => {
    makeFile();
    expect(() => read().connection.exec(`INSERT INTO notes VALUES ('x')`)).toThrow(/readonly/);
  });
});

describe('one writer', () => {
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  /** Another process that opens a file, writes a note and keeps the file open. */
  async function startWriter(path = file): Promise<ChildProcess> {
    const module = new URL('../dist/database/open.js', import.meta.url).href;
    const program = `
      import { openForWriting } from ${JSON.stringify(module)};
      const { connection } = openForWriting(${JSON.stringify(path)}, ${JSON.stringify(NOTES)}, false);
      connection.exec("INSERT INTO notes VALUES ('child')");
      console.log('open');
      setInterval(() => undefined, 60_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(said.toString()).toBe('open\n');
    return child;
  }

  test('a second one is refused while the first is at it, a reader is not', async () => {
    await startWriter();
    const before = digestOf();
    for (const fresh of [false, true]) {
      expect(refusal(() => write(file, NOTES, fresh))).toMatchObject({
        message: `${file} is being written by another process`,
        hint: expect.stringContaining('--db'),
      });
    }
    expect(digestOf()).toBe(before);
    expect(notesIn(read())).toEqual(['child']);
  });

  test('a second one in the same process is refused too', () => {
    write();
    refusal(() => write());
  });

  test('is free again as soon as the first is killed, and what was committed is there', async () => {
    const child = await startWriter();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(notesIn(write())).toEqual(['child']);
  });

  test('is free again once the first has closed', () => {
    write().close();
    write();
  });

  test('a file under another name has a writer of its own', async () => {
    await startWriter();
    write(join(folder, 'other.db'));
  });

  test('a second one is refused under another name of the same file', async () => {
    await startWriter();
    const alias = join(folder, 'alias.db');
    symlinkSync(file, alias);
    expect(refusal(() => write(alias)).message).toContain('is being written by another process');
  });

  test('a link that leads nowhere yet and where it leads are one name', () => {
    const alias = join(folder, 'alias.db');
    symlinkSync('crawl.db', alias);
    write(alias);
    expect(refusal(() => write(file)).message).toContain('is being written by this process');
  });
});
