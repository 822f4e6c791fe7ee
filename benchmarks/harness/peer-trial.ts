/** One trial of a crawl of a static site by any program: a fresh process and folder, its pages compared as a set. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineTimes, processTimes } from './machine-times.js';
import type { FileServer } from './nginx.js';
import type { SiteJob, SitePeer } from './site-peer.js';
import { watch, type Watched } from './watched.js';

/** The site, and all its pages: their paths by key. */
export interface CrawledSite {
  readonly origin: string;
  readonly start: string;
  readonly pages: ReadonlyMap<string, string>;
  /** Null where the site is somebody else's. */
  readonly server: FileServer | null;
}

/** What one trial came to. Times in ms, sizes in bytes. */
export interface PeerTrial extends Omit<Watched, 'said' | 'descriptors'> {
  /** From its first request to the end of its last answer; NaN where that is not known. */
  readonly steadyMs: number;
  readonly expected: number;
  /** Pages of the site that it has got. */
  readonly got: number;
  /** What it has got as pages beside them. */
  readonly extra: number;
  readonly isEqual: boolean;
  /** As the site's log counted them; NaN where it is not ours. */
  readonly requests: number;
  readonly serverCpuMs: number;
  /** Share of all cores, 0 to 1, that programs outside this benchmark took meanwhile. */
  readonly othersBusy: number;
  /** What it said, if its pages are not those of the site. */
  readonly complaint: string | null;
}

export interface Place {
  readonly site: CrawledSite;
  readonly scratch: string;
  readonly connections: number;
  readonly workers: number;
}

/** Runs one program once; removes what it wrote. */
export async function runPeer(peer: SitePeer, place: Place): Promise<PeerTrial> {
  const { site, connections, workers } = place;
  const scratch = mkdtempSync(join(place.scratch, 'trial-'));
  try {
    const { origin } = site;
    const job: SiteJob = { seed: `${origin}${site.start}`, origin, connections, workers, scratch };
    const urls = [...site.pages.values()].map((path) => `${origin}${path}\n`);
    writeFileSync(join(scratch, 'urls.txt'), urls.join(''));
    site.server?.takeLog();
    return await measure(peer, job, site);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measure(peer: SitePeer, job: SiteJob, site: CrawledSite): Promise<PeerTrial> {
  const { pages, server } = site;
  const before = { machine: machineTimes(), ownMs: ownCpuMs(), serverMs: server?.cpuMs() ?? 0 };
  const { wallMs, cpuMs, peakBytes, exitStatus, said } = await watch(peer.command(job), job.scratch);
  const machine = machineTimes();
  const serverCpuMs = (server?.cpuMs() ?? 0) - before.serverMs;
  const othersMs = machine.busyMs - before.machine.busyMs - serverCpuMs - (ownCpuMs() - before.ownMs);
  const requests = server?.takeLog().requests ?? Number.NaN;
  const found = foundBy(peer, job);
  if (peer.listsDeadLinks === true) await removeDead(found, site);
  const got = [...pages.keys()].filter((key) => found.has(key)).length;
  const extra = found.size - got;
  const isEqual = got === pages.size && extra === 0;
  return {
    wallMs,
    cpuMs,
    peakBytes,
    exitStatus,
    steadyMs: steadyOf(peer, job),
    expected: pages.size,
    got,
    extra,
    isEqual,
    requests,
    serverCpuMs,
    othersBusy: Math.max(0, othersMs / (machine.totalMs - before.machine.totalMs)),
    complaint: isEqual ? null : complaintOf(said, found, job, pages),
  };
}

/** A program that has left nothing to read has found nothing: that is a result, not an error. */
function foundBy(peer: SitePeer, job: SiteJob): Set<string> {
  try {
    return new Set(peer.found(job));
  } catch {
    return new Set();
  }
}

/** Leaves out what the site answers with an error: whoever keeps addresses alone cannot tell. */
async function removeDead(found: Set<string>, { pages, origin }: CrawledSite): Promise<void> {
  for (const key of [...found].filter((each) => !pages.has(each))) {
    const path = key.split('/').map(encodeURIComponent).join('/');
    // Not by HEAD, which not every server answers as it would GET.
    const { ok, body } = await fetch(origin + path);
    await body?.cancel();
    if (!ok) found.delete(key);
  }
}

function steadyOf({ steadyMs }: SitePeer, job: SiteJob): number {
  try {
    return steadyMs?.(job) ?? Number.NaN;
  } catch {
    return Number.NaN; // As above.
  }
}

/** The first page that is missing, the first that should not be there, and the program's own words. */
function complaintOf(
  said: string,
  found: ReadonlySet<string>,
  { scratch }: SiteJob,
  pages: ReadonlyMap<string, string>,
): string {
  const missing = [...pages.keys()].find((key) => !found.has(key));
  const extra = [...found].find((key) => !pages.has(key));
  const words = [
    ...(missing === undefined ? [] : [`missing, as one: ${missing}`]),
    ...(extra === undefined ? [] : [`not of the site, as one: ${extra}`]),
    said.trim(),
  ];
  return words.join('\n').replaceAll(scratch, '.').trim();
}

/** Of this process and of all that it has waited for. */
function ownCpuMs(): number {
  const { cpuMs, childrenCpuMs } = processTimes('self');
  return cpuMs + childrenCpuMs;
}
