/**
 * A comparison of two crawls in Markdown, for an issue or a pull request. What comes from the web stands in code spans
 * or autolinks, where nothing in it is markup, a mention or a reference.
 */
import type { Change, PageFacts } from '../diff/differences.js';
import { printable } from '../observe/printable.js';
import { formatNumber } from '../observe/quantity.js';
import { type DiffGrammar, fateOf, tellDiff } from './diff-frame.js';
import type { ToldComparison } from './diff-notes.js';

const MAX_TITLE = 120;

const GRAMMAR: DiffGrammar = {
  head: ({ old, new: now }) => `## ${code(old.file)} → ${code(now.file)}`,
  table,
  note: (sentence) => `> ${sentence}`,
  quoted: code,
  heading: (title) => `### ${title}\n`,
  page: (_, page) => `- ${pageText(page)}`,
  changed: ({ url, changes }) => `- ${address(url)}: ${changes.map(changeText).join('; ')}`,
  link: (_, { to, from }, on) => `- to ${address(to)} on ${on}${address(from)}`,
  more: (count) => `- and ${count} more`,
};

export function diffMarkdown(told: ToldComparison): string {
  return tellDiff(told, GRAMMAR);
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

function pageText(page: PageFacts): string {
  const { url, title } = page;
  const fate = fateOf(page);
  const name = title === null ? '' : ` ${code(printable(title, MAX_TITLE))}`;
  return `${address(url)}${name}${fate === '' ? '' : ` (${fate})`}`;
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
