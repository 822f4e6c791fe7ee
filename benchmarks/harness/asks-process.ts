/**
 * The process of one trial of requests: it asks for pages of a demo wiki with the crawler's own HTTP client, so many at
 * once, and holds every answer against the page that the wiki says it is. Called with {@link Asks} as JSON; prints
 * what it measured as JSON.
 */
import { DemoWiki } from '#src/demo/wiki.js';
import { Fetcher } from '#src/workers/fetcher.js';
import { THREAD_SETTINGS } from './thread-settings.js';

/** What is to be asked for. */
export interface Asks {
  readonly origin: string;
  /** Of the wiki; they are asked for in turn. */
  readonly pages: number;
  /** 1: one after the other. */
  readonly atOnce: number;
  /** Whether a connection serves more than one request. */
  readonly keepAlive: boolean;
  /** It ends after so many requests, … */
  readonly requests: number | null;
  /** … or after so long, with a fifth of that before, in which connections are opened and nothing counts. */
  readonly forMs: number | null;
}

/** What came of them while the clock ran. */
export interface Asked {
  readonly answers: number;
  /** Those of them that were the right page, byte for byte. */
  readonly right: number;
  readonly ms: number;
  /** From the first request to the last answer, what came before the clock included. */
  readonly allMs: number;
  readonly cpuMs: number;
  /** Of the whole process, its start included. */
  readonly processCpuMs: number;
  readonly peakBytes: number;
}

const RAMP = 0.2;

/** Pages and their bodies, worked out before the clock starts. */
function pagesOf({ origin, pages }: Asks): { readonly url: string; readonly body: Buffer }[] {
  const wiki = new DemoWiki({ pages });
  return Array.from({ length: pages }, (_, id) => {
    const url = wiki.urlOf(id, origin);
    return { url, body: wiki.respond(url.slice(origin.length), origin).body };
  });
}

async function measure(asks: Asks): Promise<Asked> {
  const { atOnce, keepAlive, requests, forMs } = asks;
  const pages = pagesOf(asks);
  const fetcher = new Fetcher(THREAD_SETTINGS);
  const begun = performance.now();
  const start = begun + (forMs ?? 0) * RAMP;
  const end = forMs === null ? Infinity : start + forMs;
  let [next, answers, right] = [0, 0, 0];
  let usage = process.cpuUsage();
  const ramp = setTimeout(() => (usage = process.cpuUsage()), start - begun);
  const line = async (): Promise<void> => {
    while (next < (requests ?? Infinity)) {
      const { url, body } = pages[next++ % pages.length]!;
      const isRight = await ask(fetcher, url, body, keepAlive);
      const now = performance.now();
      if (now > end) return;
      if (now < start) continue;
      answers++;
      if (isRight) right++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, line));
  const allMs = performance.now() - begun;
  const ms = forMs ?? allMs;
  const { user, system } = process.cpuUsage(usage);
  clearTimeout(ramp);
  await fetcher.close();
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    answers,
    right,
    ms,
    allMs,
    cpuMs: (user + system) / 1000,
    processCpuMs: (userCPUTime + systemCPUTime) / 1000,
    peakBytes: maxRSS * 1024,
  };
}

async function ask(fetcher: Fetcher, url: string, expected: Buffer, keepAlive: boolean): Promise<boolean> {
  try {
    const intake = (): { take: 'all'; maxBytes: number } => ({
      take: 'all',
      maxBytes: THREAD_SETTINGS.maxBodyBytes,
    });
    const { status, body } = await fetcher.send({ url, sendHeaders: true, keepAlive, intake });
    return status === 200 && body.equals(expected);
  } catch {
    return false; // An answer that did not come is a result: it is missing among those that are right.
  }
}

const asks = JSON.parse(process.argv[2] ?? '') as Asks; // Written by asks-trial.ts.
process.stdout.write(JSON.stringify(await measure(asks)));
