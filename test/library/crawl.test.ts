/** `crawl` of the library: a promise of the result, and a loop over finished pages. */
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { crawl, type CrawlRun, type FinishedPage, type JsonValue, UsageError } from '../../dist/index.js';
import { statusSummary, UserCodeError } from '../../dist/index.js';
import { page, pause, text, to } from '../support/site.js';
import { fileOf, folder, open, QUICK, wide } from './bench.js';

const TITLE = `export function title(page) { return page.select('title').text() }
  export function size(page) { return { links: page.links.length } }`;

async function all<Results extends object>(
  run: CrawlRun<unknown, Results>,
): Promise<FinishedPage<Results>[]> {
  const pages: FinishedPage<Results>[] = [];
  for await (const each of run) pages.push(each);
  return pages;
}

describe('the loop', () => {
  test('gives every page once, with what executors answered, and the promise the result', async () => {
    const site = await open({
      '/': page(['/a', '/moved', '/gone', '/picture', '/robots-only'], { title: 'home' }),
      '/a': page([], { title: 'a' }),
      '/moved': to('/a'),
      '/picture': { headers: { 'content-type': 'image/png' }, body: 'x' },
      '/robots.txt': text('User-agent: *\nDisallow: /robots-only'),
    });
    const db = join(await folder(), 'crawl.db');
    const run = crawl<{ title: string; size: { links: number } }>({
      ...QUICK,
      seeds: [`${site.origin}/`],
      db,
      executors: await fileOf(TITLE),
    });
    const pages = await all(run);
    const byPath = Object.fromEntries(pages.map((each) => [each.url.replace(site.origin, ''), each]));
    expect(Object.keys(byPath).sort()).toEqual(['/', '/a', '/gone', '/picture']);
    expect(byPath['/']).toEqual({
      key: `${site.origin}/`,
      url: `${site.origin}/`,
      state: 'done',
      status: 200,
      title: 'home',
      depth: 0,
      contentType: 'text/html; charset=utf-8',
      bodyBytes: expect.any(Number) as number,
      linkCount: 5,
      error: null,
      errorDetail: null,
      params: {},
      results: { title: 'home', size: { links: 5 } },
      errors: {},
    });
    expect(byPath['/a']).toMatchObject({ depth: 1, results: { title: 'a', size: { links: 0 } } });
    expect(byPath['/gone']).toMatchObject({ state: 'failed', status: 404, error: 'status', results: {} });
    expect(byPath['/picture']).toMatchObject({ state: 'skipped', error: 'content-type' });
    const result = await run;
    expect(result).toMatchObject({ ending: 'finished', pagesThisRun: 2 });
    expectTypeOf(pages[0]?.results.size?.links).toEqualTypeOf<number | undefined>();
    expectTypeOf(await crawl({ seeds: [`${site.origin}/`], db })).toHaveProperty('ending');
  });

  test('gives failures of executors, and what they answered in an earlier run', async () => {
    const site = await open({ '/': page([], { title: 'home' }) });
    const options = { ...QUICK, seeds: [`${site.origin}/`], db: join(await folder(), 'crawl.db') };
    await crawl({ ...options, executors: await fileOf(TITLE) });
    const failing = await fileOf(`export function bad(page) {
      throw Object.assign(new Error('not this one'), { name: 'TaskError' })
    }`);
    const [first] = await all(crawl({ ...options, executors: failing }));
    expect(first).toMatchObject({
      state: 'done',
      results: { title: 'home' },
      errors: { bad: 'executor: not this one' },
    });
    expectTypeOf(first?.results).toEqualTypeOf<Readonly<Partial<Record<string, JsonValue>>> | undefined>();
  });

  test('is waited for: no more is asked for than fits', async () => {
    const site = await wide(400);
    const run = crawl({ ...QUICK, seeds: [`${site.origin}/`], db: join(await folder(), 'crawl.db') });
    const pages = run[Symbol.asyncIterator]();
    await pages.next();
    await site.asked(64);
    await pause(400);
    // 64 that wait, what was under way when they were there, the first page and robots.txt.
    expect(site.hits.length).toBeLessThanOrEqual(64 + QUICK.concurrency + 2);
    let count = 1;
    while (!(await pages.next()).done) count++;
    expect(count).toBe(401);
    expect((await run).ending).toBe('finished');
  });

  test('that is never begun holds nothing back', async () => {
    const site = await wide(200);
    const result = await crawl({
      ...QUICK,
      seeds: [`${site.origin}/`],
      db: join(await folder(), 'crawl.db'),
    });
    expect(result.pagesThisRun).toBe(201);
  });

  test('that is left early stops the crawl and waits for its end, and the same call goes on', async () => {
    const site = await wide(200);
    const db = join(await folder(), 'crawl.db');
    const options = { ...QUICK, seeds: [`${site.origin}/`], db };
    const run = crawl(options);
    for await (const each of run) if (each.depth === 1) break;
    // Nobody writes any more: the next one may.
    expect(statusSummary(db).queue).toMatchObject({ leased: 0 });
    expect(statusSummary(db).queue.queued).toBeGreaterThan(0);
    expect((await run).ending).toBe('stopped');
    expect((await crawl(options)).totals.pages).toBe(201);
  });

  test('that throws stops the crawl and keeps its error', async () => {
    const site = await wide(200);
    const db = join(await folder(), 'crawl.db');
    const loop = async (): Promise<void> => {
      for await (const each of crawl({ ...QUICK, seeds: [`${site.origin}/`], db }))
        throw new Error(`mine: ${each.depth}`);
    };
    await expect(loop()).rejects.toThrow('mine: 0');
    expect(statusSummary(db).queue).toMatchObject({ leased: 0 });
  });

  test('may be asked for several pages at once', async () => {
    const site = await wide(3);
    const pages = crawl({ ...QUICK, seeds: [`${site.origin}/`], db: join(await folder(), 'crawl.db') })[
      Symbol.asyncIterator
    ]();
    const results = await Promise.all(Array.from({ length: 6 }, () => pages.next()));
    expect(results.map(({ done }) => done)).toEqual([false, false, false, false, true, true]);
  });
});

