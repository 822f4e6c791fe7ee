/** The words in which a report says things to people, on the terminal and on a page. Texts of the web are not escaped. */
import { formatDuration, formatNumber, plural } from '../observe/quantity.js';
import type { RedirectChain } from './redirect-chains.js';
import type { FailedTarget, Reason } from './trouble.js';
import type { Orphans } from './unlinked.js';

/** `HTTP 404`, or the failure code. */
export function reasonOf({ code, httpStatus }: Pick<Reason, 'code' | 'httpStatus'>): string {
  return code === 'status' ? `HTTP ${httpStatus ?? '?'}` : code;
}

/** Who leads to a URL that failed: `12 pages`, `no page; a seed`. */
export function heldByWhom({ pages, isSeed, sitemaps }: FailedTarget): string {
  const others = [
    ...(isSeed ? ['a seed'] : []),
    ...(sitemaps > 0 ? [`in ${plural(sitemaps, 'sitemap')}`] : []),
  ];
  return [pages === 0 ? 'no page' : plural(pages, 'page'), ...others].join('; ');
}

/** What a chain ends at, where that is no page: `HTTP 404`, `robots`, `outside the crawl`. */
export function troubleAtEnd({ state, httpStatus, error }: RedirectChain['end']): string | null {
  if (state === null) return 'outside the crawl';
  if (state === 'done') return null;
  return error === null ? state : reasonOf({ code: error, httpStatus });
}

/** Links to its start should name its end instead. */
export function isToBeMended({ isPermanent, pages, end }: RedirectChain): boolean {
  return isPermanent && pages > 0 && end.state !== 'failed';
}

/** Why orphans are not known, and what to do about it. */
export function unknownOrphans({ because }: Extract<Orphans, { isKnown: false }>): string {
  return because === 'sitemaps-not-read'
    ? 'not known: a crawl finds pages by links alone; crawl into a new file with --sitemaps to compare'
    : 'not known: no sitemap was found that lists a page';
}

/** `and 12 more`; nothing when all are shown. */
export function more(total: number, shown: number): string[] {
  return total > shown ? [`and ${formatNumber(total - shown)} more`] : [];
}

/** `2026-01-02 03:04 UTC`. */
export function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The time of one page: `220 ms`, `12.5 s`. */
export function formatMeasured(ms: number): string {
  return ms < 10_000 ? `${formatNumber(Math.round(ms))} ms` : formatDuration(ms);
}
