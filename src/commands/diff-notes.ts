/** What a reader of a comparison has to know before the figures mean anything. */
import { plural } from '../observe/quantity.js';
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
  { old, new: now, map, settings, counts }: ToldComparison,
  quoted: (text: string) => string,
): string[] {
  const value = (text: string | null): string => (text ? quoted(text) : 'not set');
  const { open, added } = counts.pages;
  return [
    ...(map === null
      ? []
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
          `${plural(open, 'URL is', 'URLs are')} in both, but not crawled yet in one of them, and not compared.`,
        ]
      : []),
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
