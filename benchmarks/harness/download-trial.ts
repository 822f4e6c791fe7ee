/**
 * One trial of a download: a fresh process into an empty folder, then its files verified by their SHA-256, then all of
 * it on the disk. The clock runs from the start of the first to the end of the last.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compareWith, type Corpus } from './corpus.js';
import { machineTimes, processTimes } from './machine-times.js';
import type { FileServer } from './nginx.js';
import type { Job, Peer } from './peer.js';
import { watch, type Watched } from './watched.js';

/** What one trial came to. Times in ms, sizes in bytes. */
export interface DownloadTrial extends Omit<Watched, 'said'> {
  /** All three steps; `wallMs` is the first of them, the program alone. */
  readonly totalMs: number;
  readonly verifyMs: number;
  readonly syncMs: number;
  readonly expected: number;
  readonly got: number;
  /** Every file there byte for byte and nothing else, looked at when the clock has stopped; and verified before. */
  readonly isEqual: boolean;
  readonly serverCpuMs: number;
  /** Share of all cores, 0 to 1, that programs outside this benchmark took meanwhile. */
  readonly othersBusy: number;
  readonly requests: number;
  readonly connections: number;
  /** What it said, if it did not end with 0 or is not equal. */
  readonly complaint: string | null;
}

export interface Place {
  readonly corpus: Corpus;
  readonly server: FileServer;
  /** Where trials have their folders, one after the other. */
  readonly scratch: string;
}

/** `sha256sum -c` over the whole list, two at a time. */
const VERIFY = `xargs --arg-file="$1" --delimiter='\\n' --max-procs=2 --max-args=8 \\
  sh -c 'printf "%s\\n" "$@" | sha256sum --check --strict --quiet' sh`;

/** Runs one program once; removes what it wrote. */
export async function runDownload(peer: Peer, place: Place, connections: number): Promise<DownloadTrial> {
  const folder = mkdtempSync(join(place.scratch, 'trial-'));
  try {
    const job: Job = {
      urls: [...place.corpus.digests.keys()].map((name) => `${place.server.origin}/files/${name}`),
      index: `${place.server.origin}/files/`,
      into: join(folder, 'into'),
      scratch: folder,
      connections,
    };
    mkdirSync(job.into);
    const command = peer.command(job);
    // What earlier trials left to be written is not this one's.
    await watch(['sync', '--file-system', folder], folder);
    place.server.takeLog();
    return await measure(peer, job, place, command);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  peer: Peer,
  job: Job,
  { corpus, server }: Place,
  command: ReturnType<Peer['command']>,
): Promise<DownloadTrial> {
  const before = { machine: machineTimes(), ownMs: ownCpuMs(), serverMs: server.cpuMs() };
  const start = performance.now();
  const { said, ...costs } = await watch(command, job.scratch);
  const downloaded = performance.now();
  const verified = await verify(peer, job, corpus);
  const verifiedAt = performance.now();
  await watch(['sync', '--file-system', job.into], job.into);
  const end = performance.now();
  const machine = machineTimes();
  const serverCpuMs = server.cpuMs() - before.serverMs;
  const othersMs = machine.busyMs - before.machine.busyMs - serverCpuMs - (ownCpuMs() - before.ownMs);
  const { got, isEqual } = compareWith(corpus, job.into);
  const isRight = isEqual && verified === '';
  return {
    ...costs,
    totalMs: end - start,
    verifyMs: verifiedAt - downloaded,
    syncMs: end - verifiedAt,
    expected: corpus.digests.size,
    got,
    isEqual: isRight,
    serverCpuMs,
    othersBusy: Math.max(0, othersMs / (machine.totalMs - before.machine.totalMs)),
    ...server.takeLog(),
    complaint:
      isRight && costs.exitStatus === 0 ? null : `${said}\n${verified}`.replaceAll(job.scratch, '.').trim(),
  };
}

/** Of this process and of all that it has waited for. */
function ownCpuMs(): number {
  const { cpuMs, childrenCpuMs } = processTimes('self');
  return cpuMs + childrenCpuMs;
}

/** What is wrong with the files; '' if nothing is. */
async function verify(peer: Peer, job: Job, corpus: Corpus): Promise<string> {
  if (peer.recorded === undefined) {
    const { exitStatus, said } = await watch(['sh', '-c', VERIFY, 'sh', corpus.sumsFile], job.into);
    return exitStatus === 0 ? '' : `sha256sum: ${said}`;
  }
  try {
    const recorded = peer.recorded(job);
    const wrong = [...corpus.digests].filter(([name, digest]) => recorded.get(name) !== digest);
    return wrong.length === 0 ? '' : `${wrong.length} digests are missing or wrong`;
  } catch (error) {
    return String(error); // No database: a result, as with programs that bring no files.
  }
}
