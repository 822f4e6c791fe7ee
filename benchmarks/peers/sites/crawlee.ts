/** Crawlee, in a folder of its own: it is no dependency of this project. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../harness/root.js';
import { listedPages, type SitePeer } from '../../harness/site-peer.js';

/** Ignored by git. */
const FOLDER = join(ROOT, 'benchmarks/.peers/crawlee');

export const crawlee: SitePeer = {
  name: 'crawlee',
  version() {
    try {
      const file = join(FOLDER, 'node_modules/@crawlee/cheerio/package.json');
      return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version; // Every package.json has one.
    } catch {
      return null;
    }
  },
  install: 'npm install --prefix benchmarks/.peers/crawlee @crawlee/cheerio',
  note: 'CheerioCrawler, all in memory',
  command: ({ seed, connections, scratch }) => [
    process.execPath,
    join(ROOT, 'benchmarks/peers/sites/crawlee-crawl.mjs'),
    FOLDER,
    seed,
    `${connections}`,
    join(scratch, 'pages.txt'),
  ],
  found: ({ scratch }) => listedPages(join(scratch, 'pages.txt')),
};
