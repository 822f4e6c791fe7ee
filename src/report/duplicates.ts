/**
 * Pages with the same title or the same body, and pages without a title. A page whose rel=canonical names another address
 * is left out: its owner has said that it is a copy.
 */
import type { Connection } from '../database/connection.js';
import { addressOf, type Bounds, IS_PAGE, type Section, toSection } from './rows.js';
import type { PageName } from './unlinked.js';

export interface Duplicates extends Section<Copies> {
  /** Pages in all groups together. */
  readonly pages: number;
}

/** Pages that have something in common. */
export interface Copies {
  /** The title, or the SHA-256 of the body. */
  readonly value: string;
  readonly pages: number;
  /** Some of them, those found first. */
  readonly urls: readonly string[];
}

export interface Titles {
  readonly duplicateTitles: Duplicates;
  readonly duplicateBodies: Duplicates;
  readonly emptyTitles: Section<Pick<PageName, 'url'>>;
}

const ORIGINALS = `
  FROM records r JOIN urls u ON u.id = r.id
 WHERE ${IS_PAGE} AND (r.canonical_url IS NULL OR r.canonical_url = ${addressOf('u')})`;

export function duplicates(connection: Connection, bounds: Bounds): Titles {
  const emptyTitles = connection
    .prepare<[number], { url: string; total: number }>(
      `SELECT ${addressOf('u')} AS url, count(*) OVER () AS total ${ORIGINALS} AND trim(coalesce(r.title, '')) = ''
          AND u.kind = 'page' ORDER BY u.id LIMIT ?`,
    )
    .all(bounds.limit);
  return {
    duplicateTitles: sameBy(connection, 'title', bounds),
    duplicateBodies: sameBy(connection, 'body_sha256', bounds),
    emptyTitles: toSection(emptyTitles),
  };
}

function sameBy(
  connection: Connection,
  column: 'title' | 'body_sha256',
  { limit, examples }: Bounds,
): Duplicates {
  const groups = connection
    .prepare<[number], { value: string; pages: number; total: number; all: number }>(
      `SELECT value, pages, count(*) OVER () AS total, sum(pages) OVER () AS "all"
         FROM (SELECT r.${column} AS value, count(*) AS pages, min(u.id) AS first ${ORIGINALS}
                  AND trim(r.${column}) <> '' GROUP BY 1 HAVING pages > 1)
        ORDER BY pages DESC, first LIMIT ?`,
    )
    .all(limit);
  const urls = new Map(groups.map(({ value }) => [value, [] as string[]]));
  // One pass for all groups: nothing in the file finds pages by title or digest.
  const members = connection.prepare<[string], { value: string; url: string }>(
    `SELECT r.${column} AS value, ${addressOf('u')} AS url ${ORIGINALS}
        AND r.${column} IN (SELECT value FROM json_each(?)) ORDER BY u.id`,
  );
  if (groups.length > 0)
    for (const { value, url } of members.iterate(JSON.stringify([...urls.keys()]))) {
      const found = urls.get(value);
      if (found !== undefined && found.length < examples) found.push(url);
    }
  const [first] = groups;
  return {
    total: first?.total ?? 0,
    pages: first?.all ?? 0,
    rows: groups.map(({ value, pages }) => ({ value, pages, urls: urls.get(value) ?? [] })),
  };
}
