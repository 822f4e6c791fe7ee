/** curl with --parallel, with a list of addresses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionSaid, type Peer } from '../../harness/peer.js';

export const curl: Peer = {
  name: 'curl',
  version: () => versionSaid('curl'),
  install: 'apt-get install curl',
  command({ urls, into, scratch, connections }) {
    const list = join(scratch, 'urls.txt');
    writeFileSync(list, urls.map((url) => `url = "${url}"\n`).join(''));
    return [
      'curl',
      '--disable',
      '--silent',
      '--show-error',
      '--fail',
      '--parallel',
      '--parallel-immediate',
      '--parallel-max',
      `${connections}`,
      '--remote-name-all',
      '--output-dir',
      into,
      '--config',
      list,
    ];
  },
};
