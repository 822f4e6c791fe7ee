/** One trial of requests: a fresh process that asks a site, and what that cost both of them. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Asked, Asks } from './asks-process.js';
import { machineTimes } from './machine-times.js';
import type { Site } from './site.js';

/** Times in ms; shares of a core while requests were under way. */
export interface AsksTrial extends Asked {
  /** Connections that the site counted. */
  readonly connections: number;
  readonly clientShare: number;
  readonly siteShare: number;
  /** Share of all cores, 0 to 1, that programs outside this benchmark took meanwhile. */
  readonly othersBusy: number;
}

const PROCESS = fileURLToPath(new URL('asks-process.js', import.meta.url));

/** Rejects if the process fails. */
export async function runAsks(site: Site, asks: Omit<Asks, 'origin'>): Promise<AsksTrial> {
  const before = { site: await site.usage(), machine: machineTimes() };
  const text = JSON.stringify({ origin: site.origin, ...asks } satisfies Asks);
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, text]);
  const asked = JSON.parse(stdout) as Asked; // Printed by the process.
  const [after, machine] = [await site.usage(), machineTimes()];
  const siteCpuMs = after.cpuMs - before.site.cpuMs;
  const othersMs = machine.busyMs - before.machine.busyMs - siteCpuMs - asked.processCpuMs;
  return {
    ...asked,
    connections: after.connections - before.site.connections,
    clientShare: asked.cpuMs / asked.ms,
    siteShare: siteCpuMs / asked.allMs,
    othersBusy: Math.max(0, othersMs / (machine.totalMs - before.machine.totalMs)),
  };
}
