/** The site that is crawled: a demo wiki in a process of its own, with the truth about it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DemoWiki } from '#src/demo/wiki.js';

/** What serving has cost since the site started. */
export interface SiteUsage {
  readonly cpuMs: number;
  readonly requests: number;
  readonly connections: number;
}

export interface Site {
  readonly origin: string;
  /** Where a crawl starts. */
  readonly seed: string;
  readonly wiki: DemoWiki;
  readonly latencyMs: number;
  usage(): Promise<SiteUsage>;
  close(): Promise<void>;
}

export interface SiteOptions {
  readonly pages: number;
  /** Wait before each answer. */
  readonly latencyMs: number;
  /** Added to it: from 0 up to this, by the number of the request. */
  readonly jitterMs?: number;
}

/** Starts a site; rejects if its process ends before it serves. */
export async function startSite({ pages, latencyMs, jitterMs = 0 }: SiteOptions): Promise<Site> {
  const child = fork(fileURLToPath(new URL('site-process.js', import.meta.url)), [
    `${pages}`,
    `${latencyMs}`,
    `${jitterMs}`,
  ]);
  const gone = once(child, 'exit');
  const answer = async (): Promise<unknown> => {
    const dead = gone.then(() => Promise.reject(new Error('the site has ended before its time')));
    const [message] = (await Promise.race([once(child, 'message'), dead])) as unknown[];
    return message;
  };
  const origin = (await answer()) as string; // Both messages are those of site-process.ts.
  return {
    origin,
    seed: `${origin}/wiki/Kevin_Bacon`,
    wiki: new DemoWiki({ pages }),
    latencyMs,
    async usage() {
      child.send('usage');
      return (await answer()) as SiteUsage;
    },
    async close() {
      child.disconnect();
      await gone;
    },
  };
}
