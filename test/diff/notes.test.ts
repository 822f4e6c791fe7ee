/** What `diff` tells a reader to know before the figures mean anything. */
import BetterSqlite3 from 'better-sqlite3';
import { expect, test } from 'vitest';
import { crawl, lines, NEW, OLD, run } from './crawl-file.js';

test('what is unfinished, limited, or made with other settings is said', async () => {
  const old = crawl(
    { ...OLD, '/a': { state: 'queued' } },
    { seeds: '["https://a.example/"]', profile: 'web' },
  );
  const now = crawl(
    { ...OLD, '/far': { state: 'skipped', error: 'depth' }, '/late': { state: 'queued' } },
    { seeds: '["https://a.example/"]', profile: 'mediawiki', later: 'x' },
  );
  const { printed } = await run(old, now);
  const flat = printed.replaceAll(/\s+/g, ' ');
  expect(flat).toContain(
    'The old crawl is not finished: 1 URL is still to be crawled, so what counts as added may',
  );
  expect(flat).toContain(
    'The new crawl is not finished: 1 URL is still to be crawled, so what counts as gone may',
  );
  expect(flat).toContain(
    '1 URL is in both, but not crawled yet in one of them, and not compared, nor are their links (0 in the old crawl, 3 in the new one).',
  );
  expect(flat).toContain('Limits left out 0 URLs in the old crawl and 1 URL in the new one.');
  expect(flat).toContain('made with another --profile: web before, mediawiki now.');
  expect(flat).toContain('made with another later: not set before, x now.');
  expect(flat).not.toContain('--seed:');
  expect(flat).toContain('Pages added (2)');
  expect(flat).not.toContain('Pages changed');
  const other = await run(old, crawl({ '/elsewhere': {} }));
  expect(other.printed).toContain('No URL is in both');
});

test('the day of each crawl is told; of one day the time, too', async () => {
  const [old, now] = [crawl(OLD), crawl(OLD)];
  const began = (at: number): void => {
    const connection = new BetterSqlite3(now);
    connection.prepare('UPDATE runs SET started_at = ?').run(at);
    connection.close();
  };
  const head = async (): Promise<string> =>
    ((await run(old, now)).printed.split('\n')[0] ?? '').replace(old, 'old').replace(now, 'new');
  began(Date.UTC(2026, 0, 2, 13, 5));
  expect(await head()).toBe('old (crawled 2026-01-02 00:00 UTC) → new (crawled 2026-01-02 13:05 UTC)');
  began(Date.UTC(2026, 0, 3, 13, 5));
  expect(await head()).toBe('old (crawled 2026-01-02) → new (crawled 2026-01-03)');
});

test('every link is told of: in both, added, gone, or on a page that is not compared', async () => {
  const [first, second] = [
    { ...OLD, '/a': { state: 'queued' } },
    { ...NEW, '/b': { state: 'queued' } },
  ];
  for (const [old, now] of [
    [first, second],
    [first, OLD],
    [OLD, first],
  ] as const) {
    const found = await lines(crawl(old), crawl(now));
    const [{ old: before, new: after } = {}] = found as {
      old?: { links: number };
      new?: { links: number };
    }[];
    const { links } = found.at(-1) as { links: Record<string, number> };
    const { added = NaN, gone = NaN, openOld = NaN, openNew = NaN } = links;
    const kept = (before?.links ?? NaN) - openOld - gone;
    expect(kept + added + openNew).toBe(after?.links);
  }
});

test('a walk is called one, on its side', async () => {
  const walk = crawl({ ...OLD, '/b': { state: 'skipped', error: 'unchosen' } });
  const told = 'crawl is a walk, which left 1 URL unread (unchosen), so what counts as';
  const [before, after] = [await run(walk, crawl(OLD)), await run(crawl(OLD), walk)].map(({ printed }) =>
    printed.replaceAll(/\s+/g, ' '),
  );
  expect(before).toContain(`The old ${told} added or changed may only not have been visited.`);
  expect(before).not.toContain(`The new ${told}`);
  expect(after).toContain(`The new ${told} gone or changed may only not have been visited.`);
  expect((await lines(crawl(OLD), walk))[0]).toMatchObject({ old: { unchosen: 0 }, new: { unchosen: 1 } });
});

test('a file of downloads is refused, on both sides', async () => {
  const downloads = crawl(OLD, { downloads: 'tree' });
  for (const files of [
    [downloads, crawl(OLD)],
    [crawl(OLD), downloads],
  ])
    await expect(run(...files)).rejects.toMatchObject({
      code: 'usage',
      message: `${downloads} holds downloads; a comparison is about the pages of a crawl`,
    });
});

test('lists of settings are told item by item', async () => {
  const old = crawl(OLD, { seeds: '["https://a.example/","https://a.example/b"]', exclude: '[]' });
  const now = crawl(OLD, { seeds: '["https://a.example/"]', exclude: '["/old/"]' });
  const flat = (await run(old, now)).printed.replaceAll(/\s+/g, ' ');
  expect(flat).toContain(
    'another --seed: https://a.example/, https://a.example/b before, https://a.example/ now.',
  );
  expect(flat).toContain('another --exclude: not set before, /old/ now.');
});
