/**
 * Runs a program that is not ours and watches what it costs, by /proc: the highest memory and the processor time that
 * the kernel counts itself, the descriptors by looking again and again. Linux only.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { processTimes } from './machine-times.js';

/** What one process has cost, all its threads together. */
export interface Watched {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Resident memory at its highest. */
  readonly peakBytes: number;
  /** The most that were seen open at once. */
  readonly descriptors: number;
  readonly exitStatus: number;
  /** The end of what it said, both streams together. */
  readonly said: string;
}

/** The first word is the program. */
export type Command = readonly [program: string, ...args: string[]];

const LOOK_MS = 10;
const SAID_LENGTH = 1000;
/** A program that takes longer is killed, and its trial not equal. */
const LIMIT_MS = 600_000;

export async function watch([program, ...args]: Command, cwd: string): Promise<Watched> {
  const start = performance.now();
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-SAID_LENGTH)));
  let seen = { cpuMs: Number.NaN, peakBytes: Number.NaN, descriptors: 0 };
  const look = setInterval(() => (seen = lookedAt(child.pid, seen)), LOOK_MS);
  let wallMs = Number.NaN;
  // It must not outlive a benchmark that was stopped.
  const kill = (): void => void child.kill('SIGKILL');
  process.on('exit', kill);
  child.once('exit', () => (wallMs = performance.now() - start));
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    return { wallMs, ...seen, exitStatus: status ?? -1, said };
  } finally {
    process.off('exit', kill);
    clearInterval(look);
  }
}

type Seen = Pick<Watched, 'cpuMs' | 'peakBytes' | 'descriptors'>;

function lookedAt(pid: number | undefined, before: Seen): Seen {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
    if (peak === undefined) return before; // It has ended and not been waited for.
    return {
      cpuMs: processTimes(pid).cpuMs,
      peakBytes: Number(peak) * 1024,
      descriptors: Math.max(before.descriptors, readdirSync(`/proc/${pid}/fd`).length),
    };
  } catch {
    return before; // Gone between two looks.
  }
}
