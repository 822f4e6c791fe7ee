/** What a download shows of itself while it runs: a bar for the whole, and one for each file that is being fetched. */
import type { Paint } from './paint.js';
import { printable } from './printable.js';
import type { Picture } from './progress.js';
import { formatBytes, formatDuration, formatEstimate, formatNumber, plural, sum } from './quantity.js';

/** One moment of a download. Times are ms since epoch, sizes bytes. */
export interface DownloadSnapshot {
  readonly now: number;
  readonly startedAt: number;
  /** Files that listing pages have named so far. */
  readonly listed: number;
  /** Of these, those that lay there. */
  readonly kept: number;
  readonly fetched: number;
  readonly unchanged: number;
  /** Those that are still to come, under way or not. */
  readonly filesLeft: number;
  /** Listing pages still to be read. */
  readonly pagesLeft: number;
  /** Size of the fetched ones. */
  readonly bytes: number;
  /** What came over the wire in this run, for whatever. */
  readonly received: number;
  readonly inFlight: readonly FileInFlight[];
}

export interface FileInFlight {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  /** null = nobody knows. */
  readonly total: number | null;
}

/** Speeds are those of the last few seconds. */
const WINDOW_MS = 4_000;
const WHOLE_BAR = 20;
const FILE_BAR = 10;
/** Of the name of a file, something is seen on the narrowest terminal. */
const LEAST_NAME = 16;
/** Lines besides those of files, and one to spare. */
const OTHER_LINES = 4;

/** Keeps what it has seen, for the speeds. */
export class DownloadPicture implements Picture {
  readonly #snapshot: () => DownloadSnapshot;
  readonly #paint: Paint;
  #seen: DownloadSnapshot[] = [];

  constructor(snapshot: () => DownloadSnapshot, paint: Paint) {
    this.#snapshot = snapshot;
    this.#paint = paint;
  }

  block(columns: number, rows: number): string {
    const now = this.#look();
    const width = Math.max(1, columns - 1);
    const room = Math.max(1, rows - OTHER_LINES);
    const shown = now.inFlight.slice(0, now.inFlight.length > room ? room - 1 : room);
    const more = now.inFlight.length - shown.length;
    return [
      this.#whole(now),
      ...shown.map((file) => this.#file(file, width)),
      ...(more > 0 ? [`and ${formatNumber(more)} more`] : []),
    ]
      .map((line) => `  ${line}`.slice(0, width))
      .map((line, at) => (at === 0 ? line : this.#paint.dim(line)))
      .join('\n');
  }

  line(): string {
    const now = this.#look();
    return `${this.#counts(now)}; ${this.#speedText(now)}; ${formatDuration(now.now - now.startedAt)}`;
  }

  #look(): DownloadSnapshot {
    const now = this.#snapshot();
    this.#seen = [...this.#seen.filter((seen) => now.now - seen.now <= WINDOW_MS), now];
    return now;
  }

  #whole(now: DownloadSnapshot): string {
    const done = now.listed - now.filesLeft;
    // Files that are under way count for their part.
    const parts = sum(
      now.inFlight.map(({ bytes, total }) => (total === null || total === 0 ? 0 : bytes / total)),
    );
    return `${bar(now.listed === 0 ? 0 : (done + parts) / now.listed, WHOLE_BAR)} ${this.#counts(now)} · ${this.#speedText(now)}`;
  }

  #counts({ listed, filesLeft, pagesLeft }: DownloadSnapshot): string {
    const pages = pagesLeft > 0 ? `, ${plural(pagesLeft, 'listing page')} to read` : '';
    return `${formatNumber(listed - filesLeft)} of ${plural(listed, 'file')}${pages}`;
  }

  #speedText(now: DownloadSnapshot): string {
    const speed = this.#speed(({ received }) => received);
    const left = timeLeft(now, speed);
    return `${formatBytes(now.received)} · ${formatBytes(speed)}/s${left === null ? '' : ` · about ${formatEstimate(left)} left`}`;
  }

  #file({ id, name, bytes, total }: FileInFlight, width: number): string {
    const speed = this.#speed((seen) => seen.inFlight.find((file) => file.id === id)?.bytes ?? null);
    const size = total === null ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`;
    const left = total === null || speed === 0 ? '' : formatEstimate(((total - bytes) / speed) * 1000);
    const facts = [
      bar(total === null || total === 0 ? 0 : bytes / total, FILE_BAR),
      size.padStart(20),
      `${formatBytes(speed)}/s`.padStart(10),
      left.padStart(10),
    ].join(' ');
    const room = Math.max(LEAST_NAME, width - facts.length - 4);
    return `${endOf(printable(name), room).padEnd(room)} ${facts}`;
  }

  /** Of a number that grows, per second; what is not known counts for nothing. */
  #speed(of: (seen: DownloadSnapshot) => number | null): number {
    const known = this.#seen.flatMap((seen) => {
      const value = of(seen);
      return value === null ? [] : [{ at: seen.now, value }];
    });
    const [first, last] = [known[0], known.at(-1)];
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return (Math.max(0, last.value - first.value) / (last.at - first.at)) * 1000;
  }
}

/** Files whose size is not known count as much as those that have come. */
function timeLeft({ fetched, bytes, filesLeft, inFlight }: DownloadSnapshot, speed: number): number | null {
  if (speed === 0 || filesLeft === 0) return null;
  const known = inFlight.filter(({ total }) => total !== null);
  const unknown = filesLeft - known.length;
  if (unknown > 0 && fetched === 0) return null;
  const open = sum(known.map((file) => (file.total ?? 0) - file.bytes));
  return ((open + (unknown === 0 ? 0 : (unknown * bytes) / fetched)) / speed) * 1000;
}

function bar(part: number, width: number): string {
  const filled = Math.min(1, Math.max(0, part));
  const full = Math.round(filled * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(Math.floor(filled * 100)).padStart(3)} %`;
}

/** The end of a path says more than its beginning. */
function endOf(text: string, width: number): string {
  return text.length <= width
    ? text
    : `…${text.slice(text.length - width + 1).replace(/^[\udc00-\udfff]/, '')}`;
}
