/** Runs downloads as the command line does, in this process, into a folder of their own. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import Database from 'better-sqlite3';
import { test as base } from 'vitest';
import { exitStatusOf } from '../../dist/cli/exit-status.js';
import { parse } from '../../dist/cli/parse.js';
import { downloadCommand } from '../../dist/commands/download.js';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What it ended with, if that was an error. */
  readonly error: unknown;
}

export class Home {
  readonly path: string;
  readonly into: string;
  readonly db: string;

  constructor(path: string, into = join(path, 'files')) {
    this.path = path;
    this.into = into;
    this.db = join(path, 'downloads.db');
  }

  /** Runs `download` with these arguments. */
  async download(...args: readonly string[]): Promise<Ended> {
    return this.downloadUntil(new AbortController().signal, ...args);
  }

  /** As `download`; stops when the signal says so, as by Ctrl-C. */
  async downloadUntil(stop: AbortSignal, ...args: readonly string[]): Promise<Ended> {
    const argv = [
      'download',
      ...args,
      '--into',
      this.into,
      '--db',
      this.db,
      ...(args.includes('--workers') ? [] : ['--workers', '1']),
      '--no-progress',
      '--retry-delay',
      '0.01',
    ];
    const command = parse(argv);
    if (command.command !== 'download') throw new Error(`parsed as ${command.command}`);
    const [stdout, stderr] = [new Sink(), new Sink()];
    const invocation = {
      stdin: Readable.from([]),
      stdout,
      stderr,
      env: {},
      commandLine: 'orbweaver download',
      resumeCommand: () => 'orbweaver download …',
      program: 'orbweaver',
      stop,
      stopStatus: () => 130,
      onStuck: () => undefined,
    };
    try {
      const status = await downloadCommand(command, invocation);
      return { status, stdout: stdout.text, stderr: stderr.text, error: null };
    } catch (error) {
      return { status: exitStatusOf(error), stdout: stdout.text, stderr: stderr.text, error };
    }
  }

  /** Paths of all files below the folder, sorted, hidden ones too. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.into, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.into.length + 1))
      .sort();
  }

  read(file: string): Promise<Buffer> {
    return readFile(join(this.into, file));
  }

  /** Whether a file is exactly these bytes: a matcher would look at each by itself. */
  async holds(file: string, body: Buffer): Promise<boolean> {
    return (await this.read(file)).equals(body);
  }

  /** Rows of the table of downloads, by path. */
  rows(): Record<string, unknown>[] {
    const db = new Database(this.db, { readonly: true });
    try {
      return db.prepare('SELECT * FROM downloads ORDER BY path').all() as Record<string, unknown>[];
    } finally {
      db.close();
    }
  }
}

class Sink extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export const test = base.extend<{ home: Home }>({
  // oxlint-disable-next-line eslint/no-empty-pattern -- vitest reads the dependencies from the pattern
  home: async ({}, use) => {
    const path = await mkdtemp(join(tmpdir(), 'orbweaver-download-'));
    try {
      await use(new Home(path));
    } finally {
      await rm(path, { recursive: true, force: true });
    }
  },
});
