/** Many hosts that ask for delays, in a process of their own, and what came of them. Linux only. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Arrivals, HostPlan } from './hosts-process.js';
import { processTimes } from './machine-times.js';

export interface Hosts {
  /** In the order of their plans. */
  readonly origins: readonly string[];
  arrivals(): Promise<Arrivals>;
  /** Processor time of their process so far. */
  cpuMs(): number;
  close(): Promise<void>;
}

/** Rejects if the process ends before it serves. */
export async function startHosts(plans: readonly HostPlan[]): Promise<Hosts> {
  const program = fileURLToPath(new URL('hosts-process.js', import.meta.url));
  const child = fork(program, [JSON.stringify(plans)]);
  const gone = once(child, 'exit');
  const answer = async (): Promise<unknown> => {
    const dead = gone.then(() => Promise.reject(new Error('the hosts have ended before their time')));
    const [message] = (await Promise.race([once(child, 'message'), dead])) as unknown[];
    return message;
  };
  return {
    origins: (await answer()) as string[], // Both messages are those of hosts-process.ts.
    async arrivals() {
      child.send('arrivals');
      return (await answer()) as Arrivals;
    },
    cpuMs: () => processTimes(child.pid).cpuMs,
    async close() {
      child.disconnect();
      await gone;
    },
  };
}

/** How one host was treated. */
export interface HostManners {
  /** Different pages asked for, and further requests for the same ones. */
  readonly got: number;
  readonly repeated: number;
  /** Requests by the time from the first to the last, as a share of what the delay allows: 1 is the most. */
  readonly rate: number;
  /** By how much the earliest of its requests came before its time, ms: each must follow the one before by the delay. */
  readonly earlyMs: number;
  /** The same over any number of requests in a row: a request that is late lets the next one seem early. */
  readonly burstMs: number;
}

/** @param arrivals in the order of time */
export function mannersOf(arrivals: Arrivals[number], delayMs: number): HostManners {
  const got = new Set(arrivals.map(({ path }) => path)).size;
  const times = arrivals.map(({ at }) => at);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const gaps = times.slice(1).map((at, index) => at - times[index]!);
  // How far ahead of one request every so often, counted from wherever that is worst.
  let [ahead, burstMs] = [0, 0];
  for (const gap of gaps) {
    ahead = Math.max(0, ahead + delayMs - gap);
    burstMs = Math.max(burstMs, ahead);
  }
  return {
    got,
    repeated: arrivals.length - got,
    rate: (gaps.length * delayMs) / (last - first),
    earlyMs: Math.max(0, ...gaps.map((gap) => delayMs - gap)),
    burstMs,
  };
}
