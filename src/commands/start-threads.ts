/** The threads of a run: started before all else, because they take as long as the main thread takes until it needs them. */
import type { CrawlConfig } from '../config/config.js';
import { WorkerPool } from '../delegator/pool.js';
import { workerSettings } from './worker-settings.js';

/** Whoever starts them ends them. */
export function startThreads(config: CrawlConfig): WorkerPool {
  return new WorkerPool({
    threads: config.workers,
    concurrency: config.concurrency,
    memoryMiB: config.workerMemoryMiB,
    settings: workerSettings(config),
  });
}
