/** A comparison of two crawls as the text a person reads: counts, what to know, the first of each kind. */
import type { Change, PageFacts } from '../diff/differences.js';
import { fold } from '../observe/fold.js';
import { printable } from '../observe/printable.js';
import { formatNumber } from '../observe/quantity.js';
import { type DiffGrammar, fateOf, tellDiff } from './diff-frame.js';
import type { ToldComparison } from './diff-notes.js';

const MAX_TITLE = 60;

const GRAMMAR: DiffGrammar = {
  head,
  table,
  note: (sentence) => fold(sentence, ''),
  quoted: printable,
  heading: (title) => title,
  page: (sign, page) => `  ${sign} ${pageLine(page)}`,
  changed: ({ url, changes }) => [`  ~ ${printable(url)}`, ...changes.map(changeLine)].join('\n'),
  link: (sign, { to, from }, on) => `  ${sign} ${printable(to)}\n      on ${on}${printable(from)}`,
  more: (count) => `  and ${count} more (--limit, --json)`,
};

export function diffText(told: ToldComparison): string {
  return tellDiff(told, GRAMMAR);
}

/** Both files, and when: the day, with its time where both are of one. Of a file that no run has begun on nothing is known. */
function head({ old, new: now }: ToldComparison): string {
  const [before, after] = [old, now].map(({ startedAt }) =>
    startedAt === null ? null : new Date(startedAt).toISOString(),
  );
  const isOneDay = before?.slice(0, 10) === after?.slice(0, 10);
  const when = (time: string | null | undefined): string => {
    if (!time) return 'never run';
    return `crawled ${isOneDay ? `${time.slice(0, 16).replace('T', ' ')} UTC` : time.slice(0, 10)}`;
  };
  return `${printable(old.file)} (${when(before)}) → ${printable(now.file)} (${when(after)})`;
}

function table({ old, new: now, counts: { pages, links } }: ToldComparison): string {
  const rows = [
    ['', 'old', 'new', 'added', 'gone', 'changed'],
    ['pages', ...[old.pages, now.pages, pages.added, pages.gone, pages.changed].map(formatNumber)],
    ['links', ...[old.links, now.links, links.added, links.gone].map(formatNumber), ''],
    ['  on pages in both', '', '', ...[links.addedByEdit, links.goneByEdit].map(formatNumber), ''],
  ];
  const widths = [0, 1, 2, 3, 4, 5].map((at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  '),
  );
  const changed = Object.entries(pages.changedFields).filter(([, count]) => count > 0);
  const fields = changed.map(([field, count]) => `${field} ${formatNumber(count)}`).join(', ');
  return [
    ...lines.map((line) => `  ${line}`.trimEnd()),
    ...(fields === '' ? [] : [`\n  changed: ${fields}`]),
  ].join('\n');
}

function pageLine(page: PageFacts): string {
  const { url, title } = page;
  const fate = fateOf(page);
  const name = title === null ? '' : `  ${printable(title, MAX_TITLE)}`;
  return `${printable(url)}${name}${fate === '' ? '' : `  (${fate})`}`;
}

function changeLine({ field, old, new: now }: Change): string {
  const value = (each: Change['old']): string =>
    each === null ? 'none' : printable(String(each), MAX_TITLE);
  // A digest says nothing to a person.
  const text = field === 'body' && old !== null && now !== null ? 'changed' : `${value(old)} → ${value(now)}`;
  return `      ${field.padEnd(8)}  ${text}`;
}
