/** This project. The links are all in its file when it ends, and so is what every answer was. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CRAWLER } from '../../harness/root.js';
import type { SiteJob, SitePeer } from '../../harness/site-peer.js';
import { pathKey } from '../../harness/static-site.js';

export const orbweaver: SitePeer = {
  name: 'orbweaver',
  version: () => 'as above',
  install: 'npm run setup',
  note: 'keeps every page, link and answer in a SQLite file',
  command: ({ seed, connections, workers, scratch }) => [
    process.execPath,
    CRAWLER,
    '--seed',
    seed,
    '--db',
    join(scratch, 'crawl.db'),
    '--quiet',
    '--no-robots',
    '--profile',
    'web',
    '--workers',
    `${workers}`,
    '--concurrency',
    `${Math.ceil(connections / workers)}`,
    '--per-host',
    `${connections}`,
  ],
  found: (job) =>
    read(job, (database) => {
      const keys = database.prepare<[], string>(
        `SELECT request_key FROM pages WHERE state = 'done' AND http_status BETWEEN 200 AND 299`,
      );
      return keys
        .pluck()
        .all()
        .map((key) => pathKey(key));
    }),
  steadyMs: (job) =>
    read(job, (database) => {
      const times = database.prepare<[], number>(
        'SELECT max(fetched_at + duration_ms) - min(fetched_at) FROM pages',
      );
      return times.pluck().get() ?? Number.NaN;
    }),
};

function read<T>({ scratch }: SiteJob, ask: (database: Database.Database) => T): T {
  const database = new Database(join(scratch, 'crawl.db'), { readonly: true });
  try {
    return ask(database);
  } finally {
    database.close();
  }
}
