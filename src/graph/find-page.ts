/**
 * Which page a person means by a title, or by the name at the end of an address. Titles have no index: the pages are
 * looked through, once for an exact title, once more for all that is forgiven and for what is near.
 */
import type { Connection } from '../database/connection.js';
import { editDistance } from '../spelling.js';
import { nameInAddress, type Place, PLACE_COLUMNS, Places, PLACES } from './places.js';

export type Search =
  | { readonly kind: 'page'; readonly id: number }
  /** Several have that title: the first of them by URL, and how many there are. */
  | { readonly kind: 'several'; readonly pages: readonly Place[]; readonly count: number }
  /** Nearest first. */
  | { readonly kind: 'none'; readonly near: readonly Place[] };

/** Nothing is called longer names, and SQLite matches patterns of 50,000 bytes at most. */
const MAX_NAME = 10_000;
/** So many are named at most. */
const NAMED = 10;
const NEAR = 3;
/** More slips than that are another word. */
const MAX_SLIPS = 3;
/** Names that are longer by more than that have it in them by chance. */
const MAX_RANK = 100;

/** The page of a URL's key. */
export function findByKey(connection: Connection, key: string): number | undefined {
  return connection
    .prepare<[string], number>(`SELECT u.id FROM ${PLACES} AND u.request_key = ?`)
    .pluck()
    .get(key);
}

/**
 * The page of a title: as it is spelt, else in whatever case and with blanks for underscores, else by the last part
 * of its address, which redirects and failed pages have, too.
 */
export function findByTitle(connection: Connection, title: string): Search {
  if (title.length > MAX_NAME) return { kind: 'none', near: [] };
  const wanted = folded(title);
  const called = (condition: string, pattern: string, nameOf: (place: Place) => string): readonly Place[] => {
    const places: Place[] = [];
    // One table is looked through, the other asked by id, or every page would be looked up in both.
    const rows = connection
      .prepare<[string], Place>(
        `SELECT ${PLACE_COLUMNS} FROM (SELECT id AS found FROM ${condition}) CROSS JOIN ${PLACES} AND u.id = found`,
      )
      .iterate(pattern);
    for (const place of rows) if (nameOf(place) === wanted) places.push(place);
    return places;
  };
  const titleOf = (place: Place): string => folded(place.title ?? '');
  const ways = [
    () => called('records WHERE title = ?', title, titleOf),
    () => called('records WHERE title LIKE ?', likeTitle(wanted), titleOf),
    () =>
      called('urls WHERE request_key LIKE ?', likeAddress(wanted), ({ url }) => folded(nameInAddress(url))),
  ];
  for (const way of ways) {
    const [first, ...others] = way();
    if (first === undefined) continue;
    if (others.length === 0) return { kind: 'page', id: first.id };
    const pages = [first, ...others].sort((x, y) => (x.url < y.url ? -1 : 1)).slice(0, NAMED);
    return { kind: 'several', pages, count: others.length + 1 };
  }
  return { kind: 'none', near: near(connection, wanted) };
}

/** What is called nearly like the last part of an address that is not in the file. */
export function nearAddress(connection: Connection, url: string): readonly Place[] {
  const found = findByTitle(connection, nameInAddress(url));
  switch (found.kind) {
    case 'page':
      return [new Places(connection).of(found.id)];
    case 'several':
      return found.pages.slice(0, NEAR);
    case 'none':
      return found.near;
  }
}

/** As people spell: case, underscores and runs of blanks make no difference. */
function folded(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[_\s]+/g, ' ')
    .trim();
}

/** LIKE is blind to the case of ASCII letters only; what it does not know stands for anything, and is compared later. */
function likeTitle(wanted: string): string {
  return wanted.replaceAll(/[^!-$&-^`-~]+/g, '%');
}

function likeAddress(wanted: string): string {
  return `%/${wanted.replaceAll(/[^a-z0-9]+/g, '%')}%`;
}

/** Those that have the wanted name in them, or differ by a few slips. */
function near(connection: Connection, wanted: string): readonly Place[] {
  if (wanted === '') return [];
  // Counting slips is dear, and hardly anybody mistypes both ends of a name.
  const rows = connection
    .prepare<[{ wanted: string; starts: string; ends: string; length: number }], Place>(
      `SELECT ${PLACE_COLUMNS} FROM ${PLACES}
          AND (r.title IS NULL OR r.title LIKE @wanted
            OR abs(length(r.title) - @length) <= ${MAX_SLIPS} AND (r.title LIKE @starts OR r.title LIKE @ends))`,
    )
    .iterate({
      wanted: `%${likeTitle(wanted)}%`,
      starts: `${likeTitle(wanted.slice(0, 1))}%`,
      ends: `%${likeTitle(wanted.slice(-1))}`,
      length: wanted.length,
    });
  let best: { readonly place: Place; readonly rank: number }[] = [];
  for (const place of rows) {
    const rank = rankOf(folded(place.title ?? nameInAddress(place.url)), wanted);
    if (rank > MAX_RANK || rank >= (best[NEAR - 1]?.rank ?? Infinity)) continue;
    best = [...best, { place, rank }].sort((a, b) => a.rank - b.rank).slice(0, NEAR);
  }
  return best.map(({ place }) => place);
}

/** Few slips first, then those that have it in them, the shortest first. */
function rankOf(name: string, wanted: string): number {
  if (name.includes(wanted)) return MAX_SLIPS + 1 + name.length - wanted.length;
  const slips = editDistance(name, wanted);
  return slips <= MAX_SLIPS && slips * 2 < name.length ? slips : Infinity;
}