describe('an error', () => {
  const FAULT = 'export function boom(page) { return page.nothing.there }';

  test('ends the loop behind what was filed, and nobody need look at the promise', async () => {
    const site = await open({ '/': page([]) });
    const run = crawl({
      ...QUICK,
      seeds: [`${site.origin}/`],
      db: join(await folder(), 'crawl.db'),
      executors: await fileOf(FAULT),
    });
    const seen: string[] = [];
    const loop = async (): Promise<void> => {
      for await (const { errors } of run) seen.push(...Object.keys(errors));
    };
    const error = await loop().then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toBeInstanceOf(UserCodeError);
    expect(error?.stack).toMatch(/^UserCodeError: .*\n +at .*\.mjs:\d+/);
    expect(error?.stack).not.toContain('/dist/');
    expect(seen).toEqual(['boom']);
    await pause(50); // An unhandled rejection would end the test.
  });

  test('rejects the promise, also where nobody loops', async () => {
    const site = await open({ '/': page([]) });
    const run = crawl({
      ...QUICK,
      seeds: [`${site.origin}/`],
      db: join(await folder(), 'crawl.db'),
      executors: await fileOf(FAULT),
    });
    await expect(run).rejects.toThrow(/boom failed on .*TypeError/);
  });

  test.each([
    [null, 'the options must be an object'],
    [{ seeds: ['https://a.test/'], maxPage: 1 }, "there is no option 'maxPage'"],
    [{ seeds: ['https://a.test/'], signal: 'now' }, 'signal must be an AbortSignal'],
    [{ seeds: ['https://a.test/'], executors: 7 }, 'executors must be'],
    [{ seeds: ['https://a.test/'], executors: ['./nothing.mjs'] }, 'executors: cannot read'],
    [
      { seeds: ['https://a.test/'], executors: new URL('https://a.test/x.mjs') },
      'executors: https://a.test/x.mjs is no file',
    ],
  ])('of refused options %j comes by both ways', async (options, message) => {
    // What the compiler would refuse.
    const wrong = options as unknown as Parameters<typeof crawl>[0];
    await expect(crawl(wrong)).rejects.toThrow(message);
    await expect(all(crawl(wrong))).rejects.toThrow(UsageError);
  });
});

describe('options', () => {
  test.each(['options', 'controls'] as const)('a signal among the %s stops the crawl', async (where) => {
    const site = await wide(200);
    const stop = new AbortController();
    const options = { ...QUICK, seeds: [`${site.origin}/`], db: join(await folder(), 'crawl.db') };
    const { signal } = stop;
    const run = where === 'options' ? crawl({ ...options, signal }) : crawl(options, { signal });
    let count = 0;
    for await (const _ of run) if (++count === 3) stop.abort();
    expect((await run).ending).toBe('stopped');
    expect(count).toBeLessThan(201);
  });

  test('executors are paths, also from the working directory, or file URLs, one or several', async () => {
    const site = await open({ '/': page([]) });
    const one = await fileOf('export function one() { return 1 }');
    const two = await fileOf('export function two() { return 2 }');
    const cases = [one, pathToFileURL(one), [relative(process.cwd(), one), pathToFileURL(two)]] as const;
    for (const [index, executors] of cases.entries()) {
      const db = join(await folder(), `${index}.db`);
      const [first] = await all(crawl({ ...QUICK, seeds: [`${site.origin}/`], db, executors }));
      expect(first?.results).toEqual(index < 2 ? { one: 1 } : { one: 1, two: 2 });
    }
  });
});
