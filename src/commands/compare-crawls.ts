/** Two files opened side by side for a comparison, for the command `diff` and for the library. */
import { differingSettings, type SettingDifference } from '../config/fixed-settings.js';
import { asStoreError, holdMoment } from '../database/connection.js';
import { identityOf } from '../database/file.js';
import { type CrawlDatabase, openForReading } from '../database/open.js';
import { type Aspects, compare, OLDEST_VERSION } from '../diff/compare.js';
import { type CrawlFacts, readCrawlFacts } from '../diff/crawl-facts.js';
import { type Difference, FIELDS } from '../diff/differences.js';
import { UsageError } from '../errors.js';
import { MIGRATIONS } from '../migrations.js';
import { SettingsTable } from '../store/settings.js';

/** Two crawls: what they are, and what differs. */
export interface CrawlComparison {
  readonly old: CrawlFacts;
  readonly new: CrawlFacts;
  /** Settings that decide what belongs to a crawl, where they differ. */
  readonly settings: readonly SettingDifference[];
  /** Read once. Pages in the order of their URLs, then links. */
  readonly differences: Iterable<Difference>;
}

const EVERYTHING: Aspects = { fields: new Set(FIELDS), links: true };

/**
 * Compares two crawl files, beside running crawls, too: one moment of each, which is held, with its write-ahead log,
 * until `use` has ended.
 *
 * @param use is handed the comparison; nothing of it is good for anything afterwards
 * @throws StoreError when a file cannot be read; UsageError when both are the same file
 */
export async function compareCrawls<Answer>(
  old: string,
  now: string,
  use: (comparison: CrawlComparison) => Answer | Promise<Answer>,
  aspects: Aspects = EVERYTHING,
): Promise<Answer> {
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
    const settings = sides.map(({ connection }) => new SettingsTable(connection).read() ?? {});
    return await use({
      old: readCrawlFacts(first.connection, old),
      new: readCrawlFacts(second.connection, now),
      settings: differingSettings(settings[0] ?? {}, settings[1] ?? {}),
      differences: compare(first.connection, second.connection, aspects),
    });
  } catch (error) {
    throw asStoreError(error, `cannot compare ${old} and ${now}`);
  } finally {
    for (const database of opened) database.close();
  }
}
