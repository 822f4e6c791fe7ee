/** Two files opened side by side for a comparison, for the command `diff` and for the library. */
import { differingSettings, type FixedSettings, type SettingDifference } from '../config/fixed-settings.js';
import { asStoreError, holdMoment } from '../database/connection.js';
import { identityOf } from '../database/file.js';
import { type CrawlDatabase, openForReading } from '../database/open.js';
import { type AddressMap, collisionIn, countBelow, mapped } from '../diff/address-map.js';
import { type Aspects, compare, OLDEST_VERSION } from '../diff/compare.js';
import { type CrawlFacts, readCrawlFacts } from '../diff/crawl-facts.js';
import { type Difference, type Field, FIELDS } from '../diff/differences.js';
import { UsageError } from '../errors.js';
import { MIGRATIONS } from '../migrations.js';
import { printable } from '../observe/printable.js';
import { refuseDownloads } from './pages-only.js';
import { SettingsTable } from '../store/settings.js';
import { isPath, parseAddress } from '../url/seed.js';

/** Two crawls: what they are, and what differs. */
export interface CrawlComparison {
  readonly old: CrawlFacts;
  readonly new: CrawlFacts;
  /** What was read of the old crawl as something else; all that is said of it is said so. Null = nothing. */
  readonly map: AddressMap | null;
  /** URLs of the old crawl that were read so; null where there is no map. */
  readonly mapped: number | null;
  /** Settings that decide what belongs to a crawl, where they differ. */
  readonly settings: readonly SettingDifference[];
  /** Read once. Pages in the order of their URLs, then links. */
  readonly differences: Iterable<Difference>;
}

/** What is compared, and how; everything as it is where nothing is said. */
export interface CompareOptions {
  /** Fields of pages. */
  readonly fields?: ReadonlySet<Field>;
  readonly links?: boolean;
  /** An origin, or a folder of one, in the old crawl, and what it is called in the new one. */
  readonly map?: AddressMap | null;
}

/**
 * Compares two crawl files, beside running crawls, too: one moment of each, which is held, with its write-ahead log,
 * until `use` has ended.
 *
 * @param use is handed the comparison; nothing of it is good for anything afterwards
 * @throws StoreError when a file cannot be read; UsageError when both are the same file, when one holds downloads, or where the old crawl has pages
 *         in the place that others would be mapped to
 */
export async function compareCrawls<Answer>(
  old: string,
  now: string,
  use: (comparison: CrawlComparison) => Answer | Promise<Answer>,
  { fields = new Set(FIELDS), links = true, map: typed = null }: CompareOptions = {},
): Promise<Answer> {
  const map = typed === null ? null : { from: prefixOf(typed.from), to: prefixOf(typed.to) };
  const aspects: Aspects = { fields, links, map };
  const opened: CrawlDatabase[] = [];
  try {
    const sides = [old, now].map((file) => {
      const database = openForReading(file, MIGRATIONS, OLDEST_VERSION);
      opened.push(database);
      holdMoment(database.connection);
      return database;
    });
    const [first, second] = sides;
    if (first === undefined || second === undefined) throw new TypeError('two files are compared');
    if (identityOf(first.path) === identityOf(second.path))
      throw new UsageError(`${old} and ${now} are the same file`, {
        hint: 'give the files of two crawls',
      });
    for (const [database, file] of [
      [first, old],
      [second, now],
    ] as const)
      refuseDownloads(database.connection, file, 'a comparison is');
    if (map !== null) refuseCollision(first, map);
    return await use({
      old: readCrawlFacts(first.connection, old),
      new: readCrawlFacts(second.connection, now),
      map,
      mapped: map === null ? null : countBelow(first.connection, map.from),
      settings: differingSettings(settingsOf(first, map), settingsOf(second, null)),
      differences: compare(first.connection, second.connection, aspects),
    });
  } catch (error) {
    throw asStoreError(error, `cannot compare ${old} and ${now}`);
  } finally {
    for (const database of opened) database.close();
  }
}

/** Of `https://a.example`, `https://a.example/docs/`: the text with which all below it begin. */
function prefixOf(typed: string): string {
  const { key } = parseAddress('map', typed, 'https://example.org');
  if (!isPath(typed) && key.endsWith('/') && !key.includes('?')) return key;
  throw new UsageError(`map: ${printable(typed)} is neither an origin nor a folder of one`, {
    hint: 'give the start of addresses up to a slash',
  });
}

/** Two pages of the old crawl would have one address. */
function refuseCollision({ connection, path }: CrawlDatabase, map: AddressMap): void {
  const other = collisionIn(connection, map);
  if (other === undefined) return;
  throw new UsageError(`${path} has pages below ${map.to} already, such as ${printable(other)}`, {
    hint: `${map.from} cannot be read as ${map.to} there: two pages could be one`,
  });
}

function settingsOf({ connection }: CrawlDatabase, map: AddressMap | null): FixedSettings {
  const settings = new SettingsTable(connection).read() ?? {};
  const { seeds } = settings;
  if (map === null || seeds === undefined) return settings;
  const there = (JSON.parse(seeds) as string[]).map((seed) => mapped(map, seed)).sort();
  return { ...settings, seeds: JSON.stringify(there) };
}
