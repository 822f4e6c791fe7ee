/** Benchmarks as they are called: compiled, in a process of their own. */
import { execFile, type ExecFileException } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Compiles all of them; rejects if that fails. */
export async function compileBenchmarks(): Promise<void> {
  const { status, stdout } = await node(join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'benchmarks');
  if (status !== 0) throw new Error(stdout);
}

/** @param name of its file, without an ending */
export function runBenchmark(name: string, ...flags: readonly string[]): Promise<Ended> {
  return node(join(ROOT, `.cache/benchmarks/${name}.js`), ...flags);
}

/** The trials that it has kept in a folder. The caller knows what is in them. */
export function samplesIn<Sample>(folder: string): Sample[] {
  const lines = readFileSync(join(folder, 'raw.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Sample);
}

function node(...args: string[]): Promise<Ended> {
  return new Promise((settle) => {
    execFile(process.execPath, args, { cwd: ROOT }, (error: ExecFileException | null, stdout, stderr) => {
      settle({ status: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}
