/**
 * Whether a file may be gone on with by what is asked now: asked while nothing in it is changed for good, so that a
 * refusal leaves it byte by byte as it was.
 */
import type { CrawlConfig } from '../config/config.js';
import type { DownloadPlan } from '../config/download-config.js';
import { describeDifferences, fixedSettings } from '../config/fixed-settings.js';
import type { Connection } from '../database/connection.js';
import { UsageError } from '../errors.js';
import { holdsNothing, holdsUnfinished } from '../store/contents.js';
import { DOWNLOAD_SETTING, SettingsTable } from '../store/settings.js';
import { refuseKeys } from './task-list.js';
import { adoptWalk } from './walk-adoption.js';

/**
 * Stores what makes this crawl this crawl in a new file; in an old one it must be the same.
 * @returns whether the file is new
 * @throws UsageError where it holds something else
 */
export function adoptSettings(connection: Connection, config: CrawlConfig): boolean {
  if (config.downloads !== null) return adoptDownloads(connection, config, config.downloads);
  refuseDownloads(connection, config);
  if (config.tasks !== null) return adoptTasks(connection, config);
  refuseOther(connection, config, 'task', 'unfinished tasks of orbweaver run');
  const settings = new SettingsTable(connection);
  const wanted = fixedSettings(config);
  const stored = settings.read();
  if (stored === null) {
    settings.write(wanted);
    adoptWalk(connection, config);
    return true;
  }
  const differences = describeDifferences(stored, wanted, config.names);
  if (differences.length > 0) {
    const what = `${config.databasePath} holds another crawl:`;
    // Whoever catches an error looks at its message.
    if (config.names === 'option')
      throw new UsageError([what, ...differences].join('\n'), {
        hint: 'give the same settings to go on, another file as db, or fresh to start over',
      });
    const advice = 'Give the same settings to go on, another file with --db, or --fresh to start over';
    throw new UsageError(what, { hint: [...differences, advice].join('\n') });
  }
  adoptWalk(connection, config);
  return false;
}

/** A list of tasks needs no settings to be the same; in the file of a crawl it needs the crawl to be over. */
function adoptTasks(connection: Connection, config: CrawlConfig): boolean {
  refuseOther(connection, config, 'page', 'an unfinished crawl');
  refuseKeys(connection, config.tasks ?? []);
  return holdsNothing(connection);
}

/** Pages are read anew by every download, so a file is either for that or for pages that stay. */
function adoptDownloads(connection: Connection, config: CrawlConfig, { layout }: DownloadPlan): boolean {
  const settings = new SettingsTable(connection);
  const stored = settings.read()?.[DOWNLOAD_SETTING];
  const isEmpty = holdsNothing(connection);
  if (stored === undefined && !isEmpty)
    throw new UsageError(`${config.databasePath} holds a crawl, or tasks`, {
      hint: 'choose another file with --db',
    });
  if (stored !== undefined && stored !== layout)
    throw new UsageError(
      `${config.databasePath} holds files that are laid out otherwise: ${stored}, not ${layout}`,
      {
        hint: `give --layout ${stored} to go on, or choose another file with --db and another folder with --into`,
      },
    );
  settings.write({ [DOWNLOAD_SETTING]: layout });
  return isEmpty;
}

function refuseDownloads(connection: Connection, { databasePath }: CrawlConfig): void {
  if (new SettingsTable(connection).read()?.[DOWNLOAD_SETTING] === undefined) return;
  throw new UsageError(`${databasePath} holds what orbweaver download has fetched`, {
    hint: 'choose another file with --db',
  });
}

/** One command would do the work of the other, and not as it was asked to. */
function refuseOther(connection: Connection, config: CrawlConfig, kind: 'page' | 'task', what: string): void {
  if (kind === 'task' && config.modules.length > 0) return;
  if (!holdsUnfinished(connection, kind)) return;
  throw new UsageError(`${config.databasePath} holds ${what}`, {
    hint: 'finish it first, or choose another file with --db',
  });
}
