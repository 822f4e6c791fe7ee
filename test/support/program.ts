/**
 * Runs the built program the way a user does: in an empty folder, as a process of its own, judged by what
 * it prints, leaves and ends with. The folder and every process started from it go with the test.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { test as base } from 'vitest';

export const PROGRAM = fileURLToPath(new URL('../../dist/crawl.js', import.meta.url));

/** How a process ended, and all it printed. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started process. */
export interface Running {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** What was printed on standard error so far. */
  readonly stderrSoFar: () => string;
}

/** An empty folder to run things in. */
export interface Folder {
  readonly path: string;
  /** Path of a file in it. */
  file(name: string): string;
  /** Starts the program and does not wait. */
  start(args: readonly string[]): Running;
  /** Runs the program to its end. `input` is its standard input. */
  run(args: readonly string[], input?: string): Promise<Ended>;
  /** Starts another program. */
  spawn(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Running;
}

export const test = base.extend<{ folder: Folder }>({
  // oxlint-disable-next-line eslint/no-empty-pattern -- vitest reads the dependencies from the pattern
  folder: async ({}, use) => withFolder(use),
});

/** Makes an empty folder for the time `use` takes; then ends what was started in it and removes it. */
export async function withFolder(use: (folder: Folder) => Promise<void>): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'orbweaver-program-'));
  const started: Running[] = [];
  try {
    await use(openFolder(path, started));
  } finally {
    for (const { process: child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await rm(path, { recursive: true, force: true });
  }
}

function openFolder(path: string, started: Running[]): Folder {
  const start = (command: string, args: readonly string[], env = {}): Running => {
    const running = startProcess(command, args, path, env);
    started.push(running);
    return running;
  };
  return {
    path,
    file: (name) => join(path, name),
    start: (args) => start(process.execPath, [PROGRAM, ...args]),
    run(args, input = '') {
      const { process: child, ended } = start(process.execPath, [PROGRAM, ...args]);
      child.stdin.on('error', () => undefined); // A program that refuses its arguments reads no input.
      child.stdin.end(input);
      return ended;
    },
    spawn: start,
  };
}

function startProcess(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Running {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env;
  const child = spawn(command, args, { cwd, env: { ...inherited, ...env } });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const stdout = text(child.stdout).catch(() => ''); // Closed by the test.
  const ended = once(child, 'close').then(async ([status, signal]) => ({
    status: status as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout: await stdout,
    stderr,
  }));
  return { process: child, ended, stderrSoFar: () => stderr };
}

/** The text with everything in it replaced that differs from run to run: ports, times, speeds, memory, paths. */
export function masked(output: string): string {
  return output
    .replaceAll(/127\.0\.0\.1:\d+/g, 'SITE')
    .replaceAll(
      /in [\d.,]+ (s|min), [\d.,]+ pages\/s, [\d.,]+ MB of memory/g,
      'in # s, # pages/s, # MB of memory',
    )
    .replaceAll(/node \S*crawl\.js/g, 'node dist/crawl.js')
    .replaceAll(/[0-9a-f]{64}/g, 'DIGEST');
}

/** Waits until a condition holds, looking often; gives up when the process it depends on has ended. */
export async function until(
  condition: () => boolean,
  { process: child, stderrSoFar }: Running,
): Promise<void> {
  while (!condition()) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended: ${stderrSoFar()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
