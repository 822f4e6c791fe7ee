/** What a host asked of us is in the file: a crash, or a loop of crashes, never becomes a flood. */
import { expect } from 'vitest';
import { read } from '../support/crash-file.js';
import { verify } from '../support/crash-verify.js';
import { test, until, type Running } from '../support/program.js';
import { each, page, paths, Site, text, type Answer, type Hit } from '../support/site.js';

const PAGES = paths(12);
const WORKERS = ['--workers', '1', '--concurrency', '4'];
/** Between our clock and the site's, in one machine. */
const CLOCK_MS = 20;

test.for(['/p3', '/robots.txt'])(
  'a block set by %s is honoured after kill -9, once and again',
  async (path, { folder }) => {
    // Refused once, with a wait; everything else is answered as ever.
    let isRefused = false;
    const refuseOnce =
      (answer: Answer) =>
      (hit: Hit): Answer => {
        if (hit.path !== path || isRefused) return answer;
        isRefused = true;
        return { status: 503, headers: { 'retry-after': '3' } };
      };
    const site = await Site.open({
      '/robots.txt': refuseOnce(text('')),
      '/': page(PAGES),
      ...each(PAGES, refuseOnce(page([]))),
    });
    try {
      const file = folder.file('crawl.db');
      const args = ['--seed', `${site.origin}/`, '--db', file, ...WORKERS];
      const first = folder.start(args);
      await until(() => blockedUntil(file) !== null, first);
      await kill(first);
      const blockEnds = blockedUntil(file) ?? 0;
      const asked = site.hits.length;
      // A loop of crashes: killed as soon as it has said its first words.
      for (const _ of [1, 2]) {
        const life = folder.start(args);
        await until(() => life.stderrSoFar() !== '', life);
        await kill(life);
      }
      const { status, stderr } = await folder.run(args);
      expect(status, stderr).toBe(0);
      const early = site.hits.slice(asked).filter(({ at }) => at < blockEnds - CLOCK_MS);
      expect(early.map((hit) => hit.path)).toEqual([]);
      expect(verify(file)).toMatchObject({ state: 'whole', pages: PAGES.length + 1 });
    } finally {
      await site.close();
    }
  },
);

test(
  'the gap between requests is kept from one life to the next',
  { timeout: 180_000 },
  async ({ folder }) => {
    const gapMs = 700;
    const site = await Site.open({ '/': page(PAGES), ...each(PAGES, page([])) });
    try {
      const args = [
        '--seed',
        `${site.origin}/`,
        '--db',
        folder.file('crawl.db'),
        '--delay',
        `${gapMs / 1000}`,
      ];
      const lastOfLife: number[] = [];
      for (let life = 0; life < 5; life++) {
        const before = site.hits.length;
        const running = folder.start([...args, ...WORKERS]);
        await until(() => site.paths.slice(before).some((path) => path !== '/robots.txt'), running);
        await kill(running);
        lastOfLife.push(site.hits.length - 1);
      }
      const gaps = site.gaps();
      // How late an arrival is noticed differs, by less than half a gap.
      for (const last of lastOfLife.slice(0, -1)) expect(gaps[last]).toBeGreaterThan(gapMs / 2);
      expect(site.hitsOf('/robots.txt').length).toBe(1);
    } finally {
      await site.close();
    }
  },
);

test('robots.txt is asked for once in the life of a file, however often it is killed', async ({ folder }) => {
  const site = await Site.open({
    '/robots.txt': text('User-agent: *\nDisallow: /p1\n'),
    '/': page(PAGES),
    ...each(PAGES, { body: page([]), afterMs: 20 }),
  });
  try {
    const file = folder.file('crawl.db');
    const args = ['--seed', `${site.origin}/`, '--db', file, ...WORKERS];
    for (const requests of [3, 7, 10]) {
      const running = folder.start(args);
      await site.asked(requests);
      await kill(running);
    }
    await folder.run(args);
    expect(site.hitsOf('/robots.txt').length).toBe(1);
    expect(site.paths.filter((path) => path.startsWith('/p1'))).toEqual([]);
    expect(verify(file)).toMatchObject({ state: 'whole', pages: 10 });
  } finally {
    await site.close();
  }
});

async function kill({ process: child, ended }: Running): Promise<void> {
  child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
}

/** The host's block in the file, which a crawl may be writing; null when there is none. */
function blockedUntil(file: string): number | null {
  try {
    return read<{ until: number | null }>(file, 'SELECT blocked_until AS until FROM hosts')[0]?.until ?? null;
  } catch {
    return null; // No file yet, or no schema in it.
  }
}
