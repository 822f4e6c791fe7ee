/** Many files that are not as they were recorded. */
import { expect, test } from 'vitest';
import { checkFiles } from '../../dist/verify/files.js';

test('files that are gone are counted, and each costs the same however many there are', () => {
  const files = Array.from({ length: 60_000 }, (_, n) => ({ path: `${n}`, bytes: 1, sha256: '' }));
  const before = process.cpuUsage();
  expect(checkFiles(files, '/there/is/no/such/folder')).toEqual([
    { text: 'files are not there', count: 60_000, example: '0' },
  ]);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000, 'ms of CPU time').toBeLessThan(3000);
});
