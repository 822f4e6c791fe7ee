/** spider (Rust), by its Node.js binding, in a folder of its own: it is no dependency of this project. */
import { join } from 'node:path';
import { ROOT } from '../../harness/root.js';
import { listedPages, packageVersion, type SitePeer } from '../../harness/site-peer.js';

/** Ignored by git. */
const FOLDER = join(ROOT, 'benchmarks/.peers/spider');

export const spider: SitePeer = {
  name: 'spider',
  version: () => packageVersion(FOLDER, '@spider-rs/spider-rs'),
  // The last version that has its compiled part for Linux.
  install:
    'npm install --prefix benchmarks/.peers/spider @spider-rs/spider-rs@0.0.157 @spider-rs/spider-rs-linux-x64-gnu@0.0.157',
  note: 'the Rust crate in Node.js, addresses only, dead ones too; chooses its own number of requests in flight',
  listsDeadLinks: true,
  command: ({ seed, scratch }) => [
    process.execPath,
    join(ROOT, 'benchmarks/peers/sites/spider-crawl.mjs'),
    FOLDER,
    seed,
    join(scratch, 'pages.txt'),
  ],
  found: ({ scratch }) => listedPages(join(scratch, 'pages.txt')),
};
