/** Benchmarks as programs: compiled before the tests of a file, with a folder that goes after them. */
import { execFile, type ExecFileException } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Benchmark {
  readonly folder: string;
  readonly run: (...args: readonly string[]) => Promise<Ended>;
  /** Names in the folder, or one below it. */
  readonly files: (below?: string) => readonly string[];
  /** A file in the folder, as text. */
  readonly read: (file: string) => string;
}

/** To be called once, at the top of a file of tests. */
export function benchmark(name: string): Benchmark {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-bench-test-'));
  beforeAll(async () => {
    const compiled = await node(join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'benchmarks');
    expect(compiled, compiled.stdout).toMatchObject({ status: 0 });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    run: (...args) => node(join(ROOT, `.cache/benchmarks/${name}.js`), ...args),
    files: (below = '') => readdirSync(join(folder, below)).toSorted(),
    read: (file) => readFileSync(join(folder, file), 'utf8'),
  };
}

function node(...args: readonly string[]): Promise<Ended> {
  return new Promise((settle) => {
    execFile(process.execPath, args, { cwd: ROOT }, (error: ExecFileException | null, stdout, stderr) => {
      settle({ status: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}
