/** GNU Wget and Wget2, recursively, without what pages only show. */
import { join } from 'node:path';
import { versionSaid } from '../../harness/peer.js';
import { savedPages, type SiteJob, type SitePeer } from '../../harness/site-peer.js';

function intoOf({ scratch }: SiteJob): string {
  return join(scratch, 'into');
}

export const wget2: SitePeer = {
  name: 'wget2',
  version: () => versionSaid('wget2'),
  install: 'apt-get install wget2',
  note: 'saves the pages as files, keeps no links',
  command: (job) => [
    'wget2',
    '--no-config',
    '--quiet',
    '--recursive',
    '--level=0',
    '--no-robots',
    '--no-host-directories',
    '--ignore-tags=img,link,script',
    `--max-threads=${job.connections}`,
    `--directory-prefix=${intoOf(job)}`,
    job.seed,
  ],
  found: (job) => savedPages(intoOf(job)),
};

export const wget: SitePeer = {
  name: 'wget',
  version: () => versionSaid('wget'),
  install: 'apt-get install wget',
  note: 'saves the pages as files, keeps no links, has one request in flight',
  command: (job) => [
    'wget',
    '--no-config',
    '--quiet',
    '--recursive',
    '--level=inf',
    '--execute',
    'robots=off',
    '--no-host-directories',
    '--follow-tags=a,area',
    '--restrict-file-names=nocontrol',
    `--directory-prefix=${intoOf(job)}`,
    job.seed,
  ],
  found: (job) => savedPages(intoOf(job)),
};
