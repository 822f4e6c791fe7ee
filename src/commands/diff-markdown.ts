/**
 * A comparison of two crawls in Markdown, for an issue or a pull request. What comes from the web stands in code spans
 * or autolinks, where nothing in it is markup, a mention or a reference.
 */
import type { Change, PageFacts } from '../diff/differences.js';
import type { LinksByTarget } from '../diff/tally.js';
import { printable } from '../observe/printable.js';
import { formatNumber } from '../observe/quantity.js';
import { notesOf, type ToldComparison } from './diff-notes.js';

const MAX_TITLE = 120;

export function diffMarkdown(told: ToldComparison): string {
  const { old, new: now, counts, kept } = told;
  const { pages, links } = counts;
  const sections = [
    section(
      'Pages added',
      pages.added,
      kept.pagesAdded.map(({ page }) => `- ${pageLine(page)}`),
    ),
    section(
      'Pages gone',
      pages.gone,
      kept.pagesGone.map(({ page }) => `- ${pageLine(page)}`),
    ),
    section(
      'Pages changed',
      pages.changed,
      kept.pagesChanged.map(({ url, changes }) => `- ${address(url)}: ${changes.map(changeText).join('; ')}`),
    ),
    linkSection('Links added on pages that are in both', links.addedByEdit, kept.linksAdded),
    linkSection('Links gone from pages that are in both', links.goneByEdit, kept.linksGone),
  ];
  const notes = notesOf(told, code).map((note) => `> ${note}`);
  return `${[
    `## ${code(old.file)} → ${code(now.file)}`,
    table(told),
    ...notes,
    ...sections.filter((text) => text !== ''),
  ].join('\n\n')}\n`;
}

function table({ old, new: now, counts: { pages, links } }: ToldComparison): string {
  const row = (name: string, cells: readonly number[]): string =>
    `| ${[name, ...cells.map((cell) => formatNumber(cell))].join(' | ')} |`;
  return [
    '| | old | new | added | gone | changed |',
    '|---|---:|---:|---:|---:|---:|',
    row('pages', [old.pages, now.pages, pages.added, pages.gone, pages.changed]),
    `${row('links', [old.links, now.links, links.added, links.gone])} |`,
    `| on pages in both | | | ${formatNumber(links.addedByEdit)} | ${formatNumber(links.goneByEdit)} | |`,
  ].join('\n');
}

function linkSection(title: string, count: number, { targets, most }: LinksByTarget): string {
  const lines = most.map(({ to, pages, from }) => {
    const others = pages === 1 ? '' : `${formatNumber(pages)} pages, such as `;
    return `- to ${address(to)} on ${others}${address(from)}`;
  });
  return section(title, count, lines, targets);
}

/** @param of how many lines there would be */
function section(title: string, count: number, lines: readonly string[], of = count): string {
  if (count === 0) return '';
  const more = of - lines.length;
  const rest = more > 0 ? [`- and ${formatNumber(more)} more`] : [];
  return `### ${title} (${formatNumber(count)})\n\n${[...lines, ...rest].join('\n')}`;
}

function pageLine({ url, title, state, error, status }: PageFacts): string {
  const name = title === null ? '' : ` ${code(printable(title, MAX_TITLE))}`;
  const reason = error === null ? state : `${state}: ${error}`;
  const answer = status === null || status === 200 ? '' : `, HTTP ${status}`;
  return `${address(url)}${name}${state === 'done' && answer === '' ? '' : ` (${reason}${answer})`}`;
}

function changeText({ field, old, new: now }: Change): string {
  if (field === 'body' && old !== null && now !== null) return 'body';
  const value = (each: Change['old']): string =>
    each === null ? 'none' : code(printable(String(each), MAX_TITLE));
  return `${field} ${value(old)} → ${value(now)}`;
}

/** A link that shows where it leads; what is no plain web address is a code span. */
function address(url: string): string {
  return /^https?:\/\/[^\s<>`\\]+$/.test(url) && printable(url) === url ? `<${url}>` : code(url);
}

/** A code span: fenced by more backticks than stand in it in a row. */
function code(text: string): string {
  const safe = printable(text);
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(safe) ? ' ' : '';
  return safe.trim() === '' ? '(blank)' : `${fence}${pad}${safe}${pad}${fence}`;
}
