/** spider (Rust), by its command line. Written after its manual; where it is not installed it is left out, aloud. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionSaid } from '../../harness/peer.js';
import type { SitePeer } from '../../harness/site-peer.js';
import { pathKey } from '../../harness/static-site.js';

export const spider: SitePeer = {
  name: 'spider',
  version: () => versionSaid('spider'),
  install: 'cargo install spider_cli',
  note: 'prints addresses, chooses its own number of requests in flight',
  // `exec` leaves one process to watch.
  command: ({ seed, scratch }) => [
    'sh',
    '-c',
    'exec spider --url "$1" crawl --output-links > "$2"',
    'sh',
    seed,
    join(scratch, 'links.txt'),
  ],
  found({ scratch, origin }) {
    const text = readFileSync(join(scratch, 'links.txt'), 'utf8');
    const urls = text.match(/https?:\/\/[^\s"',\]]+/g) ?? [];
    return urls.filter((url) => url.startsWith(`${origin}/`)).map((url) => pathKey(url));
  },
};
