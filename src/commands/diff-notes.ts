/** What a reader of a comparison has to know before the figures mean anything. */
import { formatNumber, plural } from '../observe/quantity.js';
import type { Counts, Kept } from '../diff/tally.js';
import type { CrawlComparison } from './compare-crawls.js';

/** A comparison that was read to its end. */
export interface ToldComparison extends Omit<CrawlComparison, 'differences'> {
  readonly counts: Counts;
  readonly kept: Kept;
}

/**
 * Sentences.
 * @param quoted makes the value of a setting harmless, which may hold anything
 */
export function notesOf(
  { old, new: now, map, mapped, settings, counts }: ToldComparison,
  quoted: (text: string) => string,
): string[] {
  const value = (text: string | null): string =>
    itemsOf(text)
      .map((item) => quoted(item))
      .join(', ') || 'not set';
  const { open, added } = counts.pages;
  const { openOld, openNew } = counts.links;
  return [
    ...(map === null
      ? []
      : mapped === 0
        ? [`The old crawl has nothing below ${quoted(map.from)}: --map has changed nothing.`]
        : [`What the old crawl has below ${quoted(map.from)} is read as below ${quoted(map.to)}.`]),
    ...(old.pages > 0 && now.pages > 0 && added === now.pages
      ? [
          'No URL is in both: these are crawls of different sites, or of one under different addresses (--map).',
        ]
      : []),
    ...(old.open > 0
      ? [
          `The old crawl is not finished: ${urls(old.open)} still to be crawled, so what counts as added may only not have been found yet.`,
        ]
      : []),
    ...(now.open > 0
      ? [
          `The new crawl is not finished: ${urls(now.open)} still to be crawled, so what counts as gone may only not have been found yet.`,
        ]
      : []),
    ...(open > 0
      ? [
          `${plural(open, 'URL is', 'URLs are')} in both, but not crawled yet in one of them, and not compared${openOld + openNew === 0 ? '' : `, nor are their links (${formatNumber(openOld)} in the old crawl, ${formatNumber(openNew)} in the new one)`}.`,
        ]
      : []),
    ...walkNote('old', old.unchosen),
    ...walkNote('new', now.unchosen),
    ...(old.leftOut !== now.leftOut
      ? [
          `Limits left out ${plural(old.leftOut, 'URL')} in the old crawl and ${plural(now.leftOut, 'URL')} in the new one.`,
        ]
      : []),
    ...settings.map(
      (each) =>
        `The crawls were made with another ${quoted(each.name)}: ${value(each.old)} before, ${value(each.new)} now.`,
    ),
  ];
}

function urls(count: number): string {
  return plural(count, 'URL is', 'URLs are');
}

/** Of a walk most differences are no changes of the site. */
function walkNote(which: 'old' | 'new', unchosen: number): string[] {
  if (unchosen === 0) return [];
  const what = which === 'old' ? 'added' : 'gone';
  return [
    `The ${which} crawl is a walk, which left ${plural(unchosen, 'URL')} unread (unchosen), so what counts as ${what} or changed may only not have been visited.`,
  ];
}

/** The items of a setting that is a list, or its one value; none where nothing is set. */
function itemsOf(text: string | null): readonly string[] {
  if (text === null || text === '') return [];
  if (!text.startsWith('["') && text !== '[]') return [text];
  try {
    return JSON.parse(text) as string[]; // As `fixedSettings` writes lists.
  } catch {
    return [text];
  }
}
