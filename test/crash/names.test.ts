/** Kills before every step by which files that were downloaded come from their first names to their final ones. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Home } from '../download/bench.js';
import { bytesOf, FileSite, pageOf } from '../download/file-site.js';
import { test } from '../support/program.js';
import { startDying } from './crossing.js';

const FOLDERS = ['a', 'b', 'c'];

test('killed while files get their final names, none is lost and none is fetched again', async ({
  folder,
}) => {
  // In the order of the page b is the first; in the end a is.
  await using site = await FileSite.open({
    '/m/': pageOf(...['b', 'c', 'a'].map((name): [string] => [`${name}/x.mp3`])),
    ...Object.fromEntries(FOLDERS.map((name) => [`/m/${name}/x.mp3`, { body: bytesOf(3000, name) }])),
  });
  const argsOf = ({ into, db }: Home): string[] =>
    [
      ['download', site.url('/m/'), '--into', into, '--db', db, '--layout', 'flat'],
      ['--workers', '1', '--max-parallelism', '1', '--no-progress'],
    ].flat();
  const steps = [
    // All three are taken away from their names, then placed under the others.
    ...[1, 2, 3].flatMap((number) => [
      { number, match: 'SET moved_from = NULL' },
      { number: number + 3, match: 'link ' },
      { number: number + 3, match: 'unlink ' },
    ]),
    ...[1, 2, 3].map((number) => ({ number, match: `SET state = 'complete', moved_from` })),
    ...[1, 2, 3].map((number) => ({ number, match: '/x' })),
    { number: 4, match: 'modified_at = ?' },
  ];
  for (const [at, step] of steps.entries()) {
    const home = new Home(join(folder.path, String(at)));
    await mkdir(home.path);
    site.hits.length = 0;
    const { signal, stderr } = await startDying(folder, argsOf(home), step).ended;
    expect(signal, `${JSON.stringify(step)} ${stderr}`).toBe('SIGKILL');
    const again = await folder.run(argsOf(home));
    expect(again.status, again.stderr).toBe(0);
    expect(await home.files(), JSON.stringify(step)).toEqual(['x (2).mp3', 'x (3).mp3', 'x.mp3']);
    expect(await home.holds('x.mp3', bytesOf(3000, 'a')), JSON.stringify(step)).toBe(true);
    expect(await home.holds('x (2).mp3', bytesOf(3000, 'b'))).toBe(true);
    expect(await home.holds('x (3).mp3', bytesOf(3000, 'c'))).toBe(true);
    for (const name of FOLDERS) expect(site.of(`/m/${name}/x.mp3`), JSON.stringify(step)).toHaveLength(1);
  }
});
