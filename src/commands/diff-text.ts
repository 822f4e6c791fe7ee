/** A comparison of two crawls as the text a person reads: counts, what to know, the first of each kind. */
import type { Change, PageFacts } from '../diff/differences.js';
import type { LinksByTarget } from '../diff/tally.js';
import { fold } from '../observe/fold.js';
import { printable } from '../observe/printable.js';
import { formatNumber } from '../observe/quantity.js';
import { notesOf, type ToldComparison } from './diff-notes.js';

const MAX_TITLE = 60;

export function diffText(told: ToldComparison): string {
  const { old, new: now, counts, kept } = told;
  const { pages, links } = counts;
  const sections = [
    section(
      'Pages added',
      pages.added,
      kept.pagesAdded.map(({ page }) => `  + ${pageLine(page)}`),
    ),
    section(
      'Pages gone',
      pages.gone,
      kept.pagesGone.map(({ page }) => `  - ${pageLine(page)}`),
    ),
    section(
      'Pages changed',
      pages.changed,
      kept.pagesChanged.map(({ url, changes }) =>
        [`  ~ ${printable(url)}`, ...changes.map(changeLine)].join('\n'),
      ),
    ),
    linkSection('Links added on pages that are in both', '+', links.addedByEdit, kept.linksAdded),
    linkSection('Links gone from pages that are in both', '-', links.goneByEdit, kept.linksGone),
  ];
  const notes = notesOf(told, printable).map((note) => fold(note, ''));
  const head = `${printable(old.file)} (${day(old.startedAt)}) → ${printable(now.file)} (${day(now.startedAt)})`;
  return `${[head, table(told), ...notes, ...sections.filter((text) => text !== '')].join('\n\n')}\n`;
}

/** `2026-01-31`; of a file that no run has begun on nothing can be said. */
function day(ms: number | null): string {
  return ms === null ? 'never run' : `crawled ${new Date(ms).toISOString().slice(0, 10)}`;
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

function linkSection(title: string, sign: string, count: number, { targets, most }: LinksByTarget): string {
  const lines = most.map(({ to, pages, from }) => {
    const others = pages === 1 ? '' : `${formatNumber(pages)} pages, such as `;
    return `  ${sign} ${printable(to)}\n      on ${others}${printable(from)}`;
  });
  return section(title, count, lines, targets);
}

/** @param of how many lines there would be */
function section(title: string, count: number, lines: readonly string[], of = count): string {
  if (count === 0) return '';
  const more = of - lines.length;
  const rest = more > 0 ? [`  and ${formatNumber(more)} more (--limit, --json)`] : [];
  return [`${title} (${formatNumber(count)})`, ...lines, ...rest].join('\n');
}

function pageLine({ url, title, state, error, status }: PageFacts): string {
  const name = title === null ? '' : `  ${printable(title, MAX_TITLE)}`;
  const reason = error === null ? state : `${state}: ${error}`;
  const answer = status === null || status === 200 ? '' : `, HTTP ${status}`;
  const note = state === 'done' && answer === '' ? '' : `  (${reason}${answer})`;
  return `${printable(url)}${name}${note}`;
}

function changeLine({ field, old, new: now }: Change): string {
  const value = (each: Change['old']): string =>
    each === null ? 'none' : printable(String(each), MAX_TITLE);
  // A digest says nothing to a person but that it is another one.
  const text =
    field === 'body' && old !== null && now !== null ? 'another one' : `${value(old)} → ${value(now)}`;
  return `      ${field.padEnd(8)}  ${text}`;
}
