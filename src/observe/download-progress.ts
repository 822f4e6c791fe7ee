/** What a download shows of itself while it runs: a bar for the whole, and one for each file that is being fetched. */
import stringWidth from 'string-width';
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
  /** What an earlier run left counts, too. null = nothing was heard of it yet. */
  readonly bytes: number | null;
  /** null = nobody knows. */
  readonly total: number | null;
}

/** Speeds are those of the last few seconds. */
const WINDOW_MS = 4_000;
const WHOLE_BAR = 20;
const FILE_BAR = 10;
/** Behind the blanks that every line begins with. */
const INDENT = '  ';
/** Of the name of a file, so much is seen where the terminal allows it, and on a narrow one. */
const GOOD_NAME = 16;
const LEAST_NAME = 10;
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
    const width = Math.max(1, columns - 1 - INDENT.length);
    const room = Math.max(1, rows - OTHER_LINES);
    const shown = now.inFlight.slice(0, now.inFlight.length > room ? room - 1 : room);
    const more = now.inFlight.length - shown.length;
    return [
      this.#whole(now, width),
      ...shown.map((file) => this.#file(file, width)),
      ...(more > 0 ? [`and ${formatNumber(more)} more`] : []),
    ]
      .map((line) => `${INDENT}${line}`.slice(0, Math.max(1, columns - 1)))
      .map((line, at) => (at === 0 ? line : this.#paint.dim(line)))
      .join('\n');
  }

  line(): string {
    const now = this.#look();
    return `${this.#counts(now)}; ${this.#speedText(now)}; ${formatDuration(now.now - now.startedAt)}`;
  }

  #look(): DownloadSnapshot {
    const now = this.#snapshot();
    // Before the first look there is the start.
    if (this.#seen.length === 0 && now.now > now.startedAt)
      this.#seen = [{ ...now, now: now.startedAt, received: 0, inFlight: [] }];
    const recent = this.#seen.filter((seen) => now.now - seen.now <= WINDOW_MS);
    // Lines come more seldom than that: a speed needs one look before this.
    this.#seen = [...(recent.length > 0 ? recent : this.#seen.slice(-1)), now];
    return now;
  }

  /** The most that fits: less bar first, then fewer words. What is left to say is never cut. */
  #whole(now: DownloadSnapshot, width: number): string {
    const { listed, filesLeft, received } = now;
    const done = listed - filesLeft;
    // Files that are under way count for their part.
    const parts = sum(
      now.inFlight.map(({ bytes, total }) => (total === null || total === 0 ? 0 : (bytes ?? 0) / total)),
    );
    const part = listed === 0 ? 0 : (done + parts) / listed;
    const speed = this.#speed((seen) => seen.received);
    const left = timeLeft(now, speed);
    const short = [`${formatNumber(done)}/${formatNumber(listed)}`, `${formatBytes(speed)}/s`];
    const most = [...short, ...(left === null ? [] : [shortEstimate(left)])].join(' · ');
    const text = `${this.#counts(now)} · ${this.#speedText(now)}`;
    return firstThatFits(width, [
      `${bar(part, WHOLE_BAR)} ${text}`,
      `${bar(part, FILE_BAR)} ${text}`,
      `${bar(part, FILE_BAR)} ${this.#counts(now)} · ${formatBytes(received)} · ${most.slice(most.indexOf(' · ') + 3)}`,
      `${bar(part, FILE_BAR)} ${most}`,
      `${bar(part, FILE_BAR / 2)} ${most}`,
      `${percent(part)} ${most}`,
      `${percent(part)} ${short[0]}`,
    ]);
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

  /** Columns of one width, so that files stand below one another; fewer of them on a narrow terminal. */
  #file({ id, name, bytes: heard, total }: FileInFlight, width: number): string {
    const bytes = heard ?? 0;
    const speed = this.#speed((seen) => seen.inFlight.find((file) => file.id === id)?.bytes ?? null);
    const part = total === null || total === 0 ? 0 : bytes / total;
    const left = total === null || speed === 0 ? null : ((total - bytes) / speed) * 1000;
    const pace = `${formatBytes(speed)}/s`.padStart(10);
    const size = total === null ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`;
    const amount = (total === null ? formatBytes(bytes) : percent(part)).padStart(8);
    const estimate = left === null ? '' : formatEstimate(left);
    const wide = [bar(part, FILE_BAR), size.padStart(20), pace, estimate.padStart(10)].join(' ');
    const narrow = [amount, pace, (left === null ? '' : shortEstimate(left)).padStart(6)].join(' ');
    const [facts, room] = [[wide, GOOD_NAME] as const, [narrow, LEAST_NAME] as const]
      .map(([text, least]) => [text, width - text.length - 1, least] as const)
      .find(([, space, least]) => space >= least) ?? [amount, Math.max(1, width - amount.length - 1)];
    const end = endOf(printable(name), room);
    return `${end}${' '.repeat(Math.max(0, room - stringWidth(end)))} ${facts}`;
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

/** Files whose size is not known are taken to be as large as those are, on average, whose size is. */
function timeLeft({ fetched, bytes, filesLeft, inFlight }: DownloadSnapshot, speed: number): number | null {
  if (speed === 0 || filesLeft === 0) return null;
  const known = inFlight.flatMap(({ total }) => total ?? []);
  const unknown = filesLeft - known.length;
  const sized = fetched + known.length;
  if (sized === 0) return null;
  const all = sum(known) + unknown * ((bytes + sum(known)) / sized);
  return (Math.max(0, all - sum(inFlight.map((file) => file.bytes ?? 0))) / speed) * 1000;
}

function firstThatFits(width: number, texts: readonly string[]): string {
  return texts.find((text) => text.length <= width) ?? texts.at(-1) ?? '';
}

/** `13 s`, `5 min`, `3 h`, `12 d`. */
function shortEstimate(ms: number): string {
  return formatEstimate(ms)
    .replace(/minutes?/, 'min')
    .replace(/(?<= [a-z])[a-z]*$/, (rest) => (rest === 'in' ? rest : ''));
}

function bar(part: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, part)) * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${percent(part)}`;
}

function percent(part: number): string {
  return `${String(Math.floor(Math.min(1, Math.max(0, part)) * 100)).padStart(3)} %`;
}

/** The end of a path says more than its beginning. Of some scripts, a character takes two columns. */
function endOf(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  let room = columns - 1;
  const cut = characters.findLastIndex((character) => (room -= stringWidth(character)) < 0);
  return `…${characters.slice(cut + 1).join('')}`;
}
