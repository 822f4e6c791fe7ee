/** Many hosts: none waits for another, whatever that one does; and one that is not there is said to be. */
import { expect } from 'vitest';
import { closedOrigin, each, page, paths } from '../support/site.js';
import { endsOf, test } from './bench.js';

test.concurrent('a slow host does not hold up a fast one, even with a single thread', async ({ bench }) => {
  const slowPages = paths(20, '/slow');
  const fastPages = paths(60, '/fast');
  const fast = await bench.site({ '/': page(fastPages), ...each(fastPages, page([])) });
  // It answers when the fast one is through: were that one held up, neither would ever be.
  const slowAnswer = async (): Promise<string> => {
    await fast.asked(62);
    return page([]);
  };
  const slow = await bench.site(
    { '/': page(slowPages), ...each(slowPages, slowAnswer) },
    { address: '127.0.0.2' },
  );
  const seeds = [`${slow.origin}/`, `${fast.origin}/`];
  const { totals } = await bench.crawl({ seeds, concurrency: 8, timeout: 50 });
  expect(totals.pages).toBe(2 + 20 + 60);
  // Nor did it wait itself: six of eight requests may be one host's while others are known.
  expect(slow.peakInFlight).toBeLessThanOrEqual(6);
  expect(slow.peakInFlight).toBeGreaterThanOrEqual(4);
});

test.concurrent(
  'a closed port and a host that never answers do not hold up the others',
  async ({ bench }) => {
    const pages = paths(40);
    const mute = await bench.site({ '*': 'silence' }, { address: '127.0.0.2' });
    const dead = [closedOrigin(), mute.origin].flatMap((origin) =>
      paths(10, '/x').map((path) => origin + path),
    );
    const site = await bench.site({ '/': page([...dead, ...pages]), ...each(pages, page([])) });
    const stop = new AbortController();
    const options = {
      seeds: [`${site.origin}/`],
      scope: 'any',
      allowPrivate: true,
      timeout: 50,
      retryDelay: 1,
      concurrency: 4,
    } as const;
    const crawling = bench.crawl(options, stop.signal);
    await site.asked(42);
    // Its first request is still waiting for an answer.
    await mute.asked(1);
    expect(mute.paths).toEqual(['/robots.txt']);
    stop.abort();
    await mute.close();
    expect((await crawling).totals.pages).toBe(41);
  },
);

test.concurrent('a closed port and a host that never answers are given up aloud', async ({ bench }) => {
  const others = paths(10, '/x');
  const closed = closedOrigin();
  const mute = await bench.site({ '*': 'silence' }, { address: '127.0.0.2' });
  const dead = [closed, mute.origin].flatMap((origin) => others.map((path) => origin + path));
  const site = await bench.site({ '/': page([...dead, '/p']), '/p': page([]) });
  const { db, totals, notices } = await bench.crawl({
    seeds: [`${site.origin}/`],
    scope: 'any',
    allowPrivate: true,
    timeout: 1.5,
    retryDelay: 0.1,
    giveUp: 0.03,
  });
  const ends = endsOf(db);
  expect([ends[`${site.origin}/`], ends[`${site.origin}/p`]]).toEqual(['done 200', 'done 200']);
  for (const path of others) {
    expect(ends[closed + path]).toBe('failed connect');
    expect(ends[mute.origin + path]).toBe('failed host');
  }
  expect(totals.hostsGivenUp.map(({ host, code }) => `${host} ${code}`).sort()).toEqual(
    [`${mute.origin} host`, `${closed} connect`].sort(),
  );
  expect(notices.filter(({ kind }) => kind === 'host-given-up').length).toBe(2);
  // Nothing but robots.txt was ever asked of the mute one.
  expect(new Set(mute.paths)).toEqual(new Set(['/robots.txt']));
  expect(Object.keys(ends).length).toBe(22);
});

test.concurrent(
  'a mistyped seed ends in seconds, with status 1 and the code, robots.txt or not',
  async ({ bench }) => {
    const cases = [
      { code: 'connect', origin: closedOrigin(), flags: [] },
      { code: 'connect', origin: closedOrigin(), flags: ['--no-robots'] },
      { code: 'dns', origin: 'http://no-such-host.invalid', flags: [] },
      { code: 'dns', origin: 'http://no-such-host.invalid', flags: ['--no-robots'] },
    ];
    const startedAt = Date.now();
    const runs = cases.map(async ({ code, origin, flags }) => {
      const db = bench.file();
      const { status, stderr } = await bench.run([
        '--seed',
        `${origin}/`,
        '--db',
        db,
        '--workers',
        '1',
        ...flags,
      ]);
      expect(status).toBe(1);
      expect(endsOf(db)).toEqual({ [`${origin}/`]: `failed ${code}` });
      expect(stderr).toContain(`giving up ${origin} (${code})`);
      expect(stderr).toContain('1 seed led to no page');
      expect(stderr).toContain(`${origin}/ (${code})`);
    });
    await Promise.all(runs);
    // Four tries with at most seven seconds of waits between them; the rest is for the machine.
    expect(Date.now() - startedAt).toBeLessThan(30_000);
  },
);
