/** Cookies from the answer to the next request, through threads, restarts and the file; and where they must not go. */
import { chmod, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import BetterSqlite3 from 'better-sqlite3';
import { expect, onTestFinished } from 'vitest';
import { openForReading } from '../../dist/database/open.js';
import { MIGRATIONS } from '../../dist/migrations.js';
import { digestOf } from '../../dist/verify/digest.js';
import { checkInvariants } from '../../dist/verify/invariants.js';
import { type Folder, test, until } from '../support/program.js';
import {
  type Answer,
  type Hit,
  page,
  type Route,
  type Routes,
  Site,
  type SiteOptions,
  text,
  to,
} from '../support/site.js';

const MANNERS = ['--retries', '0', '--no-progress'];
const QUICK = ['--workers', '1', ...MANNERS];
const SECRET = 'tOpSeCrEt';
const HTML = 'text/html';
/** Windows has no such modes. */
const hasModes = process.platform !== 'win32';

async function open(routes: Routes, options?: SiteOptions): Promise<Site> {
  const site = await Site.open(routes, options);
  onTestFinished(() => site.close());
  return site;
}

function hasCookie({ headers }: Hit, pair: string): boolean {
  return (headers.cookie ?? '').split('; ').includes(pair);
}

/** A page that sets cookies. */
function setting(lines: readonly string[], links: readonly string[], status = 200): Answer {
  return { status, headers: { 'content-type': HTML, 'set-cookie': [...lines] }, body: page(links) };
}

/** A page for whoever brings a cookie, a refusal for the others. */
function forMembers(pair: string, links: readonly string[] = []): (hit: Hit) => Answer {
  return (hit) => (hasCookie(hit, pair) ? page(links) : { status: 403 });
}

/** `state` or `state: error` by path or URL. */
function ends(folder: Folder, site: Site): Record<string, string> {
  const { connection, close } = openForReading(folder.file('crawl.db'), MIGRATIONS);
  const { faults, open: left } = checkInvariants(connection);
  expect([faults, left]).toEqual([[], []]);
  const rows = connection
    .prepare<[], [string, string, string | null]>('SELECT url, state, error FROM pages ORDER BY url')
    .raw()
    .all();
  close();
  return Object.fromEntries(
    rows.map(([url, state, error]) => [
      url.replace(site.origin, ''),
      error === null ? state : `${state}: ${error}`,
    ]),
  );
}

async function modeOf(folder: Folder, name = 'crawl.db'): Promise<number> {
  return (await stat(folder.file(name))).mode & 0o777;
}

test('pages behind a login wall are found, with the cookie that the first answer sets', async ({
  folder,
}) => {
  const site = await open({
    '/': setting([`sid=${SECRET}; Path=/; HttpOnly`], ['/a', '/b']),
    '/a': forMembers(`sid=${SECRET}`, ['/deep/c']),
    '/b': forMembers(`sid=${SECRET}`),
    '/deep/c': forMembers(`sid=${SECRET}`),
  });
  const { status, stdout, stderr } = await folder.run([
    '--seed',
    `${site.origin}/`,
    '--workers',
    '2',
    ...MANNERS,
    '--json',
    '--verbose',
  ]);
  expect(status).toBe(0);
  expect(stdout + stderr).not.toContain(SECRET);
  expect(ends(folder, site)).toEqual({ '/': 'done', '/a': 'done', '/b': 'done', '/deep/c': 'done' });
});

test('every kind of answer sets cookies, robots.txt and refusals too', async ({ folder }) => {
  const site = await open({
    '/robots.txt': { headers: { 'content-type': 'text/plain', 'set-cookie': 'robots=1; Path=/' } },
    '/': page(['/redirect']),
    '/redirect': { status: 302, headers: { location: '/target', 'set-cookie': 'redirect=1; Path=/' } },
    '/target': page(['/refusal']),
    '/refusal': setting(['refusal=1; Path=/'], [], 404),
  });
  site.route('/target', page(['/refusal', '/image']));
  site.route('/image', { headers: { 'content-type': 'image/png', 'set-cookie': 'image=1; Path=/' } });
  const { status } = await folder.run(['--seed', `${site.origin}/`, ...QUICK]);
  expect(status).toBe(0);
  expect(site.hitsOf('/')[0]?.headers.cookie).toBe('robots=1');
  expect(site.hitsOf('/target')[0]?.headers.cookie).toBe('robots=1; redirect=1');
  const { connection, close } = openForReading(folder.file('crawl.db'), MIGRATIONS);
  const names = connection.prepare('SELECT name FROM cookies ORDER BY name').pluck().all();
  close();
  expect(names).toEqual(['image', 'redirect', 'refusal', 'robots']);
});

test('cookies are never sent to another host, redirects and headers of the user included', async ({
  folder,
}) => {
  const other = await open({ '*': page(['/next']), '/next': page([]) }, { address: '127.0.0.2' });
  const site = await open({
    '/': setting(
      [`sid=${SECRET}; Path=/`, `a=${SECRET}; Domain=127.0.0.2`, `b=${SECRET}; Domain=0.0.1`],
      ['/away', `${other.origin}/linked`],
    ),
    '/away': to(`${other.origin}/redirected`),
  });
  const args = [
    '--seed',
    `${site.origin}/`,
    '--scope',
    'any',
    '--allow-private',
    '--header',
    `X-Key: ${SECRET}`,
  ];
  const { status } = await folder.run([...args, ...QUICK]);
  expect(status).toBe(0);
  expect(site.hitsOf('/away')[0]?.headers.cookie).toBe(`sid=${SECRET}`);
  expect(other.paths.sort()).toEqual(['/linked', '/next', '/redirected', '/robots.txt']);
  expect(JSON.stringify(other.hits)).not.toContain(SECRET);
});

test('a Cookie header of the user goes alone, and is not kept', async ({ folder }) => {
  const site = await open({ '/': setting(['jar=1; Path=/'], ['/next']), '/next': page([]) });
  const { status } = await folder.run([
    '--seed',
    `${site.origin}/`,
    '--header',
    `Cookie: own=${SECRET}`,
    ...QUICK,
  ]);
  expect(status).toBe(0);
  expect(site.hitsOf('/next')[0]?.headers.cookie).toBe(`own=${SECRET}`);
  for (const name of await readdir(folder.path))
    expect((await readFile(folder.file(name))).includes(SECRET), name).toBe(false);
});

test('a wall that redirects until its cookie is there is passed, whichever URL comes first', async ({
  folder,
}) => {
  const walled =
    (links: readonly string[]) =>
    (hit: Hit): Answer =>
      hasCookie(hit, 'pass=yes') ? page(links) : to(`/wall?back=${hit.path}`);
  const site = await open({
    '/robots.txt': text(''),
    '/': page(['/a', '/b', '/wall?back=/c', '/self', '/never', '/always']),
    '/a': walled(['/d']),
    '/b': walled([]),
    '/c': walled([]),
    '/d': walled([]),
    '/self': (hit) =>
      hasCookie(hit, 'self=1')
        ? page([])
        : { status: 302, headers: { location: '/self', 'set-cookie': 'self=1' } },
    '/never': to('/never'),
    '/always': ({ earlier }) => ({
      status: 302,
      headers: { location: '/always', 'set-cookie': `always=${earlier}` },
    }),
    ...Object.fromEntries(
      ['/a', '/b', '/c', '/d'].map((back) => [
        `/wall?back=${back}`,
        { status: 302, headers: { location: back, 'set-cookie': 'pass=yes; Path=/' } },
      ]),
    ),
  });
  const { status } = await folder.run(['--seed', `${site.origin}/`, ...QUICK]);
  expect(status).toBe(1); // Of the two that never end.
  const found = ends(folder, site);
  expect(found).toMatchObject({
    '/': 'done',
    '/a': 'done',
    '/b': 'done',
    '/c': 'done',
    '/d': 'done',
    '/self': 'done',
    '/never': 'failed: redirect',
    '/always': 'failed: redirect',
  });
  expect(site.hitsOf('/always')).toHaveLength(2);
  expect(site.hitsOf('/self')).toHaveLength(2);
  for (const path of ['/a', '/b', '/c']) expect(site.hitsOf(path).length, path).toBeLessThanOrEqual(2);
});

test('pages behind walls end the same with any number of threads, after a kill as well', async ({
  folder,
}) => {
  const pages = Array.from({ length: 12 }, (_, n) => `/p${n}`);
  const isIn = (hit: Hit): boolean => hasCookie(hit, 'pass=yes');
  const routes = pages.flatMap((path): [string, Route][] => [
    [path, (hit) => (isIn(hit) ? page([`${path}/x`]) : to(`/wall${path}`))],
    [`${path}/x`, (hit) => (isIn(hit) ? page(pages) : to(`${path}/x`))],
    [`/wall${path}`, { status: 302, headers: { location: path, 'set-cookie': 'pass=yes; Path=/' } }],
  ]);
  const links = [...pages, ...pages.map((path) => `/wall${path}`)];
  const site = await open({ ...Object.fromEntries(routes), '/': page(links) });
  const digest = (db: string): string => {
    const { connection, close } = openForReading(folder.file(db), MIGRATIONS);
    expect(checkInvariants(connection)).toMatchObject({ faults: [], open: [] });
    const found = digestOf(connection);
    close();
    return found;
  };
  const args = ['--seed', `${site.origin}/`, '--retries', '0', '--no-progress'];
  const one = await folder.run([...args, '--workers', '1', '--concurrency', '1', '--db', 'one.db']);
  const many = await folder.run([...args, '--workers', '4', '--db', 'many.db']);
  const before = site.hits.length;
  const killed = folder.start([...args, '--workers', '1', '--concurrency', '2', '--db', 'killed.db']);
  await until(() => site.hits.length > before + 15, killed);
  killed.process.kill('SIGKILL');
  await killed.ended;
  const resumed = await folder.run([...args, '--workers', '2', '--db', 'killed.db']);
  expect([one.status, many.status, resumed.status]).toEqual([0, 0, 0]);
  expect(digest('many.db')).toBe(digest('one.db'));
  expect(digest('killed.db')).toBe(digest('one.db'));
});

test('cookies are kept across kill -9', async ({ folder }) => {
  let isKilled = false;
  const site = await open({
    '/': setting([`sid=${SECRET}; Path=/`], ['/first']),
    '/first': forMembers(`sid=${SECRET}`, ['/held']),
    '/held': (hit) => (isKilled ? forMembers(`sid=${SECRET}`, ['/last'])(hit) : 'silence'),
    '/last': forMembers(`sid=${SECRET}`),
  });
  const args = ['--seed', `${site.origin}/`, ...QUICK];
  const running = folder.start(args);
  await until(() => site.hitsOf('/held').length > 0, running);
  for (const name of hasModes ? ['crawl.db', 'crawl.db-wal', 'crawl.db-shm'] : [])
    expect(await modeOf(folder, name), name).toBe(0o600);
  running.process.kill('SIGKILL');
  await running.ended;
  isKilled = true;
  const { status, stderr } = await folder.run(args);
  expect(status).toBe(0);
  expect(stderr).not.toContain(SECRET);
  expect(ends(folder, site)).toEqual({ '/': 'done', '/first': 'done', '/held': 'done', '/last': 'done' });
  expect(site.hitsOf('/')).toHaveLength(1);
  if (hasModes) expect(await modeOf(folder)).toBe(0o600);
});

test.skipIf(!hasModes)(
  'a file keeps the mode of its user as long as there is no cookie in it',
  async ({ folder }) => {
    const site = await open({ '/': setting(['a=b'], ['/next']), '/next': page([]) });
    await writeFile(folder.file('crawl.db'), '');
    await chmod(folder.file('crawl.db'), 0o664);
    const without = await folder.run(['--seed', `${site.origin}/`, ...QUICK, '--no-cookies']);
    expect([without.status, await modeOf(folder)]).toEqual([0, 0o664]);
    expect(site.hits.filter(({ headers }) => headers.cookie !== undefined)).toEqual([]);

    await writeFile(folder.file('other.db'), '');
    await chmod(folder.file('other.db'), 0o664);
    const withThem = await folder.run(['--seed', `${site.origin}/`, ...QUICK, '--db', 'other.db']);
    expect([withThem.status, await modeOf(folder, 'other.db')]).toEqual([0, 0o600]);
  },
);

test('cookies of a file are sent, stored, and give way to what the site sets later', async ({ folder }) => {
  const site = await open({
    '/': (hit) =>
      hasCookie(hit, `sid=${SECRET}`) ? setting([`sid=${SECRET}2; Path=/`], ['/next']) : { status: 403 },
    '/next': (hit) => (hasCookie(hit, `sid=${SECRET}2`) ? page([]) : { status: 500 }),
  });
  const jar = folder.file('cookies.txt');
  const row = ['127.0.0.1', 'FALSE', '/', 'FALSE', '0', 'sid', SECRET].join('\t');
  await writeFile(jar, `# Netscape HTTP Cookie File\n#HttpOnly_${row}\n`);
  const args = ['--seed', `${site.origin}/`, ...QUICK, '--load-cookies', 'cookies.txt'];
  const first = await folder.run([...args, '--max-pages', '1']);
  expect(first.status).toBe(3);
  const again = await folder.run(args);
  expect(again.status).toBe(0);
  expect(ends(folder, site)).toEqual({ '/': 'done', '/next': 'done' });

  // Written anew, it counts again.
  await utimes(jar, new Date(Date.now() + 60_000), new Date(Date.now() + 60_000));
  await folder.run(args);
  const { connection, close } = openForReading(folder.file('crawl.db'), MIGRATIONS);
  expect(connection.prepare('SELECT value FROM cookies').pluck().all()).toEqual([SECRET]);
  close();
});

test('a cookie that the site deletes is not brought back by the same command', async ({ folder }) => {
  const site = await open({
    '/': setting(['sid=; Max-Age=0; Path=/'], ['/next']),
    '/next': page([]),
  });
  const row = ['127.0.0.1', 'FALSE', '/', 'FALSE', '0', 'sid', SECRET].join('\t');
  await writeFile(folder.file('cookies.txt'), `# Netscape HTTP Cookie File\n${row}\n`);
  const args = ['--seed', `${site.origin}/`, ...QUICK, '--load-cookies', 'cookies.txt'];
  await folder.run([...args, '--max-pages', '1']);
  expect((await folder.run(args)).status).toBe(0);
  expect(site.hitsOf('/')[0]?.headers.cookie).toBe(`sid=${SECRET}`);
  expect(site.hitsOf('/next')[0]?.headers.cookie).toBeUndefined();
});

test('a file of cookies with a bad line is refused by its number, and nothing is started', async ({
  folder,
}) => {
  await writeFile(folder.file('cookies.txt'), `# c\nexample.com\tFALSE\t/\tFALSE\tsoon\tsid\t${SECRET}\n`);
  const args = ['--seed', 'http://127.0.0.1:1/', '--load-cookies'];
  const bad = await folder.run([...args, 'cookies.txt']);
  expect(bad.status).toBe(2);
  expect(bad.stderr).toContain('--load-cookies: cookies.txt, line 2: the expiry must be seconds since 1970');
  expect(bad.stderr).not.toContain(SECRET);
  expect((await folder.run([...args, 'missing.txt'])).status).toBe(2);
  await writeFile(folder.file('empty.txt'), '# Netscape HTTP Cookie File\n\n');
  const empty = await folder.run([...args, 'empty.txt']);
  expect(empty.stderr).toContain('--load-cookies: there is no cookie in empty.txt\n');
  expect(empty.status).toBe(2);
  expect((await folder.run([...args, 'cookies.txt', '--no-cookies'])).stderr).toContain(
    'has no use where cookies',
  );
  expect(await readdir(folder.path)).toEqual(['cookies.txt', 'empty.txt']);
});

test('no cookie stands anywhere in the file but in the table of cookies', async ({ folder }) => {
  const cookie = { 'set-cookie': `sid=${SECRET}; Path=/` };
  const site = await open({
    '/robots.txt': { headers: { 'content-type': 'text/plain', ...cookie } },
    '/': setting([`sid=${SECRET}; Path=/`], ['/gone', '/redirect', '/bad', '/hang']),
    '/gone': { status: 404, headers: cookie },
    '/redirect': { status: 302, headers: { ...cookie, location: '/' } },
    '/bad': { status: 302, headers: { ...cookie, location: 'mailto:x' } },
    '/hang': 'hang-up',
  });
  const { stdout, stderr } = await folder.run(['--seed', `${site.origin}/`, ...QUICK, '--verbose', '--json']);
  expect(stdout + stderr).not.toContain(SECRET);
  const db = new BetterSqlite3(folder.file('crawl.db'));
  expect(db.prepare('SELECT value FROM cookies').pluck().all()).toEqual([SECRET]);
  db.exec('DELETE FROM cookies; VACUUM;');
  db.close();
  expect((await readFile(folder.file('crawl.db'))).includes(SECRET)).toBe(false);
});
