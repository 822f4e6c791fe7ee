/**
 * Progress on standard error: a live block on a terminal, a plain line every few seconds elsewhere,
 * or nothing. It watches and never steers; whatever it cannot draw, the crawl goes on.
 */
import type { createLogUpdate } from 'log-update';
import { type History, rateAverage, rateNow, remember, timeLeft } from './rates.js';
import { PLAIN, type Paint } from './paint.js';
import { printable } from './printable.js';
import {
  formatBytes,
  formatDuration,
  formatEstimate,
  formatGap,
  formatNumber,
  formatRate,
} from './quantity.js';
import type { Snapshot } from './snapshot.js';

/** `auto` is `live` on a terminal that has a width, else `lines`. */
export type ProgressMode = 'auto' | 'live' | 'lines' | 'off';

/** What is needed of process.stderr. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export interface PictureSettings {
  readonly stream: ProgressStream;
  readonly mode: ProgressMode;
  /** Ms between two pictures; 200 live and 5,000 in lines if left out. */
  readonly intervalMs?: number;
}

export interface ProgressSettings extends PictureSettings {
  readonly snapshot: () => Snapshot;
  readonly paint?: Paint;
}

export interface Progress {
  /** Prints a line that stays, above the live block. The text must be printable already. */
  note(text: string): void;
  /** Takes the live block away and ends. Whoever prints the summary calls it before. */
  stop(): void;
}

const LIVE_MS = 200;
const LINES_MS = 5_000;

/** What is shown of a run, made anew at each look. */
export interface Picture {
  /** Lines, none as wide as the terminal. */
  block(columns: number, rows: number): string;
  /** One line that says the same. */
  line(): string;
}

/** Starts to show; the timer keeps no process alive. */
export function startProgress({ snapshot, paint = PLAIN, ...settings }: ProgressSettings): Progress {
  let history: History = remember([], snapshot());
  const look = (): Snapshot => {
    const seen = snapshot();
    history = remember(history, seen);
    return seen;
  };
  return showPicture(
    {
      block: (columns) => progressBlock(look(), history, columns, paint),
      line: () => progressLine(look(), history),
    },
    settings,
  );
}

/** Shows a picture that changes; the timer keeps no process alive. */
export function showPicture(picture: Picture, settings: PictureSettings): Progress {
  switch (resolveMode(settings)) {
    case 'live':
      return startLive(picture, settings);
    case 'lines':
      return startLines(picture, settings);
    default:
      return { note: (text) => void settings.stream.write(`${text}\n`), stop: () => {} };
  }
}

function resolveMode({ mode, stream }: PictureSettings): Exclude<ProgressMode, 'auto'> {
  if (mode !== 'auto') return mode;
  return stream.isTTY === true && (stream.columns ?? 0) > 0 ? 'live' : 'lines';
}

function startLines(picture: Picture, { stream, intervalMs = LINES_MS }: PictureSettings): Progress {
  const timer = setInterval(() => stream.write(`${picture.line()}\n`), intervalMs).unref();
  return { note: (text) => void stream.write(`${text}\n`), stop: () => clearInterval(timer) };
}

/** The drawing library takes its time to load: it is imported here, and the crawl does not wait. */
function startLive(picture: Picture, { stream, intervalMs = LIVE_MS }: PictureSettings): Progress {
  let log: ReturnType<typeof createLogUpdate> | undefined;
  let stopped = false;
  const draw = (): void => log?.(picture.block(stream.columns ?? 80, stream.rows ?? 24));
  const timer = setInterval(draw, intervalMs).unref();
  import('log-update').then(
    (library) => {
      if (stopped) return;
      // With the cursor hidden, a kill -9 would leave a terminal without one.
      log = library.createLogUpdate(stream, { showCursor: true });
      draw();
    },
    () => {}, // No display is no reason to end a crawl.
  );
  return {
    note(text) {
      if (log === undefined) stream.write(`${text}\n`);
      else log.persist(text);
    },
    stop() {
      stopped = true;
      clearInterval(timer);
      log?.clear();
      log?.done();
      log = undefined;
    },
  };
}

