/**
 * Loaded into a crawler's process before anything else (`node --import`). When the process ends, it leaves
 * what the process has cost in the file named by METER_FILE. Until then it does nothing, so that it does not
 * measure itself. Worker threads load it too and are left alone: their costs are the process's.
 */
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** The costs of one process, all its threads together where nothing else is said. */
export interface Usage {
  readonly cpuMs: number;
  /** Resident memory at its highest. */
  readonly peakBytes: number;
  /** Share of its life, 0 to 1, in which the main thread's event loop was not waiting. */
  readonly mainBusy: number;
}

const file = process.env['METER_FILE'];
if (isMainThread && file !== undefined)
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage: Usage = {
      cpuMs: (userCPUTime + systemCPUTime) / 1000,
      peakBytes: maxRSS * 1024,
      mainBusy: performance.eventLoopUtilization().utilization,
    };
    writeFileSync(file, JSON.stringify(usage));
  });
