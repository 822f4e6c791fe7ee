/** The threads of a run: they take as long to start as the main thread takes until it needs them. */
import type { CrawlConfig } from '../config/config.js';
import { WorkerPool } from '../delegator/pool.js';
import { workerSettings } from './worker-settings.js';

/** The delegator ends them; before there is one, whoever started them does. */
export function startThreads(config: CrawlConfig): WorkerPool {
  return new WorkerPool({
    threads: config.workers,
    concurrency: config.concurrency,
    memoryMiB: config.workerMemoryMiB,
    settings: workerSettings(config),
  });
}
