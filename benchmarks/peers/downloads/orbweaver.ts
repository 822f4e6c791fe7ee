/** This project: one command with the address of the index. It hashes what it writes, and keeps the digests. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Job, Peer } from '../../harness/peer.js';
import { CRAWLER } from '../../harness/root.js';
import type { Command } from '../../harness/watched.js';

const shared = {
  version: (): string => 'as above',
  install: 'npm run setup',
  command: ({ index, into, scratch, connections }: Job): Command => [
    process.execPath,
    CRAWLER,
    'download',
    index,
    '--into',
    into,
    '--db',
    join(scratch, 'downloads.db'),
    '--max-parallelism',
    `${connections}`,
    '--per-host',
    `${connections}`,
    '--quiet',
  ],
};

/** Its own digests are held against the list. */
export const orbweaver: Peer = {
  ...shared,
  name: 'orbweaver',
  recorded({ scratch }) {
    const database = new Database(join(scratch, 'downloads.db'), { readonly: true });
    try {
      const rows = database
        .prepare<[], [path: string, digest: string]>(
          `SELECT path, sha256 FROM downloads WHERE state = 'done'`,
        )
        .raw()
        .all();
      return new Map(rows);
    } finally {
      database.close();
    }
  },
};

/** Its files are read again as everybody's. */
export const orbweaverReread: Peer = { ...shared, name: 'orbweaver, read again' };
