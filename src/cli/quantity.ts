/** Durations and sizes as people type them on the command line. */
import { formatNumber, plural } from '../observe/quantity.js';

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600 };

const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  kb: 1000,
  kib: 1024,
  mb: 1000 ** 2,
  mib: 1024 ** 2,
  gb: 1000 ** 3,
  gib: 1024 ** 3,
};

/**
 * Reads `2`, `0.5`, `500ms`, `30s`, `10m` or `2h`.
 *
 * @param unitSeconds the unit of a bare number and of the answer, in seconds
 * @returns undefined when the text is no duration
 */
export function parseDuration(text: string, unitSeconds: number): number | undefined {
  const parts = split(text);
  if (parts === undefined) return undefined;
  const factor = parts.unit === '' ? unitSeconds : SECONDS[parts.unit];
  if (factor === undefined) return undefined;
  // Rounded to a millionth, because 300 * 0.001 and the like leave crumbs.
  return Math.round((parts.number * factor * 1e6) / unitSeconds) / 1e6;
}

/**
 * Reads `10485760`, `10MiB`, `1.5 MB`, or `10M` for MiB as curl and wget do, as whole bytes.
 *
 * @returns undefined when the text is no size
 */
export function parseBytes(text: string): number | undefined {
  const parts = split(text);
  if (parts === undefined) return undefined;
  const factor = BYTES[parts.unit === '' ? 'b' : parts.unit];
  return factor === undefined ? undefined : Math.round(parts.number * factor);
}

/** `10 MiB` where that is exact, else plain bytes. */
export function spellBytes(bytes: number): string {
  for (const [unit, size] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (bytes >= size && bytes % size === 0) return `${formatNumber(bytes / size)} ${unit}`;
  }
  return plural(bytes, 'byte');
}

function split(text: string): { number: number; unit: string } | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+) ?([a-z]*)$/i.exec(text);
  if (match?.[1] === undefined) return undefined;
  return { number: Number(match[1]), unit: (match[2] ?? '').toLowerCase() };
}
