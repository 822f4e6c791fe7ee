/** One question to a crawl file in a fresh process, timed from outside from its start to its exit. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Usage } from './meter.js';
import { CRAWLER } from './root.js';

/** What it came to. Times in ms, sizes in bytes. */
export interface PathTrial {
  /** Links of a shortest chain; null = none, or the program failed. */
  readonly found: number | null;
  /** How many shortest chains there are; −1 where the program failed. */
  readonly count: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

const METER = new URL('meter.js', import.meta.url).href;

export async function askPath(file: string, from: string, to: string, folder: string): Promise<PathTrial> {
  const meterFile = join(folder, 'usage.json');
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', METER, CRAWLER, 'path', from, to, '--db', file, '--json'],
    {
      env: { ...process.env, METER_FILE: meterFile },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [printed, [status]] = await Promise.all([
    text(child.stdout),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  const wallMs = performance.now() - start;
  const { cpuMs, peakBytes } = JSON.parse(readFileSync(meterFile, 'utf8')) as Usage; // Written by meter.ts.
  if (status !== 0 && status !== 1) return { found: null, count: -1, wallMs, cpuMs, peakBytes };
  const { steps, count } = JSON.parse(printed) as { steps: number | null; count: number };
  return { found: steps, count, wallMs, cpuMs, peakBytes };
}
