/** What a download says to a person on the way: bars or lines, files, notices. */
import type { ViewOptions } from '../cli/crawl-command.js';
import type { CrawlConfig } from '../config/config.js';
import type { Filed, Notice } from '../delegator/events.js';
import type { FoundFile } from '../delegator/file-work.js';
import type { Resumption } from '../frontier/frontier.js';
import { DownloadPicture, type DownloadSnapshot } from '../observe/download-progress.js';
import { paintFor } from '../observe/paint.js';
import { politenessLines } from '../observe/politeness-lines.js';
import { printable, printableJson } from '../observe/printable.js';
import { type Progress, showPicture } from '../observe/progress.js';
import { formatBytes, plural } from '../observe/quantity.js';
import type { CrawlHooks } from './crawl-run.js';
import { seedHosts } from './run-snapshot.js';
import type { Invocation } from './invocation.js';
import { failureText, noticeText } from './notice-text.js';

export class DownloadDisplay implements CrawlHooks {
  readonly #config: CrawlConfig;
  readonly #view: ViewOptions;
  readonly #invocation: Invocation;
  readonly #isDryRun: boolean;
  #progress: Progress | null = null;
  #snapshot: (() => DownloadSnapshot) | null = null;
  #onAbort: () => void = () => undefined;
  #isUnread = false;

  constructor(config: CrawlConfig, view: ViewOptions, invocation: Invocation) {
    this.#config = config;
    this.#view = view;
    this.#invocation = invocation;
    this.#isDryRun = config.downloads?.isDryRun === true;
  }

  onFiles(snapshot: () => DownloadSnapshot): void {
    this.#snapshot = snapshot;
  }

  /** Nobody takes what is written any more, as behind `head`: nothing is left to say. */
  isUnread(): boolean {
    return this.#isUnread;
  }

  /** Waits until somebody has taken what was written, or will not. */
  async flush(): Promise<void> {
    const { stdout } = this.#invocation;
    await new Promise<void>((resolve) => stdout.write('', () => setImmediate(resolve)));
  }

  onStart(_resumption: Resumption): void {
    this.#invocation.stdout.once('error', () => (this.#isUnread = true));
    if (this.#view.quiet || this.#snapshot === null) return;
    const { stderr, env, stop } = this.#invocation;
    const { workers, concurrency } = this.#config;
    for (const line of politenessLines(seedHosts(this.#config), { workers, concurrency, pagesLeft: null }))
      stderr.write(`${line}\n`);
    // Some terminals cannot go back to a line that was written; and what would be fetched is a result of its own.
    const shown = env['TERM'] === 'dumb' ? 'lines' : 'auto';
    const mode = this.#view.progress && !this.#isDryRun ? shown : 'off';
    this.#progress = showPicture(new DownloadPicture(this.#snapshot, paintFor(stderr, env)), {
      stream: stderr,
      mode,
    });
    this.#onAbort = () => this.#sayStopping();
    stop.addEventListener('abort', this.#onAbort, { once: true });
  }

  onFound({ url, page, path, fate }: FoundFile): void {
    if (!this.#isDryRun || fate === 'kept' || fate === 'refused') return;
    const { stdout } = this.#invocation;
    if (this.#view.json)
      stdout.write(`${printableJson(JSON.stringify({ url, path, page, refresh: fate === 'ask' }))}\n`);
    else stdout.write(`${printable(url)} → ${printable(path)}\n`);
  }

  onFiled({ lease, outcome, state }: Filed): void {
    if (!this.#view.verbose) return;
    const what = lease.kind === 'file' ? printable(lease.key) : `listing ${printable(lease.key)}`;
    // A file that is somewhere else is asked for there next.
    const next = outcome.kind === 'redirect' ? 'redirected' : 'again later';
    this.#progress?.note(`${state === 'retry' ? next : state}: ${what}${detailOf(outcome)}`);
  }

  onNotice(notice: Notice): void {
    if (notice.kind === 'threads-stuck') this.#invocation.onStuck();
    this.#progress?.note(noticeText(notice, this.#config));
  }

  stop(): void {
    this.#invocation.stop.removeEventListener('abort', this.#onAbort);
    this.#progress?.stop();
  }

  #sayStopping(): void {
    if (this.#isDryRun) return;
    const underWay = this.#snapshot?.().inFlight.length ?? 0;
    this.#progress?.note(
      underWay === 0
        ? 'stopping: no file under way; again to leave at once'
        : `stopping: ${plural(underWay, 'file')} under way, waited for 10 s at most; what has come of them is kept; again to leave at once`,
    );
  }
}

function detailOf(outcome: Filed['outcome']): string {
  switch (outcome.kind) {
    case 'file':
      return `, ${formatBytes(outcome.bodyBytes)}`;
    case 'failure':
      return ` (${outcome.failure.code}: ${failureText(outcome.failure.message)})`;
    case 'declined':
      return ` (${outcome.reason})`;
    case 'other-type':
      return ` (content-type ${printable(outcome.contentType || 'not given')})`;
    case 'redirect':
      return ` (to ${printable(outcome.targetKey)})`;
    case 'unchanged':
      return ' (not changed)';
    default:
      return '';
  }
}
