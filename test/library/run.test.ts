/** `run` of the library: task lists as values and as files, and which keys came to their end. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { readStatus, run, type TaskList, type TaskOptions, UsageError } from '../../dist/index.js';
import { closedOrigin, page, text } from '../support/site.js';
import { fileOf, folder, open } from './bench.js';

const QUICK = { workers: 1, retries: 0, retryDelay: 0.02 } as const;
const ECHO = `export function echo(page, { key, params }) { return { key, lang: params.lang ?? null, url: page.url } }`;

/** Texts of `readStatus`, in order of keys. */
function statuses(db: string): string[] {
  return [...readStatus(db)]
    .map(({ key, executor, status, error }) => `${key} ${executor} ${status} ${error}`)
    .sort();
}

test('a map, a list and a file are the same list', async () => {
  const site = await open({ '*': page([]) });
  const url = `${site.origin}/a`;
  const map = { a: { url, lang: 'en' } };
  const file = await fileOf(JSON.stringify(map), 'tasks.json');
  const lists: TaskList[] = [map, [{ key: 'a', url, lang: 'en' }], file, pathToFileURL(file)];
  const executors = await fileOf(ECHO);
  for (const list of lists) {
    const db = join(await folder(), 'work.db');
    const seen = [];
    const tasks = run<{ echo: { key: string; lang: string | null; url: string } }>(list, {
      ...QUICK,
      db,
      executors,
    });
    for await (const { key, params, results } of tasks) seen.push({ key, params, echo: results.echo });
    expect(seen).toEqual([{ key: 'a', params: { url, lang: 'en' }, echo: { key: 'a', lang: 'en', url } }]);
    expect(await tasks).toMatchObject({ ending: 'finished', succeeded: ['a'], failed: [] });
  }
});

test('keys that succeeded before are passed over and count; those that failed are tried again', async () => {
  const site = await open({
    '/good': page([]),
    '/late': ({ earlier }) => ({ status: earlier === 0 ? 404 : 200 }),
  });
  const options = { ...QUICK, db: join(await folder(), 'work.db'), executors: await fileOf(ECHO) };
  const tasks = { late: { url: `${site.origin}/late` }, good: { url: `${site.origin}/good` } };
  expect(await run(tasks, options)).toMatchObject({ succeeded: ['good'], failed: ['late'] });
  expect(await run(tasks, options)).toMatchObject({ succeeded: ['late', 'good'], failed: [] });
  expect(site.hitsOf('/good')).toHaveLength(1);
  expect((await run(tasks, options)).executors).toEqual([
    { name: 'echo', success: 0, failed: 0, skipped: 0, passedOver: 2 },
  ]);
  expect(site.hitsOf('/late')).toHaveLength(2);
});

test('a key that was not come to is in neither list', async () => {
  const site = await open({ '*': page([]) });
  const signal = AbortSignal.abort();
  const options = { ...QUICK, db: join(await folder(), 'work.db'), executors: await fileOf(ECHO), signal };
  const ended = await run({ a: { url: `${site.origin}/a` } }, options);
  expect(ended).toMatchObject({ ending: 'stopped', succeeded: [], failed: [] });
});

test('what cannot be asked for fails with its reason, in every run, and a host given up is tried again', async () => {
  const site = await open({ '/robots.txt': text('User-agent: *\nDisallow: /no'), '*': page([]) });
  const options = { ...QUICK, db: join(await folder(), 'work.db'), executors: await fileOf(ECHO) };
  const tasks = { no: { url: `${site.origin}/no` }, dead: { url: `${closedOrigin()}/` } };
  for (const attempt of [1, 2]) {
    const { failed, succeeded, executors } = await run(tasks, options);
    expect([succeeded, failed], `run ${attempt}`).toEqual([[], ['no', 'dead']]);
    expect(executors).toEqual([{ name: 'echo', success: 0, failed: 2, skipped: 0, passedOver: 0 }]);
  }
  expect(statuses(options.db)).toEqual([
    'dead echo failed connect: the host was given up',
    'no echo failed robots: not asked for',
  ]);
  const later = { dead: { url: `${site.origin}/back` } };
  expect(await run(later, options)).toMatchObject({ succeeded: ['dead'] });
});

test('a followed address gets its params, and is asked for as they say', async () => {
  const site = await open({ '*': page([]) });
  const executors = await fileOf(`export function next(page, context) {
    if (context.key === 'a') context.follow('/b', { of: 'a', headers: { 'X-Of': 'a' } });
    return context.params.of ?? null;
  }`);
  const db = join(await folder(), 'work.db');
  const seen = [];
  for await (const { url, results } of run({ a: { url: `${site.origin}/a` } }, { ...QUICK, db, executors }))
    seen.push(`${url.replace(site.origin, '')} ${results['next'] as string}`);
  expect(seen).toEqual(['/a null', '/b a']);
});

test('params of a followed address that no list could have are a fault of the code', async () => {
  const site = await open({ '*': page([]) });
  const executors = await fileOf(
    `export function next(page, context) { context.follow('/b', { country: 'Germany' }) }`,
  );
  const db = join(await folder(), 'work.db');
  await expect(run({ a: { url: `${site.origin}/a` } }, { ...QUICK, db, executors })).rejects.toThrow(
    'next failed on a: TypeError: follow: country must be a code of two letters',
  );
});

const circle: Record<string, unknown> = { url: 'https://a.test/' };
circle['self'] = circle;

test.each([
  [{ a: { url: '/x' } }, 'tasks, key "a": url "/x" is a path'],
  [[{ key: 'a' }], 'tasks, entry 1: there is no url'],
  [
    [
      { key: 'a', url: 'https://a.test/' },
      { key: 'a', url: 'https://b.test/' },
    ],
    'tasks, entry 2: the key "a" is also in tasks, entry 1',
  ],
  [[7], 'tasks, entry 1: an entry is'],
  [{ a: circle }, 'tasks must be what JSON can hold'],
  [null, 'tasks must hold'],
  [{}, 'there is no task in tasks'],
  ['nothing.json', 'there is no file nothing.json'],
  [new URL('https://a.test/list.json'), 'https://a.test/list.json is no file'],
])('%j is refused with its place', async (tasks, message) => {
  // What the compiler would refuse.
  const refused = run(tasks as unknown as TaskList, { db: join(await folder(), 'work.db') });
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toThrow(UsageError);
});

test.each([
  [{ maxDepth: 3 }, "there is no option 'maxDepth'"],
  [{ seeds: ['https://a.test/'] }, "there is no option 'seeds'"],
  [{ maxParallelism: 0 }, 'maxParallelism must be a whole number from 1 to 10,000'],
])('the options %j are refused', async (options, message) => {
  await expect(run({ a: { url: 'https://a.test/' } }, options as TaskOptions)).rejects.toThrow(message);
});
