/** Files that many pages list. */
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { FileWork } from '../../dist/delegator/file-work.js';
import { Layout } from '../../dist/downloads/layout.js';
import type { FileAdmission } from '../../dist/frontier/listing.js';
import { Shelf } from '../../dist/shelf/shelf.js';
import { DownloadTable } from '../../dist/store/downloads.js';
import { openFile } from '../store/file.js';

const PAGES = 60_000;
const SITE = 'http://a.test/';

test('a file that very many pages list costs each of them the same', () => {
  const table = new DownloadTable(openFile());
  const work = new FileWork(table, new Shelf(tmpdir(), 'none'), {
    layout: new Layout('tree', [SITE]),
    starts: [SITE],
    isByPage: false,
    types: [],
    refresh: false,
    isDryRun: true,
    maxDepth: Infinity,
    onFound: () => undefined,
  });
  const files: FileAdmission = {
    admit: () => ({ id: 1, state: 'skipped', error: null }),
    queue: () => undefined,
    isNoPage: () => false,
  };
  const before = process.cpuUsage();
  for (let id = 1; id <= PAGES; id++)
    work.listOne(
      `${SITE}a.bin`,
      { id, key: `${SITE}${id}/`, depth: 1, foundOn: null, start: SITE, typed: SITE },
      files,
    );
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000, 'ms of CPU time').toBeLessThan(3000);
  expect(work.counters.listed).toBe(1);
});
