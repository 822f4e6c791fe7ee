/** The first lines of a run: which limits are in force, and whether they bound the speed. */
import { printable } from './printable.js';
import { formatEstimate, formatGap, formatNumber, formatRate, plural } from './quantity.js';

/** The limits of one host, as the policy decided them. */
export interface HostLimit {
  /** Host key or host name. */
  readonly host: string;
  /** Requests in flight; Infinity = no limit of its own. */
  readonly perHost: number;
  /** Gap between request starts, ms. */
  readonly gapMs: number;
  readonly isPrivate: boolean;
}

interface Threads {
  readonly workers: number;
  readonly concurrency: number;
}

export interface Capacity extends Threads {
  /** Pages until the limit of the crawl; null = no limit, and then a thousand serve as the example. */
  readonly pagesLeft: number | null;
}

/** More hosts than this are only counted. */
const HOSTS_SHOWN = 3;

/**
 * What to say before the first request: a line for each of the first hosts, and two more when
 * politeness, not the number of workers, decides how long the crawl will take.
 */
export function politenessLines(hosts: readonly HostLimit[], capacity: Capacity): string[] {
  const lines = hosts.slice(0, HOSTS_SHOWN).map(hostLine);
  if (hosts.length > HOSTS_SHOWN) lines.push(`and ${plural(hosts.length - HOSTS_SHOWN, 'more host')}`);
  // With nothing left to get, no speed matters.
  return (capacity.pagesLeft ?? Infinity) > 0 ? [...lines, ...boundLines(hosts, capacity)] : lines;
}

/** Whether the hosts' limits, not the threads, bound the speed. */
export function isPolitenessBound(hosts: readonly HostLimit[], capacity: Threads): boolean {
  return hosts.length > 0 && (hosts.every(({ gapMs }) => gapMs > 0) || slots(hosts) < flying(capacity));
}

function hostLine({ host, perHost, gapMs, isPrivate }: HostLimit): string {
  const flight = Number.isFinite(perHost)
    ? `at most ${plural(perHost, 'request')} in flight`
    : 'no limit in flight';
  const gap = gapMs > 0 ? `${formatGap(gapMs)} between requests` : 'no delay';
  return `${hostName(host)} (${isPrivate ? 'private' : 'public'}): ${flight}, ${gap}`;
}

function boundLines(hosts: readonly HostLimit[], capacity: Capacity): string[] {
  if (!isPolitenessBound(hosts, capacity)) return [];
  const perSecond = hosts.reduce((sum, { gapMs }) => sum + 1000 / gapMs, 0);
  const claim = 'politeness, not workers, bounds the speed: at most';
  if (!Number.isFinite(perSecond)) {
    return [
      `${claim} ${plural(slots(hosts), 'request')} in flight,`,
      `  though ${plural(capacity.workers, 'worker')} could keep ${formatNumber(flying(capacity))}; --per-host changes that`,
    ];
  }
  const pages = capacity.pagesLeft ?? 1000;
  const duration = formatEstimate((pages * 1000) / perSecond);
  return [
    `${claim} ${speed(perSecond)},`,
    `  so ${plural(pages, 'page')} ${pages === 1 ? 'takes' : 'take'} about ${duration}; --delay changes that`,
  ];
}

/** Below one page a second the gap says more than a fraction. */
function speed(perSecond: number): string {
  if (perSecond < 0.995) return `one page every ${formatGap(Math.round(1000 / perSecond))}`;
  const rate = formatRate(perSecond);
  return `${rate} ${rate === '1' ? 'page' : 'pages'}/s`;
}

function slots(hosts: readonly HostLimit[]): number {
  return hosts.reduce((sum, { perHost }) => sum + perHost, 0);
}

function flying({ workers, concurrency }: Threads): number {
  return workers * concurrency;
}

function hostName(host: string): string {
  return printable(host.replace(/^https?:\/\//, ''));
}
