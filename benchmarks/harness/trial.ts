/**
 * One trial: a crawl of a site in a fresh process and a fresh folder, timed from outside from start to exit, so
 * that starting and closing are in it. What it found is checked when the clock has stopped.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAnswer, type Answer } from './answer.js';
import { machineTimes } from './machine-times.js';
import type { Usage } from './meter.js';
import { CRAWLER } from './root.js';
import type { Site } from './site.js';

/** What one trial came to. Times in ms, sizes in bytes. */
export interface Trial extends Answer, Usage {
  /** Of the whole process. */
  readonly wallMs: number;
  /** Of the crawl, by the crawler's own clock. */
  readonly crawlMs: number;
  /** Bodies as they came over the wire. */
  readonly bytes: number;
  readonly requests: number;
  readonly siteCpuMs: number;
  /** Share of all cores, 0 to 1, that programs outside this benchmark took meanwhile. */
  readonly othersBusy: number;
  readonly exitStatus: number;
  /** What the crawler said on stderr, if it did not end with 0. */
  readonly complaint: string | null;
}

/** A trial that takes longer is killed and counts as not equal. */
const LIMIT_MS = 600_000;
const COMPLAINT_LENGTH = 1000;
const METER = new URL('meter.js', import.meta.url).href;

/**
 * Crawls the site once.
 *
 * @param flags more of the crawler's flags, as in `['--workers', '4']`
 * @param nodeFlags flags of Node.js, as for a profile
 */
export async function runTrial(
  site: Site,
  flags: readonly string[],
  nodeFlags: readonly string[] = [],
): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-bench-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.on('exit', removeFolder);
  try {
    return await measure(site, flags, nodeFlags, folder);
  } finally {
    process.off('exit', removeFolder);
    removeFolder();
  }
}

async function measure(
  site: Site,
  flags: readonly string[],
  nodeFlags: readonly string[],
  folder: string,
): Promise<Trial> {
  const file = join(folder, 'crawl.db');
  const meterFile = join(folder, 'usage.json');
  const siteBefore = await site.usage();
  const machineBefore = machineTimes();
  const start = performance.now();
  const args = ['--seed', site.seed, '--db', file, '--quiet', '--json', ...flags];
  const ended = await run([...nodeFlags, '--import', METER, CRAWLER, ...args], meterFile, folder);
  const wallMs = performance.now() - start;
  const machineAfter = machineTimes();
  const siteAfter = await site.usage();

  const usage = readJson<Usage>(() => readFileSync(meterFile, 'utf8'));
  const summary = readJson<{ elapsedMs: number; bytesThisRun: number }>(() => ended.stdout);
  const siteCpuMs = siteAfter.cpuMs - siteBefore.cpuMs;
  const othersMs = machineAfter.busyMs - machineBefore.busyMs - siteCpuMs - (usage?.cpuMs ?? 0);
  return {
    ...answerOf(site, file),
    ...(usage ?? { cpuMs: Number.NaN, peakBytes: Number.NaN, mainBusy: Number.NaN }),
    wallMs,
    crawlMs: summary?.elapsedMs ?? Number.NaN,
    bytes: summary?.bytesThisRun ?? Number.NaN,
    requests: siteAfter.requests - siteBefore.requests,
    siteCpuMs,
    othersBusy: Math.max(0, othersMs / (machineAfter.totalMs - machineBefore.totalMs)),
    exitStatus: ended.status,
    complaint: ended.status === 0 ? null : ended.stderr.replaceAll(folder, '.').slice(-COMPLAINT_LENGTH),
  };
}

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: readonly string[], meterFile: string, cwd: string): Promise<Ended> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, METER_FILE: meterFile },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status: status ?? -1, ...said };
}

/** A crawl that left no file, or half of one, has found nothing: that is a result, not an error. */
function answerOf(site: Site, file: string): Answer {
  try {
    return checkAnswer(site, file);
  } catch {
    return { expected: site.wiki.counts().pages, got: 0, isEqual: false };
  }
}

/** Undefined where there is no such text, as after a crash. */
function readJson<Shape>(read: () => string): Shape | undefined {
  try {
    return JSON.parse(read()) as Shape; // Written by the crawler or by meter.ts.
  } catch {
    return undefined;
  }
}
