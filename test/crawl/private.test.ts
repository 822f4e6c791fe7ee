/** Private addresses, from the link or redirect to what the servers there see: no connection at all. */
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { endsOf, pagesOf, query, test } from '../manners/bench.js';
import type { Bench } from '../manners/bench.js';
import { page, text, to } from '../support/site.js';
import type { Site } from '../support/site.js';

const NAME_SERVER = join(import.meta.dirname, '../manners/name-server.cjs');
const HAS_IPV6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
);
const METADATA = ['http://169.254.169.254', 'http://[fd00:ec2::254]', 'http://[::ffff:a9fe:a9fe]'];
const ANY = { scope: 'any', timeout: 3 } as const;

interface Web {
  readonly seed: Site;
  /** Servers at addresses that nobody named. */
  readonly inner: readonly Site[];
  /** Their origins and others like them, as keys. */
  readonly origins: readonly string[];
}

/** A site on `localhost` that links and redirects to inner addresses in every spelling. */
async function web(bench: Bench): Promise<Web> {
  const leaf = { '/': page([]), '/robots.txt': { status: 404 }, '*': page([]) };
  const inner = [
    await bench.site(leaf, { address: '127.0.0.2' }),
    await bench.site(leaf, { address: '127.0.0.1' }),
    await bench.site(leaf, { address: '127.0.0.3' }),
    ...(HAS_IPV6 ? [await bench.site(leaf, { address: '::1' })] : []),
  ];
  const [second, first, third, sixth] = inner.map(({ origin }) => new URL(bracketed(origin)).port);
  const spellings = [
    `http://127.0.0.2:${second}`,
    `http://0x7f.1:${first}`,
    `http://0177.0.0.01:${first}`,
    `http://2130706433:${first}`,
    `http://[::ffff:127.0.0.3]:${third}`,
    ...(sixth === undefined ? [] : [`http://[::1]:${sixth}`]),
  ];
  const links = spellings.map((origin, n) => `${origin}/link${n}`);
  const targets = [...spellings, ...METADATA].map((origin, n) => `${origin}/target${n}`);
  const seed = await bench.site({
    '/': page([
      ...links,
      ...METADATA.map((origin) => `${origin}/latest`),
      ...targets.map((_, n) => `/to${n}`),
      '/p',
    ]),
    '/p': page([]),
    ...Object.fromEntries(targets.map((target, n) => [`/to${n}`, to(target)])),
  });
  const keys = [...links, ...targets].map((url) => new URL(url).href);
  return { seed, inner, origins: keys };
}

/** `address:port` of an IPv6 listener lacks its brackets. */
function bracketed(origin: string): string {
  return origin.replace('http://::1', 'http://[::1]');
}

/** The seed's page by a name that is not the address the other servers have. */
function named({ seed }: Web): string {
  return `http://localhost:${new URL(seed.origin).port}/`;
}

test.concurrent.for([
  ['', {}, 'its host may not be connected to'],
  [
    ', and without robots.txt neither',
    { robots: false },
    '169.254.169.254 is a cloud metadata address, which is never connected to',
  ],
] as const)('what nobody named is skipped, and sees no connection%s', async ([, more, detail], { bench }) => {
  const here = await web(bench);
  const { db, totals, notices } = await bench.crawl({ seeds: [named(here)], ...ANY, ...more });
  const rows = pagesOf(db);
  for (const key of [...here.origins, ...METADATA.map((origin) => `${origin}/latest`)])
    expect(rows[key], key).toMatchObject({
      state: 'skipped',
      error: 'private',
      attempts: 0,
      http_status: null,
    });
  expect(rows[`${METADATA[0]}/latest`]?.error_detail).toBe(detail);
  expect(endsOf(db)[`${named(here)}p`]).toBe('done 200');
  expect(here.inner.map(({ connections }) => connections)).toEqual(here.inner.map(() => 0));
  expect(query(db, 'SELECT DISTINCT fetched_at FROM pages WHERE error = ?', 'private')).toEqual([
    { fetched_at: null },
  ]);
  expect(totals.failed).toEqual({});
  expect(totals.hostsGivenUp).toEqual([]);
  expect(new Set(notices.map(({ kind }) => kind))).toEqual(new Set(['host-private']));
  expect(notices).toContainEqual({
    kind: 'host-private',
    host: new URL(here.origins[0] as string).origin,
    detail: expect.stringContaining(
      '127.0.0.2 is a private address, and neither a seed nor --base',
    ) as string,
  });
  bench.digest(db);
});

