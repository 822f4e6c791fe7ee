/** Scrapy, with a spider of a few lines (`site_spider.py`). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionSaid } from '../../harness/peer.js';
import { ROOT } from '../../harness/root.js';
import type { SitePeer } from '../../harness/site-peer.js';
import { pathKey } from '../../harness/static-site.js';

export const scrapy: SitePeer = {
  name: 'scrapy',
  version: () => versionSaid('scrapy', 'version'),
  install: 'apt-get install python3-scrapy',
  note: 'keeps the addresses of pages in a file',
  command: ({ seed, connections, scratch }) => [
    'scrapy',
    'runspider',
    join(ROOT, 'benchmarks/peers/sites/site_spider.py'),
    '-a',
    `seed=${seed}`,
    '-o',
    join(scratch, 'pages.jsonl'),
    '--loglevel',
    'ERROR',
    '-s',
    `CONCURRENT_REQUESTS=${connections}`,
    '-s',
    `CONCURRENT_REQUESTS_PER_DOMAIN=${connections}`,
    '-s',
    'ROBOTSTXT_OBEY=False',
    '-s',
    'TELNETCONSOLE_ENABLED=False',
  ],
  found({ scratch }) {
    const lines = readFileSync(join(scratch, 'pages.jsonl'), 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => pathKey((JSON.parse(line) as { url: string }).url)); // Written by the spider.
  },
};
