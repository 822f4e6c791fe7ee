/** The limit: the same HTTP client in as many threads, told all pages beforehand, that reads and keeps nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listedPages, type SitePeer } from '../../harness/site-peer.js';

const PROCESS = fileURLToPath(new URL('../../harness/fetch-only-process.js', import.meta.url));

export const fetchOnly: SitePeer = {
  name: 'fetch only',
  version: () => 'undici as above',
  install: 'npm run setup',
  note: 'is told all pages beforehand, reads no links, keeps nothing: a limit, not a crawler',
  isLimit: true,
  command: ({ connections, workers, scratch }) => [
    process.execPath,
    PROCESS,
    join(scratch, 'urls.txt'),
    `${workers}`,
    `${Math.ceil(connections / workers)}`,
    join(scratch, 'pages.txt'),
  ],
  found: ({ scratch }) => listedPages(join(scratch, 'pages.txt')),
  steadyMs: ({ scratch }) => Number(readFileSync(join(scratch, 'pages.txt.ms'), 'utf8')),
};
