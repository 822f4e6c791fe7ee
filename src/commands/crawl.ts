/** `crawl`: a run with a person watching, the summary, the exit status. What is said on the way: display.ts. */
import type { CrawlCommand, ViewOptions } from '../cli/crawl-command.js';
import { EXIT } from '../cli/exit-status.js';
import { redactCommandLine } from '../cli/redact.js';
import { readSeedFiles, type SeedLine } from '../cli/seeds-file.js';
import { resolveConfig, type CrawlConfig } from '../config/config.js';
import { paintFor } from '../observe/paint.js';
import { sum } from '../observe/quantity.js';
import { formatSummary, type Summary, summaryJson } from '../observe/summary.js';
import { countBroken } from '../protocol/failure.js';
import type { RunResult } from './run-result.js';
import { Display } from './display.js';
import type { Invocation } from './invocation.js';
import { limitOf, runWatched } from './watched-run.js';

/** Runs `crawl` as parsed. Answers the exit status. */
export async function crawlCommand(command: CrawlCommand, invocation: Invocation): Promise<number> {
  const seedLines = await readSeeds(command, invocation);
  if (seedLines === null) return invocation.stopStatus();
  const { options, labels } = command;
  const { env } = invocation;
  const config = await resolveConfig(options, { seedLines, names: 'flag', labels, env });
  return crawlWatched(config, command.view, invocation);
}

/** The seeds in files. Null when it was stopped meanwhile: a person who is waited for may think better of it. */
export async function readSeeds(
  { seedFiles, view }: Pick<CrawlCommand, 'seedFiles' | 'view'>,
  { stdin, stderr, stop }: Invocation,
): Promise<readonly SeedLine[] | null> {
  if (seedFiles.includes('-') && stdin.isTTY === true && !view.quiet)
    stderr.write('reading seeds from standard input, one a line; Ctrl-D ends them\n');
  try {
    return await readSeedFiles(seedFiles, stdin, stop);
  } catch (error) {
    if (stop.aborted) return null;
    throw error;
  }
}

/**
 * Crawls with a checked configuration, showing what `view` asks for. Answers the exit status.
 *
 * @param startsAfresh the same command would not go on with this crawl, so none is offered
 */
export async function crawlWatched(
  config: CrawlConfig,
  view: ViewOptions,
  invocation: Invocation,
  startsAfresh = false,
): Promise<number> {
  const { stdout, stderr } = invocation;
  const display = new Display(config, view, invocation);
  const result = await runWatched(config, display, invocation, (ended) =>
    exitStatus(ended, view, invocation),
  );
  const summary = summarise(result, config, view, invocation, {
    startsAfresh,
    advice: display.advice(result),
  });
  if (!view.quiet) {
    const unsaid = { ...summary, advice: summary.advice.filter((sentence) => !display.said.has(sentence)) };
    stderr.write(`\n${formatSummary(unsaid, paintFor(stderr, invocation.env))}`);
  }
  if (view.json) stdout.write(summaryJson(summary));
  return summary.exitStatus;
}

/** See the table of exit statuses in cli/exit-status.ts. */
function exitStatus(
  { ending, totals, seedsWithoutPage, executors, taskFailures }: RunResult,
  view: ViewOptions,
  invocation: Invocation,
): number {
  if (ending === 'stopped') return invocation.stopStatus();
  if (ending !== 'finished') return EXIT.limit;
  // A list answers for its own tasks, and for what came of them; the file may hold more.
  // A forced executor that fails leaves its earlier success in the file: only this run knows of it.
  const hasFailed = executors.some(({ failed }) => failed > 0);
  if (taskFailures !== null)
    return taskFailures.ofList + taskFailures.others > 0 || hasFailed ? EXIT.incomplete : EXIT.finished;
  const failed = sum(Object.values(totals.failed));
  const broken = countBroken(totals.failedStatuses);
  const isIncomplete =
    seedsWithoutPage.length > 0 ||
    failed > broken ||
    totals.sitemaps.failed > 0 ||
    hasFailed ||
    (view.failOnBroken && broken > 0);
  return isIncomplete ? EXIT.incomplete : EXIT.finished;
}

function summarise(
  result: RunResult,
  config: CrawlConfig,
  view: ViewOptions,
  invocation: Invocation,
  { startsAfresh, advice }: Pick<Summary, 'startsAfresh' | 'advice'>,
): Summary {
  const { ending, totals, seedsWithoutPage, pagesThisRun, bytesThisRun, elapsedMs } = result;
  const limit = limitOf(result, config);
  const outcomes = {
    finished: 'finished',
    'held-back': 'limit',
    'max-pages': 'limit',
    'max-time': 'limit',
    stopped: 'interrupted',
  } as const;
  return {
    ...totals,
    outcome: outcomes[ending],
    exitStatus: exitStatus(result, view, invocation),
    limit,
    database: config.databasePath,
    resumeCommand:
      ending === 'finished' || startsAfresh
        ? null
        : // Only --max-time begins anew with every run; at another limit the same command stops at once.
          invocation.resumeCommand(ending === 'max-time' ? null : (limit?.split(' ')[0] ?? null)),
    startsAfresh,
    executors: result.executors,
    executorFailures: result.executorFailures,
    tasks: config.tasks?.length ?? null,
    taskFailures: result.taskFailures,
    walk: result.walk,
    statusCommand:
      result.executorFailures.length === 0
        ? null
        : `${invocation.program} status --db ${redactCommandLine([config.databasePath])} --csv`,
    seedsWithoutPage,
    advice,
    pagesThisRun,
    bytesThisRun,
    elapsedMs,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}