/** One line of progress, as printed where there is no terminal. */
export function progressLine(snapshot: Snapshot, history: History): string {
  const { counts } = snapshot;
  const left = timeLeft(history, snapshot);
  return [
    `${formatNumber(counts.done)} done, ${formatNumber(counts.queued)} queued, ` +
      `${formatNumber(counts.leased)} in flight, ${formatNumber(counts.failed)} failed, ` +
      `${formatNumber(counts.skipped)} skipped`,
    `${formatRate(rateNow(history))} pages/s now, ${formatRate(rateAverage(snapshot))} average`,
    formatBytes(snapshot.bytesThisRun),
    formatDuration(snapshot.now - snapshot.startedAt),
    ...(left === null ? [] : [`about ${formatEstimate(left)} left`]),
  ].join('; ');
}

/** The live block: a few lines, none as wide as the terminal, so that none is ever wrapped. */
export function progressBlock(snapshot: Snapshot, history: History, columns: number, paint: Paint): string {
  const width = Math.max(1, columns - 1);
  return [
    countsLine(snapshot),
    speedLine(snapshot, history),
    flightLine(snapshot, width),
    ...hostLines(snapshot),
    ...endLines(snapshot, history),
  ]
    .map(([label, text]) => paintLine(label, text, width, paint))
    .join('\n');
}

type Line = readonly [label: string, text: string];

const LABEL_WIDTH = 12;

function paintLine(label: string, text: string, width: number, paint: Paint): string {
  const left = `  ${label}`.padEnd(LABEL_WIDTH).slice(0, width);
  return paint.dim(left) + printable(text, Math.max(0, width - left.length));
}

function countsLine({ counts }: Snapshot): Line {
  const trouble = counts.failed > 0 ? ` · ${formatNumber(counts.failed)} failed` : '';
  const skipped = counts.skipped > 0 ? ` · ${formatNumber(counts.skipped)} skipped` : '';
  return [
    'URLs',
    `${formatNumber(counts.done)} done · ${formatNumber(counts.queued)} queued${trouble}${skipped}`,
  ];
}

function speedLine(snapshot: Snapshot, history: History): Line {
  const now = formatRate(rateNow(history));
  const average = formatRate(rateAverage(snapshot));
  const elapsed = formatDuration(snapshot.now - snapshot.startedAt);
  return ['pages/s', `${now} now · ${average} average · ${formatBytes(snapshot.bytesThisRun)} in ${elapsed}`];
}

/** A number for each worker, or where they are too many for the line, only how they differ. */
function flightLine({ inFlight }: Snapshot, width: number): Line {
  const total = inFlight.reduce((sum, count) => sum + count, 0);
  const each = `${total} in ${inFlight.length} workers: ${inFlight.join(' ')}`;
  if (LABEL_WIDTH + each.length <= width) return ['in flight', each];
  return [
    'in flight',
    `${total} in ${inFlight.length} workers: ${Math.min(...inFlight)} to ${Math.max(...inFlight)} each`,
  ];
}

function hostLines({ slowestHost, politenessBound }: Snapshot): Line[] {
  const lines: Line[] = [];
  if (slowestHost !== null) {
    const { host, waitedMs } = slowestHost;
    // Tenths are enough for a wait that changes five times a second.
    lines.push(['slowest', `${host}, ${formatGap(Math.ceil(waitedMs / 100) * 100)} under way`]);
  }
  // Which of the two it is, a snapshot does not know.
  if (politenessBound)
    lines.push(['waiting', 'for hosts: their limits (--delay, --per-host), or a rest they need']);
  return lines;
}

function endLines(snapshot: Snapshot, history: History): Line[] {
  const left = timeLeft(history, snapshot);
  return left === null ? [] : [['time left', `about ${formatEstimate(left)}`]];
}
