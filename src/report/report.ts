/**
 * What one wants to know after a crawl, read from its file as plain data. This shape is what `report --json` prints: a
 * contract, of which fields may be added and none changes its meaning. Times are ms, sizes bytes.
 */
import type { Connection } from '../database/connection.js';
import { duplicates, type Titles } from './duplicates.js';
import { type Extremes, extremes } from './extremes.js';
import { type Overview, overview } from './overview.js';
import { type Pace, pace } from './pace.js';
import { type RedirectChains, redirectChains } from './redirect-chains.js';
import type { Bounds, Section } from './rows.js';
import * as spread from './spread.js';
import { type Trouble, trouble } from './trouble.js';
import { deadEnds, type Orphans, orphans, type PageName } from './unlinked.js';
import { teachVerdicts } from './verdict.js';

/** Every list is cut at `limit` rows; beside it stands how many there are. */
export interface Report extends Extremes, Titles {
  readonly limit: number;
  readonly overview: Overview;
  readonly broken: Trouble;
  readonly noAccess: Trouble;
  readonly unchecked: Trouble;
  readonly skipped: readonly spread.Skips[];
  readonly redirectChains: RedirectChains;
  readonly orphans: Orphans;
  readonly deadEnds: Section<PageName>;
  readonly depths: spread.Depths;
  readonly statuses: readonly spread.StatusCount[];
  readonly contentTypes: Section<spread.ContentTypeCount>;
  readonly hosts: Section<spread.HostCount>;
  readonly outsideHosts: Section<spread.OutsideHost> & { readonly links: number };
  readonly pace: Pace;
}

/** Rows of a section, unless another number is asked for: what a program or a page is given, and a terminal. */
export const DEFAULT_LIMIT = 100;
export const TEXT_LIMIT = 10;
/** The most rows of a section: a report is held in memory. */
export const MAX_LIMIT = 10_000;
const MAX_EXAMPLES = 100;

/** The oldest version of the schema that has all that is read here: from it on there are sitemaps. */
export const OLDEST_VERSION = 3;

/**
 * Reads a report. To be called in a transaction, or the figures may not agree. Every question looks at each row of the
 * file a few times at most.
 *
 * @param limit rows of a section, from 1 to MAX_LIMIT
 */
export function buildReport(connection: Connection, limit: number): Report {
  teachVerdicts(connection);
  const bounds: Bounds = { limit, examples: Math.min(limit, MAX_EXAMPLES) };
  return {
    limit,
    overview: overview(connection),
    broken: trouble(connection, 'broken', bounds),
    noAccess: trouble(connection, 'no-access', bounds),
    unchecked: trouble(connection, 'unchecked', bounds),
    skipped: spread.skips(connection),
    redirectChains: redirectChains(connection, bounds),
    orphans: orphans(connection, bounds),
    deadEnds: deadEnds(connection, bounds),
    ...extremes(connection, bounds),
    ...duplicates(connection, bounds),
    depths: spread.depths(connection),
    statuses: spread.statuses(connection),
    contentTypes: spread.contentTypes(connection, bounds),
    hosts: spread.hosts(connection, bounds),
    outsideHosts: spread.outsideHosts(connection, bounds),
    pace: pace(connection),
  };
}
