/** Crawlee, in a folder of its own: it is no dependency of this project. */
import { join } from 'node:path';
import { ROOT } from '../../harness/root.js';
import { listedPages, packageVersion, type SitePeer } from '../../harness/site-peer.js';

/** Ignored by git. */
const FOLDER = join(ROOT, 'benchmarks/.peers/crawlee');

export const crawlee: SitePeer = {
  name: 'crawlee',
  version: () => packageVersion(FOLDER, '@crawlee/cheerio'),
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
