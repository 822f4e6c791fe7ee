/** Every answer is remembered: the last one as the record of its URL, those before it as tries. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { page, to } from '../support/site.js';
import { endsOf, query, test } from '../manners/bench.js';

interface Try {
  readonly path: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly detail: string | null;
  readonly asked_at: number;
  readonly duration_ms: number;
}

const KILLER = join(import.meta.dirname, '../manners/thread-killer.cjs');

/** Oldest first. */
function triesOf(db: string, origin: string): Try[] {
  return query<Try>(
    db,
    `SELECT replace(u.request_key, ?, '') AS path, t.http_status AS status, t.error, t.detail, t.asked_at, t.duration_ms
       FROM tries t JOIN urls u ON u.id = t.url_id ORDER BY t.asked_at, t.rowid`,
    origin,
  );
}

const brief = ({ path, status, error }: Try): string => `${path} ${status ?? '-'} ${error ?? '-'}`;

test('an ordinary page costs no row; retries, refusals and spellings are one each', async ({ bench }) => {
  const site = await bench.site({
    '/': page(['/plain', '/late', '/busy', '/%7Eme', '/gone']),
    '/plain': page([]),
    '/late': ({ earlier }) => (earlier < 2 ? { status: 500 } : page([])),
    '/busy': ({ earlier }) =>
      earlier < 1 ? { status: 503, headers: { 'retry-after': '0' }, afterMs: 30 } : page([]),
    '/~me': to('/%7Eme'),
    '/%7Eme': page([]),
    '/gone': { status: 404 },
  });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], retries: 2 });
  expect(endsOf(db, site.origin)).toMatchObject({ '/late': 'done 200', '/busy': 'done 200' });
  const tries = triesOf(db, site.origin);
  expect(tries.map(brief).sort()).toEqual([
    '/busy 503 status',
    '/late 500 status',
    '/late 500 status',
    '/~me 302 -',
  ]);
  const busy = tries.find(({ path }) => path === '/busy');
  expect(busy?.duration_ms).toBeGreaterThanOrEqual(25);
  expect(busy?.detail).toContain('503');
  expect(tries.find(({ path }) => path === '/~me')?.detail).toBe(
    `to another spelling of it: ${site.origin}/%7Eme`,
  );
  for (const { asked_at } of tries) expect(Math.abs(Date.now() - asked_at)).toBeLessThan(60_000);
});

test('a request lost with its thread is a try; that of the last one is the record', async ({ bench }) => {
  const site = await bench.site({ '/kill-exit': page([]) });
  const db = bench.file();
  await bench.run(['--seed', `${site.origin}/kill-exit`, '--db', db, '--workers', '1'], {
    NODE_OPTIONS: `--require=${KILLER}`,
  });
  const lost = '/kill-exit - worker-lost';
  expect(triesOf(db, site.origin).map(brief)).toEqual([lost, lost]);
  const records = query<{ fetched_at: number; http_status: number | null }>(db, 'SELECT * FROM records');
  expect(records).toHaveLength(1);
  expect(records[0]?.http_status).toBeNull();
  expect(records[0]?.fetched_at).toBeGreaterThanOrEqual(triesOf(db, site.origin)[1]?.asked_at ?? Infinity);
});

test('a request lost with a stale connection is a try', async ({ bench }) => {
  let closed = 0;
  const site = await bench.site({
    '/': page(['/next']),
    '/next': ({ earlier }) => {
      if (earlier > 0) return page([]);
      closed++;
      return 'hang-up';
    },
  });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`], perHost: 1, retries: 0 });
  expect(closed).toBe(1);
  expect(endsOf(db, site.origin)).toEqual({ '/': 'done 200', '/next': 'done 200' });
  expect(triesOf(db, site.origin).map(brief)).toEqual(['/next - reset']);
});

test('what failed before --retry-failed is remembered', async ({ bench }) => {
  const site = await bench.site({
    '/': page(['/a']),
    '/a': ({ earlier }) => (earlier < 1 ? { status: 404 } : page([])),
  });
  const { db } = await bench.crawl({ seeds: [`${site.origin}/`] });
  expect(triesOf(db, site.origin)).toEqual([]);
  await bench.crawl({ seeds: [`${site.origin}/`], db, retryFailed: 'all' });
  expect(triesOf(db, site.origin).map(brief)).toEqual(['/a 404 status']);
  expect(endsOf(db, site.origin)['/a']).toBe('done 200');
});
