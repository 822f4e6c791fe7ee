/** `crawl`: a run with a person watching: what it says on the way, the summary, the exit status. */
import type { CrawlCommand, ViewOptions } from '../cli/crawl-command.js';
import { EXIT, exitStatusOf } from '../cli/exit-status.js';
import { readSeedFiles } from '../cli/seeds-file.js';
import { resolveConfig, type CrawlConfig } from '../config.js';
import type { Filed } from '../delegator/events.js';
import type { Resumption } from '../frontier/frontier.js';
import { paintFor } from '../observe/paint.js';
import { formatPageLine } from '../observe/page-line.js';
import { politenessLines } from '../observe/politeness-lines.js';
import { type Progress, startProgress } from '../observe/progress.js';
import { formatNumber, plural } from '../observe/quantity.js';
import { countBroken } from '../protocol/failure.js';
import type { Snapshot } from '../observe/snapshot.js';
import { formatSummary, type Summary, summaryJson } from '../observe/summary.js';
import { type RunResult, runCrawl, seedHosts } from './crawl-run.js';
import type { Invocation } from './invocation.js';
import { noticeText } from './notice-text.js';

/** Runs `crawl` as parsed. Answers the exit status. */
export async function crawlCommand(command: CrawlCommand, invocation: Invocation): Promise<number> {
  const seedLines = await readSeedFiles(command.seedFiles, invocation.stdin);
  const config = await resolveConfig(command.options, { seedLines, names: 'flag' });
  return crawlWatched(config, command.view, invocation);
}

/** Crawls with a checked configuration, showing what `view` asks for. Answers the exit status. */
export async function crawlWatched(
  config: CrawlConfig,
  view: ViewOptions,
  invocation: Invocation,
): Promise<number> {
  const { stdout, stderr } = invocation;
  const display = new Display(config, view, invocation);
  let result: RunResult;
  try {
    result = await runCrawl({
      config,
      commandLine: invocation.commandLine,
      hooks: display,
      stop: invocation.stop,
      exitStatus: (ended) => exitStatus(ended, view, invocation),
      errorStatus: exitStatusOf,
    });
  } finally {
    display.stop();
  }
  const summary = summarise(result, config, view, invocation, display.advice);
  if (!view.quiet) stderr.write(`\n${formatSummary(summary, paintFor(stderr, invocation.env))}`);
  if (view.json) stdout.write(summaryJson(summary));
  return summary.exitStatus;
}

class Display {
  readonly #config: CrawlConfig;
  readonly #view: ViewOptions;
  readonly #invocation: Invocation;
  readonly advice: string[] = [];
  #progress: Progress | null = null;
  #onAbort: () => void = () => undefined;

  constructor(config: CrawlConfig, view: ViewOptions, invocation: Invocation) {
    this.#config = config;
    this.#view = view;
    this.#invocation = invocation;
  }

  onStart(resumption: Resumption, isNew: boolean, snapshot: () => Snapshot): void {
    if (this.#view.quiet) return;
    const { stderr } = this.#invocation;
    const { counts, reclaimed } = resumption;
    if (!isNew) {
      const reclaimedText = reclaimed === 0 ? '' : `, ${formatNumber(reclaimed)} reclaimed`;
      stderr.write(
        `resuming: ${formatNumber(counts.done)} done, ${formatNumber(counts.queued)} queued${reclaimedText}\n`,
      );
    }
    for (const line of politenessLines(seedHosts(this.#config), this.#config)) stderr.write(`${line}\n`);
    const mode = this.#view.progress ? 'auto' : 'off';
    this.#progress = startProgress({
      stream: stderr,
      mode,
      snapshot,
      paint: paintFor(stderr, this.#invocation.env),
    });
    this.#onAbort = () => this.#sayStopping(snapshot());
    this.#invocation.stop.addEventListener('abort', this.#onAbort, { once: true });
  }

  onFiled({ lease, thread, outcome, state }: Filed): void {
    if (!this.#view.verbose) return;
    this.#progress?.note(
      formatPageLine({
        thread: thread + 1,
        state: state === 'retry' ? 'queued' : state,
        status: statusOf(outcome),
        depth: lease.depth,
        durationMs: outcome.durationMs,
        url: lease.key,
        title: outcome.kind === 'page' ? outcome.title : null,
        redirectTo: outcome.kind === 'redirect' ? outcome.targetKey : null,
        reason: reasonOf(outcome),
      }),
    );
  }

  onNotice(notice: Parameters<typeof noticeText>[0]): void {
    const text = noticeText(notice, this.#config);
    if (notice.kind === 'within-missing') this.advice.push(text);
    this.#progress?.note(text);
  }

  stop(): void {
    // A pipe that breaks under the summary is no reason to talk about stopping.
    this.#invocation.stop.removeEventListener('abort', this.#onAbort);
    this.#progress?.stop();
  }

  #sayStopping({ inFlight }: Snapshot): void {
    const underWay = inFlight.reduce((total, load) => total + load, 0);
    this.#progress?.note(
      `stopping: ${plural(underWay, 'request')} under way, waited for 10 s at most; again to leave at once`,
    );
  }
}

function statusOf(outcome: Filed['outcome']): number | null {
  if (outcome.kind === 'declined') return null;
  return outcome.kind === 'failure' ? (outcome.failure.status ?? null) : outcome.status;
}

function reasonOf(outcome: Filed['outcome']): string | null {
  if (outcome.kind === 'failure') {
    const { code, message, status } = outcome.failure;
    return code === 'status' ? `HTTP ${status}` : `${code}: ${message}`;
  }
  if (outcome.kind === 'declined') return `${outcome.reason}: ${outcome.detail}`;
  return outcome.kind === 'other-type' ? `content-type ${outcome.contentType}` : null;
}

/** See the table of exit statuses in cli/exit-status.ts. */
function exitStatus(
  { ending, totals, seedsWithoutPage }: RunResult,
  view: ViewOptions,
  invocation: Invocation,
): number {
  if (ending === 'stopped') return invocation.stopStatus();
  if (ending !== 'finished') return EXIT.limit;
  const failed = Object.values(totals.failed).reduce((sum, count) => sum + count, 0);
  const broken = countBroken(totals.failedStatuses);
  const isIncomplete = seedsWithoutPage.length > 0 || failed > broken || (view.failOnBroken && broken > 0);
  return isIncomplete ? EXIT.incomplete : EXIT.finished;
}

function summarise(
  result: RunResult,
  config: CrawlConfig,
  view: ViewOptions,
  invocation: Invocation,
  advice: readonly string[],
): Summary {
  const { ending, totals, seedsWithoutPage, pagesThisRun, bytesThisRun, elapsedMs } = result;
  const outcomes = {
    finished: 'finished',
    'max-pages': 'limit',
    'max-time': 'limit',
    stopped: 'interrupted',
  } as const;
  return {
    ...totals,
    outcome: outcomes[ending],
    exitStatus: exitStatus(result, view, invocation),
    limit: limitOf(ending, config),
    database: config.databasePath,
    resumeCommand: ending === 'finished' ? null : invocation.resumeCommand,
    seedsWithoutPage,
    advice,
    pagesThisRun,
    bytesThisRun,
    elapsedMs,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function limitOf(ending: RunResult['ending'], { maxPages, maxTimeMs }: CrawlConfig): string | null {
  if (ending === 'max-pages') return `--max-pages ${maxPages}`;
  return ending === 'max-time' ? `--max-time ${(maxTimeMs ?? 0) / 1000}` : null;
}
