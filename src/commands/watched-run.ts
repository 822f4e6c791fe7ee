/** A run with a person watching, whatever it does: shown while it lasts, and what ended it. */
import { exitStatusOf } from '../cli/exit-status.js';
import type { CrawlConfig } from '../config/config.js';
import { type CrawlHooks, runCrawl } from './crawl-run.js';
import type { Invocation } from './invocation.js';
import type { RunResult } from './run-result.js';

/**
 * Runs it to its end, its limit, or until it is stopped.
 * @param exitStatus what the process will say of a result
 */
export async function runWatched(
  config: CrawlConfig,
  display: CrawlHooks & { stop(): void },
  { commandLine, stop }: Invocation,
  exitStatus: (result: RunResult) => number,
): Promise<RunResult> {
  try {
    return await runCrawl({
      config,
      commandLine,
      hooks: display,
      stop,
      exitStatus,
      errorStatus: exitStatusOf,
    });
  } finally {
    display.stop();
  }
}

/** The limit that ended a run, as typed; null where none did. */
export function limitOf({ ending, totals }: RunResult, config: CrawlConfig): string | null {
  switch (ending) {
    case 'max-pages':
      return `--max-pages ${config.maxPages}`;
    case 'max-time':
      return `--max-time ${(config.maxTimeMs ?? 0) / 1000}`;
    case 'held-back':
      return totals.heldBackByHost > 0
        ? `--max-per-host ${config.maxPerHost}`
        : `--max-variants ${config.maxVariants}`;
    default:
      return null;
  }
}
