/** A SQLite frontier in a folder of its own. What is stored is read through the file's public tables. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../../dist/database/connection.js';
import { openForWriting } from '../../dist/database/open.js';
import type { Lease, StateCounts } from '../../dist/frontier/frontier.js';
import { SqliteFrontier } from '../../dist/frontier/sqlite.js';
import { MIGRATIONS } from '../../dist/migrations.js';
import { RecordTable } from '../../dist/store/records.js';
import { SettingsTable } from '../../dist/store/settings.js';
import { checkInvariants } from '../../dist/verify/invariants.js';
import type { FrontierHome, Inspection, OpenFrontier, SitemapsOf, UrlFacts } from './bench.js';
import { originOf } from './web.js';

export function sqliteHome(): FrontierHome {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-'));
  return {
    open: (seeds, sitemapsOf) => openSqlite(join(folder, 'crawl.db'), seeds, sitemapsOf),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** An open SQLite frontier whose file can be looked into. */
export interface OpenSqlite extends OpenFrontier {
  readonly frontier: SqliteFrontier;
  readonly connection: Connection;
}

/** Opens a file, making it when it is missing. */
export function openSqlite(path: string, seeds: readonly string[], sitemapsOf?: SitemapsOf): OpenSqlite {
  const { connection, close } = openForWriting(path, MIGRATIONS, false);
  const records = new RecordTable(connection);
  new SettingsTable(connection).write({ seeds: JSON.stringify(seeds) });
  return {
    connection,
    frontier: new SqliteFrontier(connection, {
      scope: 'origin',
      seedScopeKeys: seeds.map(originOf),
      maxHops: 20,
      sitemapsOf: sitemapsOf ?? null,
    }),
    record: (lease) => records.write({ ...lease, outcome: answerOf(lease), isLast: true, proxy: null }),
    inspect: () => inspect(connection),
    close,
  };
}

/** Any answer: these tests look at what follows from it. */
function answerOf({ id }: Lease): Parameters<RecordTable['write']>[0]['outcome'] {
  return {
    kind: 'other-type',
    startedAt: id,
    durationMs: 0,
    status: 200,
    contentType: 'text/plain',
  };
}

function inspect(connection: Connection): Inspection {
  const outside = connection
    .prepare<[], { host: string; links: number }>('SELECT host, links FROM outside_hosts')
    .all();
  return {
    urls: connection
      .prepare<[], UrlFacts>(
        `SELECT url AS key, state, error, depth, attempts, redirect_to AS redirectTo FROM pages ORDER BY url`,
      )
      .all(),
    edges: connection
      .prepare<[], string>(
        `SELECT s.url || ' → ' || t.url || ' (' || l.nofollow || ')' FROM links l
           JOIN pages s ON s.id = l.source_id JOIN pages t ON t.id = l.target_id`,
      )
      .pluck()
      .all()
      .sort(),
    outsideHosts: Object.fromEntries(outside.map(({ host, links }) => [host, links])),
    counts: countStates(connection),
    faults: checkInvariants(connection).faults.map(({ text, example }) => `${text}: ${example}`),
  };
}

/** All that is asked for. */
const REQUESTS = `SELECT state, redirect_to, 1 AS is_page FROM pages UNION ALL
  SELECT state, redirect_to, 0 FROM sitemaps WHERE state IN ('queued', 'leased')`;

function countStates(connection: Connection): StateCounts {
  const count = (condition: string): number =>
    connection.prepare<[], number>(`SELECT count(*) FROM (${REQUESTS}) WHERE ${condition}`).pluck().get() ??
    0;
  return {
    queued: count(`state = 'queued'`),
    leased: count(`state = 'leased'`),
    done: count(`state = 'done'`),
    failed: count(`state = 'failed'`),
    skipped: count(`state = 'skipped'`),
    pages: count(`is_page AND state = 'done' AND redirect_to IS NULL`),
    answers: 0,
    leasedPages: count(`is_page AND state = 'leased'`),
    queuedTasks: 0,
  };
}