test.concurrent('what counts is what a name stands for, and which name was given', async ({ bench }) => {
  const site = await bench.site({ '/robots.txt': { status: 404 }, '*': page([]) });
  const { port } = new URL(site.origin);
  const links = [`http://127-0-0-1.inner.test:${port}/a`, 'http://169-254-169-254.secret.test/b'];
  site.route('/', page(links));
  const secret = 'http://169-254-169-254.seed.test/';
  const seeds = [`http://127-0-0-1.seed.test:${port}/`, secret];
  const db = bench.file();
  const args = [...seeds.flatMap((seed) => ['--seed', seed]), '--db', db, '--scope', 'any'];
  // As the program, because the names are made up in its threads.
  const { status, stderr } = await bench.run([...args, '--workers', '1', '--delay', '0'], {
    NODE_OPTIONS: `--require "${NAME_SERVER}"`,
  });
  expect(status).toBe(1);
  const ends = endsOf(db);
  expect([...seeds, ...links].map((url) => ends[url])).toEqual([
    'done 200',
    ...Array<string>(3).fill('skipped private'),
  ]);
  expect(stderr).toContain('not connecting to http://127-0-0-1.inner.test');
  expect(stderr).toContain('169-254-169-254.seed.test: 169.254.169.254 is a cloud metadata address');
  expect(stderr).toContain(`${secret} (private)`);
  expect(stderr).not.toContain('giving up');
  expect(new Set(site.hits.map(({ headers }) => headers.host))).toEqual(
    new Set([`127-0-0-1.seed.test:${port}`]),
  );
});

test.concurrent('--allow-private takes them up, but for cloud metadata', async ({ bench }) => {
  const here = await web(bench);
  const options = { seeds: [named(here)], ...ANY };
  const { db } = await bench.crawl(options);
  await bench.crawl({ ...options, db, allowPrivate: true });
  const inside = here.origins.filter((key) => METADATA.every((origin) => !key.startsWith(origin)));
  const ends = endsOf(db);
  for (const key of inside) expect(ends[key], key).toBe('done 200');
  for (const origin of METADATA) expect(ends[`${origin}/latest`]).toBe('skipped private');
  for (const site of here.inner) expect(site.hits.length).toBeGreaterThan(1);
  const fresh = await bench.crawl({ ...options, allowPrivate: true });
  expect(bench.digest(db)).toBe(bench.digest(fresh.db));
});

test.concurrent('a host named in a seed or --base is open, at any port', async ({ bench }) => {
  const leaf = { '/': page([]), '/x': page([]) };
  const [second, third] = [
    await bench.site(leaf, { address: '127.0.0.2' }),
    await bench.site(leaf, { address: '127.0.0.3' }),
  ];
  const port = await bench.site(leaf);
  const links = [second, third, port].map(({ origin }) => `${origin}/x`);
  const seed = await bench.site({ '/': page(links) });
  const { db } = await bench.crawl({ seeds: [`${seed.origin}/`], base: second.origin, ...ANY });
  expect(links.map((link) => endsOf(db)[link])).toEqual(['done 200', 'skipped private', 'done 200']);
});

test.concurrent(
  'a seed that is a metadata address leads to no page, whatever is allowed',
  async ({ bench }) => {
    const key = 'http://169.254.169.254/x';
    for (const more of [{}, { robots: false }, { robots: false, allowPrivate: true }]) {
      const { db, seedsWithoutPage, notices } = await bench.crawl({
        seeds: ['http://0xa9fea9fe/x'],
        ...ANY,
        ...more,
      });
      expect(seedsWithoutPage).toEqual([{ url: key, reason: 'private' }]);
      expect(notices).toMatchObject([
        { detail: expect.stringContaining('is a cloud metadata address') as string },
      ]);
      expect(endsOf(db)).toEqual({ [key]: 'skipped private' });
    }
  },
);

test.concurrent('a robots.txt that redirects to a private address allows all', async ({ bench }) => {
  const inner = await bench.site({ '*': text('User-agent: *\nDisallow: /\n') }, { address: '127.0.0.2' });
  const seed = await bench.site({
    '/robots.txt': to(`${inner.origin}/rules`),
    '/': page(['/p']),
    '/p': page([]),
  });
  const { db, notices } = await bench.crawl({ seeds: [`${seed.origin}/`] });
  expect(endsOf(db, seed.origin)).toEqual({ '/': 'done 200', '/p': 'done 200' });
  expect(inner.connections).toBe(0);
  expect(notices).toEqual([]);
});

test.concurrent('a seed that redirects to a private address led to no page', async ({ bench }) => {
  const inner = await bench.site({ '*': page([]) }, { address: '127.0.0.2' });
  const seed = await bench.site({ '/': to(`${inner.origin}/`) });
  const { seedsWithoutPage } = await bench.crawl({ seeds: [`${seed.origin}/`], ...ANY });
  expect(seedsWithoutPage).toEqual([{ url: `${seed.origin}/`, reason: 'private' }]);
  expect(inner.connections).toBe(0);
});
