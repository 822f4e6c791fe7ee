/** An answer of `path` as the text a person reads. */
import { nameOf, type Place } from '../graph/places.js';
import type { LeftOut, PathAnswer, Step } from '../graph/shortest-paths.js';
import { fold } from '../observe/fold.js';
import { printable } from '../observe/printable.js';
import { formatNumber, plural, sum } from '../observe/quantity.js';

/** Titles longer than that are cut: their addresses stand beside them. */
const MAX_TITLE = 44;

/** @param isAll all chains were asked for */
export function pathText(answer: PathAnswer, isAll: boolean): string {
  const { chains } = answer;
  const width = Math.max(...chains.flat().map((step) => titleOf(step).length), 0);
  const blocks = chains.map((chain) => chainLines(chain, width).join('\n'));
  const notes = notesOf(answer).map((note) => fold(note, ''));
  return `${[headline(answer, isAll), ...blocks, ...notes].join('\n\n')}\n`;
}

function headline({ from, to, steps, count, chains }: PathAnswer, isAll: boolean): string {
  const [start, target] = [name(from), name(to)];
  if (steps === null) return `No chain of links leads from ${start} to ${target}.`;
  const clicks = `${start} → ${target}: ${plural(steps, 'click')}`;
  if (count === 1n) return `${clicks}, one shortest chain`;
  const all = formatNumber(count);
  if (!isAll) return `${clicks}, one of ${all} shortest chains (--all lists them)`;
  if (count === BigInt(chains.length)) return `${clicks}, ${all} shortest chains`;
  return `${clicks}, ${all} shortest chains, of which these are the first ${formatNumber(chains.length)} (--limit)`;
}

function notesOf({ from, steps, isTwoSided, open, leftOut }: PathAnswer): string[] {
  const isRead = from.state === 'done';
  // Nothing is shorter than one click.
  const isLast = steps !== null && steps <= 1;
  const other = steps === null ? 'a' : 'a shorter';
  const unread = leftOutOf(leftOut);
  return [
    ...(steps === null && !isRead
      ? [`No link of ${name(from)} is known: it was not crawled (${stateOf(from)}).`]
      : []),
    ...(open > 0 && !isLast
      ? [
          `The crawl is not finished: ${plural(open, 'URL is', 'URLs are')} still to be crawled, so ${other} chain may yet be found.`,
        ]
      : []),
    ...(unread !== '' && !isLast ? [`${unread}: ${other} chain may lead through them.`] : []),
    ...(isTwoSided
      ? []
      : [
          'Links have no index by target in this file, so it was searched from the start only, which takes longer. A run that ends by itself makes the index.',
        ]),
  ];
}

/** What left pages out, as people call it. */
const LIMITS: Readonly<Record<LeftOut, string>> = {
  unchosen: 'walk',
  depth: '--max-depth',
  limit: '--max-variants, --max-per-host',
};

/** `338 pages were left out (walk)`; '' when none was. */
function leftOutOf({ unchosen, depth, limit }: PathAnswer['leftOut']): string {
  const counts = Object.entries({ unchosen, depth, limit }).filter(([, count]) => count > 0);
  if (counts.length === 0) return '';
  const reasons = counts.map(([reason, count]) => {
    const name = LIMITS[reason as LeftOut]; // A key of the object above.
    return counts.length === 1 ? name : `${formatNumber(count)}: ${name}`;
  });
  return `${plural(sum(counts.map(([, count]) => count)), 'page was', 'pages were')} left out (${reasons.join('; ')})`;
}

function chainLines(chain: readonly Step[], width: number): string[] {
  let steps = 0;
  return chain.map((step, at) => {
    if (step.by === 'link') steps++;
    const mark = step.by === 'redirect' ? '⇒' : formatNumber(steps);
    const isRedirect = chain[at + 1]?.by === 'redirect';
    const notes = [
      ...(isRedirect ? ['redirect'] : []),
      ...(step.isNofollow ? ['by a nofollow link'] : []),
      ...(step.state === 'done' ? [] : [stateOf(step)]),
    ];
    const note = notes.length === 0 ? '' : `  (${notes.join('; ')})`;
    return `  ${mark.padStart(2)}  ${titleOf(step).padEnd(width)}  ${printable(step.url)}${note}`;
  });
}

function titleOf({ title }: Place): string {
  return title === null ? '–' : printable(title, MAX_TITLE);
}

function name(place: Place): string {
  return printable(nameOf(place), MAX_TITLE);
}

/** `failed: status, HTTP 404`, `queued`. */
function stateOf({ state, error, httpStatus }: Place): string {
  const reason = error === null ? state : `${state}: ${error}`;
  return httpStatus === null ? reason : `${reason}, HTTP ${httpStatus}`;
}
