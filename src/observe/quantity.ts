/** Numbers, sizes and durations as people read them. No locale: the same text on every machine. */

/** With thousands separators: `12,345`, `0.5`. */
export function formatNumber(value: number | bigint): string {
  const [whole = '', fraction] = String(value).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A rate with as many digits as it deserves: `1,204`, `37`, `4.2`, `0.25`. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 9.95) return formatNumber(Math.round(perSecond));
  if (perSecond >= 0.995 || perSecond === 0) return String(Number(perSecond.toFixed(1)));
  return String(Number(perSecond.toFixed(2)));
}

/** In powers of 1000: `512 B`, `36.9 KB`, `161.9 MB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  for (const unit of ['B', 'KB', 'MB', 'GB']) {
    if (size < 999.5) return `${unit === 'B' ? Math.round(size) : size.toFixed(1)} ${unit}`;
    size /= 1000;
  }
  return `${formatNumber(Number(size.toFixed(1)))} TB`;
}

/** A measured time: `0.8 s`, `42.0 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatNumber(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** A time foreseen, no more exact than it can be: `5 seconds`, `17 minutes`, `3 hours`, `12 days`. */
export function formatEstimate(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 90) return plural(Math.max(1, Math.round(seconds)), 'second');
  if (seconds < 90 * 60) return plural(Math.round(seconds / 60), 'minute');
  if (seconds < 36 * 3600) return plural(Math.round(seconds / 3600), 'hour');
  return plural(Math.round(seconds / 86_400), 'day');
}

/** `1 page`, `2,000 pages`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** A wait or gap as set by people: `1 s`, `0.5 s`, `2 min`. */
export function formatGap(ms: number): string {
  return ms >= 120_000 && ms % 60_000 === 0 ? `${ms / 60_000} min` : `${formatNumber(ms / 1000)} s`;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
