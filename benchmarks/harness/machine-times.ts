/** Processor time: of the machine, and of processes, so that what is neither ours nor idle can be told. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** What all cores have done since the machine started. */
export function machineTimes(): { busyMs: number; totalMs: number } {
  const times = cpus().map((cpu) => cpu.times);
  const idleMs = times.reduce((sum, each) => sum + each.idle, 0);
  const totalMs = times.reduce(
    (sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq,
    0,
  );
  return { busyMs: totalMs - idleMs, totalMs };
}

/** Ticks of the clock in /proc/<pid>/stat: 100 a second on every Linux that Node runs on. */
const TICK_MS = 10;

/**
 * What a process has cost, all its threads together. Linux only.
 *
 * @param pid undefined: nothing is known
 * @returns   NaN where there is no such process
 */
export function processTimes(pid: number | 'self' | undefined): {
  readonly cpuMs: number;
  /** Of its children that have ended, and theirs. */
  readonly childrenCpuMs: number;
} {
  try {
    // Behind the name, which may hold anything: utime, stime, cutime and cstime are the 14th to 17th field.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ').map(Number);
    return {
      cpuMs: (fields[11]! + fields[12]!) * TICK_MS,
      childrenCpuMs: (fields[13]! + fields[14]!) * TICK_MS,
    };
  } catch {
    return { cpuMs: Number.NaN, childrenCpuMs: Number.NaN }; // It has ended.
  }
}

/** CPU time of this process's main thread alone where the system tells it (Linux), else of all threads. */
export function mainThreadUs(): number {
  try {
    const [ns] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ');
    return Number(ns) / 1_000;
  } catch {
    const { user, system } = process.cpuUsage();
    return user + system;
  }
}
