/** GNU Wget2, with a list of addresses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionSaid, type Peer } from '../../harness/peer.js';

export const wget2: Peer = {
  name: 'wget2',
  version: () => versionSaid('wget2'),
  install: 'apt-get install wget2',
  command({ urls, into, scratch, connections }) {
    const list = join(scratch, 'urls.txt');
    writeFileSync(list, urls.map((url) => `${url}\n`).join(''));
    return [
      'wget2',
      '--no-config',
      '--quiet',
      `--max-threads=${connections}`,
      `--directory-prefix=${into}`,
      `--input-file=${list}`,
    ];
  },
};
