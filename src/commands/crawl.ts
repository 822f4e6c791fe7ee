/** `crawl`: a run with a person watching: what it says on the way, the summary, the exit status. */
import type { CrawlCommand, ViewOptions } from '../cli/crawl-command.js';
import { EXIT, exitStatusOf } from '../cli/exit-status.js';
import { readSeedFiles, type SeedLine } from '../cli/seeds-file.js';
import { resolveConfig, type CrawlConfig } from '../config/config.js';
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
import { failureText, noticeText } from './notice-text.js';

/** Runs `crawl` as parsed. Answers the exit status. */
export async function crawlCommand(command: CrawlCommand, invocation: Invocation): Promise<number> {
  const seedLines = await readSeeds(command, invocation);
  if (seedLines === null) return invocation.stopStatus();
  const config = await resolveConfig(command.options, { seedLines, names: 'flag' });
  return crawlWatched(config, command.view, invocation);
}

/** Null when it was stopped meanwhile: a person who is waited for may think better of it. */
async function readSeeds(
  { seedFiles, view }: CrawlCommand,
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

/** A rest that begins so soon after the end of the last one is part of the same trouble. */
const SAME_TROUBLE_MS = 5_000;

class Display {
  readonly #config: CrawlConfig;
  readonly #view: ViewOptions;
  readonly #invocation: Invocation;
  /** Advice that was shown on the way: it is not repeated in the summary. */
  readonly said = new Set<string>();
  readonly #advice: string[] = [];
  readonly #restsSaid = new Map<string, { readonly text: string; readonly until: number }>();
  #hadNothingToDo = false;
  #hasAsked = false;
  #progress: Progress | null = null;
  #onAbort: () => void = () => undefined;

  constructor(config: CrawlConfig, view: ViewOptions, invocation: Invocation) {
    this.#config = config;
    this.#view = view;
    this.#invocation = invocation;
  }

  onStart(resumption: Resumption, isNew: boolean, snapshot: () => Snapshot): void {
    const { counts, reclaimed } = resumption;
    // Without any URL at all it was killed before its seeds were admitted.
    this.#hadNothingToDo = counts.queued === 0 && counts.done + counts.failed + counts.skipped > 0;
    if (this.#view.quiet) return;
    const { stderr } = this.#invocation;
    if (!isNew) {
      const reclaimedText = reclaimed === 0 ? '' : `, ${formatNumber(reclaimed)} reclaimed`;
      stderr.write(
        `resuming: ${formatNumber(counts.done)} done, ${formatNumber(counts.queued)} queued${reclaimedText}\n`,
      );
    }
    const { workers, concurrency, maxPages } = this.#config;
    const pagesLeft = this.#hadNothingToDo ? 0 : maxPages === null ? null : maxPages - counts.pages;
    for (const line of politenessLines(seedHosts(this.#config), { workers, concurrency, pagesLeft }))
      stderr.write(`${line}\n`);
    // Some terminals cannot go back to a line that was written.
    const shown = this.#invocation.env['TERM'] === 'dumb' ? 'lines' : 'auto';
    const mode = this.#view.progress ? shown : 'off';
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
    this.#hasAsked = true;
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
    if (notice.kind === 'host-blocked' && this.#isSaidAlready(notice.host, text, notice.forMs)) return;
    if (notice.kind === 'within-missing') {
      this.#advice.push(text);
      if (this.#progress !== null) this.said.add(text);
    }
    this.#progress?.note(text);
  }

  /** Sentences on what to try, those already said on the way included. */
  advice({ ending, totals }: RunResult): string[] {
    const failed = sum(Object.values(totals.failed));
    if (!this.#hadNothingToDo || this.#hasAsked || failed === 0 || ending === 'held-back')
      return this.#advice;
    const [what, them] = failed === 1 ? ['1 URL', 'it'] : [plural(failed, 'URL'), 'them'];
    return [
      ...this.#advice,
      `Nothing was left to ask for; ${what} failed in an earlier run. To ask for ${them} again, add --retry-failed.`,
    ];
  }

  /** A host in trouble rests again and again for about as long: a few lines of that are enough. */
  #isSaidAlready(host: string, text: string, forMs: number): boolean {
    const said = this.#restsSaid.get(host);
    const now = Date.now();
    if (said?.text === text && now < said.until) return true;
    this.#restsSaid.set(host, { text, until: now + forMs + SAME_TROUBLE_MS });
    return false;
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
    return code === 'status' ? `HTTP ${status}` : `${code}: ${failureText(message)}`;
  }
  if (outcome.kind === 'declined') return `${outcome.reason}: ${outcome.detail}`;
  return outcome.kind === 'other-type' ? `content-type ${outcome.contentType || 'not given'}` : null;
}

/** See the table of exit statuses in cli/exit-status.ts. */
function exitStatus(
  { ending, totals, seedsWithoutPage }: RunResult,
  view: ViewOptions,
  invocation: Invocation,
): number {
  if (ending === 'stopped') return invocation.stopStatus();
  if (ending !== 'finished') return EXIT.limit;
  const failed = sum(Object.values(totals.failed));
  const broken = countBroken(totals.failedStatuses);
  const isIncomplete =
    seedsWithoutPage.length > 0 ||
    failed > broken ||
    totals.sitemaps.failed > 0 ||
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
    seedsWithoutPage,
    advice,
    pagesThisRun,
    bytesThisRun,
    elapsedMs,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** The limit that ended a run, as typed; null where none did. */
function limitOf({ ending, totals }: RunResult, config: CrawlConfig): string | null {
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

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
