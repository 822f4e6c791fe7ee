/** What a crawl says to a person on the way: how it begins, the live line, pages, notices, advice. */
import type { ViewOptions } from '../cli/crawl-command.js';
import type { CrawlConfig } from '../config/config.js';
import type { Filed, Notice } from '../delegator/events.js';
import type { Resumption, StateCounts } from '../frontier/frontier.js';
import { formatPageLine } from '../observe/page-line.js';
import { paintFor } from '../observe/paint.js';
import { politenessLines } from '../observe/politeness-lines.js';
import { type Progress, startProgress } from '../observe/progress.js';
import { formatNumber, plural, sum } from '../observe/quantity.js';
import type { Snapshot } from '../observe/snapshot.js';
import { statusOf } from '../protocol/outcome.js';
import { proxiesOf } from '../proxies/plan.js';
import type { KeyOf } from './crawl-run.js';
import type { RunResult } from './run-result.js';
import { seedHosts } from './run-snapshot.js';
import type { Invocation } from './invocation.js';
import { walkJson, walkLine } from '../observe/walk-lines.js';
import type { WalkEvent, WalkStand } from '../walk/events.js';
import { failureText, noticeText } from './notice-text.js';

/** A rest that begins so soon after the end of the last one is part of the same trouble. */
const SAME_TROUBLE_MS = 5_000;

/** With more proxies than these, only their end is told, not every rest. */
const MANY_PROXIES = 10;

/** Hooks of a run that write to standard error what the view asks for. */
export class Display {
  readonly #config: CrawlConfig;
  readonly #view: ViewOptions;
  readonly #invocation: Invocation;
  /** Advice that was shown on the way: it is not repeated in the summary. */
  readonly said = new Set<string>();
  readonly #advice: string[] = [];
  readonly #restsSaid = new Map<string, { readonly text: string; readonly until: number }>();
  readonly #hasManyProxies: boolean;
  #hadNothingToDo = false;
  #hasAsked = false;
  #progress: Progress | null = null;
  #keyOf: KeyOf = () => null;
  #onAbort: () => void = () => undefined;

  constructor(config: CrawlConfig, view: ViewOptions, invocation: Invocation) {
    this.#config = config;
    this.#hasManyProxies = proxiesOf(config.proxies).length > MANY_PROXIES;
    this.#view = view;
    this.#invocation = invocation;
  }

  onStart(resumption: Resumption, isNew: boolean, snapshot: () => Snapshot, keyOf: KeyOf): void {
    const { counts, reclaimed } = resumption;
    this.#keyOf = keyOf;
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
    const { workers, concurrency } = this.#config;
    const isOver = this.#hadNothingToDo && this.#config.walk === null;
    const pagesLeft = isOver ? 0 : this.#pagesLeft(counts);
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

  /** Pages until the run is over, as far as it is known; null = it is not. */
  #pagesLeft({ pages, queued }: StateCounts): number | null {
    const { maxPages, tasks, walk } = this.#config;
    if (tasks !== null) return queued;
    if (walk !== null) return Math.max(0, walk.seeds.length * (walk.steps + 1) - pages);
    return maxPages === null ? null : maxPages - pages;
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
        key: lease.kind === 'page' || lease.kind === 'sitemap' ? null : this.#keyOf(lease.pageId),
        url: lease.key,
        title: outcome.kind === 'page' ? outcome.title : null,
        redirectTo: outcome.kind === 'redirect' ? outcome.targetKey : null,
        reason: reasonOf(outcome),
      }),
    );
  }

  onNotice(notice: Notice): void {
    if (notice.kind === 'threads-stuck') this.#invocation.onStuck();
    if (notice.kind === 'proxy-rested' && this.#hasManyProxies && !this.#view.verbose) return;
    const text = noticeText(notice, this.#config);
    if (notice.kind === 'host-blocked' && this.#isSaidAlready(notice.host, text, notice.forMs)) return;
    if (notice.kind === 'within-missing') {
      this.#advice.push(text);
      if (this.#progress !== null) this.said.add(text);
    }
    this.#progress?.note(text);
  }

  /** Moves are results, and go where results go; the end of a walker is a notice, unless a program reads. */
  onWalk(event: WalkEvent): void {
    const { stdout } = this.#invocation;
    if (this.#view.json) stdout.write(`${walkJson(event)}\n`);
    else if (event.kind === 'end') this.#progress?.note(walkLine(event));
    else stdout.write(`${walkLine(event)}\n`);
  }

  /** Sentences on what to try, those already said on the way included. */
  advice({ ending, totals, walk }: RunResult): string[] {
    const failed = sum(Object.values(totals.failed));
    if (this.#config.tasks !== null) return this.#advice;
    const advice = walk === null ? this.#advice : [...this.#advice, ...this.#walkAdvice(walk)];
    if (!this.#hadNothingToDo || this.#hasAsked || failed === 0 || ending === 'held-back') return advice;
    const [what, them] = failed === 1 ? ['1 URL', 'it'] : [plural(failed, 'URL'), 'them'];
    return [
      ...advice,
      `Nothing was left to ask for; ${what} failed in an earlier run. To ask for ${them} again, add --retry-failed.`,
    ];
  }

  #walkAdvice({ walkers, rngSeed, isRepeatable }: WalkStand): string[] {
    const { steps = 0, rngSeed: given = null } = this.#config.walk ?? {};
    const isOver = walkers.every(({ ended }) => ended === 'steps');
    return [
      ...(isOver && !this.#hasAsked
        ? [`Every walker has taken its ${plural(steps, 'step')}: give more --steps to go on.`]
        : []),
      ...(isRepeatable && given === null && walkers.some((walker) => walker.steps > 0)
        ? [`To take the same walk again, into another file: --rng-seed ${rngSeed}`]
        : []),
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
    const wait = underWay === 0 ? '' : ', waited for 10 s at most';
    this.#progress?.note(`stopping: ${plural(underWay, 'request')} under way${wait}; again to leave at once`);
  }
}

function reasonOf(outcome: Filed['outcome']): string | null {
  if (outcome.kind === 'failure') {
    const { code, message, status } = outcome.failure;
    return code === 'status' ? `HTTP ${status}` : `${code}: ${failureText(message)}`;
  }
  if (outcome.kind === 'declined') return `${outcome.reason}: ${outcome.detail}`;
  return outcome.kind === 'other-type' ? `content-type ${outcome.contentType || 'not given'}` : null;
}
