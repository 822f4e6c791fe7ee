/** Requests that executors make through proxies: whose turn it is, from which country, what is tried through another. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { test } from '../manners/bench.js';
import { listOf } from '../run/bench.js';
import { httpProxy, type TestProxy } from '../support/proxies.js';
import { page, text } from '../support/site.js';
import { executionOf, moduleOf, outputOf } from './bench.js';

const SECRET = { username: 'anna', password: 's3cret' };
const FETCH = `export const own = async (page, { fetch }) => (await fetch('/asked')).text;`;
const PAGES = { '/robots.txt': { status: 404 }, '/asked': text('here'), '*': page([]) };

/** How often each was asked for anything. */
const counts = (proxies: readonly TestProxy[]): number[] => proxies.map(({ asked }) => asked.length);

test('they take turns with the others, and no password is seen', async ({ bench }) => {
  const site = await bench.site(PAGES);
  const proxies = [await httpProxy({ credentials: SECRET }), await httpProxy({ credentials: SECRET })];
  const db = bench.file();
  const flags = proxies.flatMap(({ url }) => ['--proxy', url]);
  const own = moduleOf(
    bench,
    `export async function own(page, { fetch, log }) { const { headers, text } = await fetch('/asked'); log.info(JSON.stringify(headers)); return text; }`,
  );
  const args = ['--seed', `${site.origin}/`, '--db', db, '--executors', own, '--no-robots', '-v', ...flags];
  const { status, stderr } = await bench.run(args);
  expect(status, stderr).toBe(0);
  expect(outputOf(db, '/', 'own')).toBe('here');
  // The page through one, what it asks for through the other.
  expect(counts(proxies)).toEqual([1, 1]);
  expect(site.hits.map(({ headers }) => headers['proxy-authorization'])).toEqual([undefined, undefined]);
  expect(stderr + readFileSync(db, 'latin1')).not.toContain('s3cret');
});

test('they go through proxies of the country that their task wants', async ({ bench }) => {
  const site = await bench.site(PAGES);
  const [de, any] = [await httpProxy(), await httpProxy()];
  const proxies = listOf(bench, { de: [de.url], '*': [any.url] }, 'proxies.json');
  const list = listOf(bench, {
    a: { url: `${site.origin}/a`, country: 'DE' },
    b: { url: `${site.origin}/b`, country: 'fr' },
  });
  const db = bench.file();
  const flags = ['--proxies', proxies, '--executors', moduleOf(bench, FETCH), '--no-robots'];
  const { status, stderr } = await bench.run(['run', list, '--db', db, ...flags]);
  expect(status, stderr).toBe(0);
  // Each asked for its own page, and for what it fetched.
  expect(counts([de, any])).toEqual([2, 2]);
});

test('what one proxy loses is asked for through another, without a word to the executor', async ({
  bench,
}) => {
  const site = await bench.site(PAGES);
  const [good, closed] = [await httpProxy(), await httpProxy({ credentials: SECRET })];
  const { db, notices } = await bench.crawl({
    seeds: [`${site.origin}/`],
    proxy: [good.url, closed.url.replace('s3cret', 'wr0ng')],
    robots: false,
    executors: [moduleOf(bench, FETCH)],
  });
  // The page's turn was the first one's.
  expect(counts([good, closed])).toEqual([2, 1]);
  expect(notices).toMatchObject([{ kind: 'proxy-rested', proxy: closed.name }]);
  expect(outputOf(db, '/', 'own')).toBe('here');
  expect(JSON.stringify(notices) + readFileSync(db, 'latin1')).not.toContain('wr0ng');
});

test('where no proxy is left, they fail', async ({ bench }) => {
  const proxy = await httpProxy();
  const site = await bench.site({ ...PAGES, '/asked': async () => (await proxy.close(), text('late')) });
  const own = moduleOf(
    bench,
    `export const own = async (page, { fetch }) => {
       const lost = await fetch('/asked').catch(({ code }) => code);
       for (;;) await fetch('/other?' + lost);
     };`,
  );
  const { db } = await bench.crawl({
    seeds: [`${site.origin}/`],
    proxy: [proxy.url],
    robots: false,
    executors: [own],
  });
  expect(executionOf(db, '/', 'own').error).toMatch(/^proxy: /);
  expect(site.paths).toEqual(['/', '/asked']);
});
