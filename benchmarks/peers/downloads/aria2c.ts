/** aria2, one connection a file, with a list of addresses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionSaid, type Peer } from '../../harness/peer.js';

export const aria2c: Peer = {
  name: 'aria2c',
  version: () => versionSaid('aria2c'),
  install: 'apt-get install aria2',
  command({ urls, into, scratch, connections }) {
    const list = join(scratch, 'urls.txt');
    writeFileSync(list, urls.map((url) => `${url}\n`).join(''));
    return [
      'aria2c',
      '--no-conf',
      '--quiet',
      // Files are written as they come, as everybody does it; to reserve their room first costs time.
      '--file-allocation=none',
      `--max-concurrent-downloads=${connections}`,
      '--max-connection-per-server=1',
      '--split=1',
      `--dir=${into}`,
      `--input-file=${list}`,
    ];
  },
};
