/**
 * Compares two crawls by URL: pages by two cursors side by side, then the links of each page by the ids of their
 * targets. Reads only. Memory: a hundred bytes or so for each URL, and one page's links.
 */
import type { Connection } from '../database/connection.js';
import { type Change, type Difference, type Field, FIELDS, type PageFacts } from './differences.js';
import type { AddressMap } from './address-map.js';
import { LinkComparison } from './link-comparison.js';
import { type PageRow, pairsOf } from './pages.js';

/** The oldest version of the schema that has all that is read here. */
export const OLDEST_VERSION = 1;

export interface Aspects {
  /** Fields of pages that are compared. */
  readonly fields: ReadonlySet<Field>;
  readonly links: boolean;
  /** Null = URLs are compared as they are. */
  readonly map: AddressMap | null;
}

/**
 * Differences one by one: pages in the order of their URLs, then links in the order of the pages they stand on. All
 * of one moment of each file if both connections are in a transaction.
 */
export function* compare(
  old: Connection,
  now: Connection,
  { fields, links, map }: Aspects,
): Generator<Difference> {
  const comparison = new LinkComparison(old, now, map);
  for (const [before, after] of pairsOf(old, now, map)) {
    const isOpen = [before, after].some((page) => page !== undefined && isOpenState(page));
    if (!isOpen) comparison.add({ old: before?.id, new: after?.id, isEdit: isRead(before) && isRead(after) });
    else if (before !== undefined && after !== undefined) comparison.match(before.id, after.id);
    const difference = differenceOf(before, after, fields);
    if (difference === null) continue;
    const isCounted = links && difference.kind === 'page-open' && before !== undefined && after !== undefined;
    yield isCounted ? { ...difference, ...comparison.countOf(before.id, after.id) } : difference;
  }
  if (links) yield* comparison.differences();
}

function differenceOf(
  before: PageRow | undefined,
  after: PageRow | undefined,
  fields: ReadonlySet<Field>,
): Difference | null {
  if (before === undefined) return after === undefined ? null : { kind: 'page-added', page: factsOf(after) };
  if (after === undefined) return { kind: 'page-gone', page: factsOf(before) };
  const { url } = before;
  const [isOldOpen, isNewOpen] = [isOpenState(before), isOpenState(after)];
  if (isOldOpen || isNewOpen)
    return {
      kind: 'page-open',
      url,
      isOpenIn: isOldOpen ? (isNewOpen ? 'both' : 'old') : 'new',
      oldLinks: 0,
      newLinks: 0,
    };
  const changes = FIELDS.filter((field) => fields.has(field)).flatMap((field): Change[] => {
    const [was, is] = [valueOf(before, field), valueOf(after, field)];
    return was === is ? [] : [{ field, old: was, new: is }];
  });
  return changes.length === 0 ? null : { kind: 'page-changed', url, changes };
}

function valueOf(page: PageRow, field: Field): string | number | null {
  if (field !== 'state') return page[field];
  return page.error === null ? page.state : `${page.state}: ${page.error}`;
}

function factsOf({ url, state, error, status, title, redirect, body }: PageRow): PageFacts {
  return { url, state, error, status, title, redirect, body };
}

function isOpenState({ state }: PageRow): boolean {
  return state === 'queued' || state === 'leased';
}

/** Whether its links are known. */
function isRead(page: PageRow | undefined): boolean {
  return page?.state === 'done';
}
