/** The shortest chains between two pages that a person names, for the command `path` and for the library. */
import { readFixedSettings } from '../config/fixed-settings.js';
import type { Connection } from '../database/connection.js';
import { UsageError } from '../errors.js';
import { findByKey, findByTitle, nearAddress } from '../graph/find-page.js';
import type { Place } from '../graph/places.js';
import { OLDEST_VERSION, type PathAnswer, shortestPaths as find } from '../graph/shortest-paths.js';
import { printable } from '../observe/printable.js';
import { formatNumber } from '../observe/quantity.js';
import { SettingsTable } from '../store/settings.js';
import { isPath } from '../url/seed.js';
import { readOneMoment } from './one-moment.js';
import { storedKey } from './stored-address.js';

export interface PathOptions {
  /** Chains listed at most, in the order of their URLs. @default 1 */
  readonly limit?: number;
  /** Leave out links marked as nofollow, one by one or with all links of their page. @default false */
  readonly followed?: boolean;
}

/**
 * The shortest chains of links from one page of a crawl to another; beside a running crawl, too: one moment of it.
 *
 * @param db   path of the file
 * @param from title (in whatever case, if only one fits), URL, or path on the site of the seeds; so is `to`
 * @throws StoreError when the file cannot be read; UsageError for a page that is not in it, or not the only one of
 *   its title, with the likely ones as its hint
 */
export function shortestPaths(db: string, from: string, to: string, options: PathOptions = {}): PathAnswer {
  const { limit = 1, followed = false } = options;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new UsageError(`limit must be a whole number from 1 on, got ${String(limit)}`);
  const read = (connection: Connection): PathAnswer => {
    const ends = { from: idOf(connection, from), to: idOf(connection, to) };
    return find(connection, { ...ends, walked: followed ? 'followed' : 'all', limit });
  };
  return readOneMoment(db, read, OLDEST_VERSION);
}

/** What looks like an address is taken for one first; titles may look like a path. */
function idOf(connection: Connection, typed: string): number {
  const text = typed.trim();
  if (text === '') throw new UsageError('a page is named by its title, its URL or its path, not by nothing');
  if (!isPath(text) && !/^https?:/i.test(text)) return idOfTitle(connection, text);
  const crawl = readFixedSettings(new SettingsTable(connection).read() ?? {});
  const key = storedKey(text, crawl, 'a title');
  const id = findByKey(connection, key);
  if (id !== undefined) return id;
  const titled = findByTitle(connection, text);
  if (titled.kind === 'page') return titled.id;
  throw new UsageError(`${printable(key)} is not in the file`, meant(nearAddress(connection, key)));
}

function idOfTitle(connection: Connection, title: string): number {
  const found = findByTitle(connection, title);
  switch (found.kind) {
    case 'page':
      return found.id;
    case 'several': {
      const more = found.count - found.pages.length;
      const urls = found.pages.map(({ url }) => `  ${printable(url)}`);
      const rest = more > 0 ? [`  and ${formatNumber(more)} more`] : [];
      throw new UsageError(`${found.count} pages are called '${printable(title)}'`, {
        hint: ['give the URL of the one you mean:', ...urls, ...rest].join('\n'),
      });
    }
    case 'none':
      throw new UsageError(`no page is called '${printable(title)}'`, meant(found.near));
  }
}

function meant(near: readonly Place[]): { hint?: string } {
  if (near.length === 0) return {};
  const lines = near.map(
    ({ title, url }) => `  ${title === null ? '' : `${printable(title)} – `}${printable(url)}`,
  );
  return { hint: ['did you mean one of these?', ...lines].join('\n') };
}
