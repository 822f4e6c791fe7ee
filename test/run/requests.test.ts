/** What goes on the wire for a task, and where redirects lead it. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import { executionOf, executionsOf, faultsIn, moduleOf, outputOf } from '../executors/bench.js';
import { query, test } from '../manners/bench.js';
import { page, text, to } from '../support/site.js';
import { runTasks } from './bench.js';

const OWN = `export const saw = (page, { key, params }) => ({ key, params, url: page.url, status: page.status, text: page.text });`;

test('tasks go out with their method, headers and body, and two with one URL never merge', async ({
  bench,
}) => {
  const site = await bench.site({ '*': (hit) => text(`${hit.method} ${hit.body}`) });
  const url = `${site.origin}/a`;
  const tasks = {
    plain: { url, mine: [1, { deep: null }] },
    again: { url },
    'post json/é': { url, post_payload: { q: 'é', list: [1] }, headers: { 'X-Own': 'yes' } },
    form: { url, post_form: { a: 'x y', b: [1, true] } },
    typed: { url, post_payload: [], headers: { 'content-type': 'application/x-special' } },
    bare: { url, method: 'POST' },
  };
  const { db, status, stderr } = await runTasks(bench, tasks, ['--executors', moduleOf(bench, OWN)]);
  expect(status, stderr).toBe(0);
  const hits = site.hitsOf('/a').map(({ method, body, headers }) => [method, body, headers['content-type']]);
  expect(hits).toHaveLength(6);
  expect(hits.map((hit) => hit.join(' | ')).sort()).toEqual(
    [
      'GET |  | ',
      'GET |  | ',
      'POST | {"q":"é","list":[1]} | application/json',
      'POST | a=x+y&b=1&b=true | application/x-www-form-urlencoded',
      'POST | [] | application/x-special',
      'POST |  | ',
    ].sort(),
  );
  const [json] = site.hits.filter(({ body }) => body.includes('é'));
  expect(json?.headers).toMatchObject({ 'x-own': 'yes' });
  expect(site.hits.filter(({ headers }) => headers['x-own'] !== undefined)).toHaveLength(1);
  expect(
    executionsOf(db)
      .map(({ key }) => key)
      .sort(),
  ).toEqual(Object.keys(tasks).sort());
  for (const [key, params] of Object.entries(tasks)) {
    const { method = 'GET' } = {
      ...('post_payload' in params || 'post_form' in params ? { method: 'POST' } : {}),
      ...params,
    };
    expect(outputOf(db, key, 'saw')).toMatchObject({
      key,
      params,
      url,
      status: 200,
      text: expect.stringMatching(`^${method} `) as string,
    });
  }
  expect(faultsIn(db)).toEqual([]);
});

test('307 keeps method, body and its type; 302 makes a GET; where the last one leads is where the page is from', async ({
  bench,
}) => {
  const site = await bench.site({
    '/307': to('/308', 307),
    '/308': to('/end', 308),
    '/302': to('/end?302', 302),
    '/303': to('/end?303', 303),
    '*': (hit) =>
      text(
        `${hit.method} ${hit.body} ${hit.headers['content-type'] ?? 'none'} ${String(hit.headers['x-own'] ?? '')}`,
      ),
    '/robots.txt': { status: 404 },
  });
  const post = (path: string): object => ({
    url: site.origin + path,
    post_payload: { a: 1 },
    headers: { 'x-own': 'yes' },
  });
  const tasks = { kept: post('/307'), get: post('/302'), see: post('/303') };
  const { db, status, stderr } = await runTasks(bench, tasks, ['--executors', moduleOf(bench, OWN)]);
  expect(status, stderr).toBe(0);
  expect(outputOf(db, 'kept', 'saw')).toMatchObject({
    url: `${site.origin}/end`,
    text: 'POST {"a":1} application/json yes',
  });
  expect(outputOf(db, 'get', 'saw')).toMatchObject({ url: `${site.origin}/end?302`, text: 'GET  none yes' });
  expect(outputOf(db, 'see', 'saw')).toMatchObject({ url: `${site.origin}/end?303`, text: 'GET  none yes' });
  expect(
    site.hits
      .filter(({ method }) => method === 'POST')
      .map(({ path }) => path)
      .sort(),
  ).toEqual(['/302', '/303', '/307', '/308', '/end']);
  expect(site.hitsOf('/308').map(({ method, body }) => [method, body])).toEqual([['POST', '{"a":1}']]);
});

test('to another origin go neither the headers of a task nor the cookies of this one, but the type of the body does', async ({
  bench,
}) => {
  const other = await bench.site(
    {
      '/robots.txt': { status: 404 },
      '*': (hit) => text(`${hit.method} ${hit.body} ${hit.headers['content-type'] ?? ''}`),
    },
    { address: '127.0.0.2' },
  );
  const site = await bench.site({
    '/robots.txt': { status: 404 },
    '/set': { headers: { 'set-cookie': 'here=1' }, body: 'x' },
    '/307': to(`${other.origin}/in`, 307),
    '/302': to(`${other.origin}/in`, 302),
    '/back': page([]),
  });
  const headers = { authorization: 'Basic eDp5', 'x-own': 'yes' };
  const tasks = {
    set: { url: `${site.origin}/set` },
    other: { url: `${other.origin}/first` },
    a: { url: `${site.origin}/307`, post_payload: 1, headers },
    b: { url: `${site.origin}/302`, headers },
  };
  const flags = ['--executors', moduleOf(bench, OWN), '--max-parallelism', '1', '--header', 'X-Run: all'];
  const { db, status, stderr } = await runTasks(bench, tasks, flags);
  expect(status, stderr).toBe(0);
  expect(outputOf(db, 'a', 'saw')).toMatchObject({
    url: `${other.origin}/in`,
    text: 'POST 1 application/json',
  });
  expect(site.hitsOf('/307')[0]?.headers).toMatchObject({ ...headers, cookie: 'here=1', 'x-run': 'all' });
  expect(other.hitsOf('/in')).toHaveLength(2);
  for (const hit of other.hitsOf('/in')) {
    expect(hit.headers.authorization).toBeUndefined();
    expect(hit.headers['x-own']).toBeUndefined();
    expect(hit.headers.cookie).toBeUndefined();
    // Headers of the run go to all origins that the list names.
    expect(hit.headers['x-run']).toBe('all');
  }
});

test('a cookie that comes with a redirect goes with the request it leads to, as a log-in needs it', async ({
  bench,
}) => {
  const site = await bench.site({
    '/robots.txt': { status: 404 },
    '/login': { status: 302, headers: { location: '/home', 'set-cookie': 'session=1' } },
    '/home': ({ headers }) => (headers.cookie === 'session=1' ? text('in') : { status: 403 }),
  });
  const tasks = { a: { url: `${site.origin}/login`, post_form: { user: 'x' } } };
  const { db, status, stderr } = await runTasks(bench, tasks, ['--executors', moduleOf(bench, OWN)]);
  expect(status, stderr).toBe(0);
  expect(outputOf(db, 'a', 'saw')).toMatchObject({ text: 'in' });
});

test('robots.txt is obeyed where a task begins and where it is sent', async ({ bench }) => {
  const other = await bench.site(
    { '/robots.txt': text('User-agent: *\nDisallow: /closed'), '*': page([]) },
    { address: '127.0.0.2' },
  );
  const site = await bench.site({
    '/robots.txt': text('User-agent: *\nDisallow: /no'),
    '/to-closed': to(`${other.origin}/closed`),
    '/to-open': to(`${other.origin}/open`),
    '/to-no': to('/no'),
    '*': page([]),
  });
  const keys = ['none', 'to-closed', 'to-open', 'to-no'];
  const tasks = Object.fromEntries(keys.map((key) => [key, { url: `${site.origin}/${key}` }]));
  // Named by nobody, so that it counts as private.
  const flags = ['--executors', moduleOf(bench, OWN), '--allow-private'];
  const { db, status, stderr } = await runTasks(bench, tasks, flags);
  expect(status, stderr).toBe(1);
  expect(other.paths).toEqual(['/robots.txt', '/open']);
  expect(site.paths.filter((path) => path.startsWith('/no'))).toEqual([]);
  expect(executionOf(db, 'none', 'saw')).toMatchObject({
    status: 'failed',
    attempts: 0,
    error: 'robots: not asked for',
  });
  expect(executionOf(db, 'to-open', 'saw').status).toBe('success');
  expect(executionOf(db, 'to-closed', 'saw')).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/^redirect: .*robots/) as string,
  });
  expect(executionOf(db, 'to-no', 'saw')).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/^redirect: .*robots/) as string,
  });
});

test('scrape writes every answer whole below a safe name, and records digest, size and headers', async ({
  bench,
}) => {
  const body = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));
  const site = await bench.site({ '*': { headers: { 'content-type': 'image/x', 'x-own': 'a' }, body } });
  const keys = ['plain', '../up', 'a/b/c', 'a%2Fb', '..', 'NUL', 'é ü', '/etc/passwd', 'C:\\x'];
  const tasks = Object.fromEntries(keys.map((key, i) => [key, { url: `${site.origin}/${i}` }]));
  const { db, status, stderr } = await runTasks(bench, tasks);
  expect(status, stderr).toBe(0);
  const folder = db.replace('.db', '.files');
  const files = new Set<string>();
  for (const key of keys) {
    const output = outputOf(db, key, 'scrape') as { readonly file: string };
    expect(output).toMatchObject({
      size: body.length,
      md5: createHash('md5').update(body).digest('hex'),
      headers: { 'x-own': 'a' },
    });
    expect(output.file).toMatch(/^[^/\\]+\.scrape$/);
    expect(readFileSync(join(folder, output.file)).equals(body), key).toBe(true);
    files.add(output.file);
  }
  expect(files.size).toBe(keys.length);
  const row = query<Record<string, unknown>>(db, `SELECT * FROM pages WHERE request_key = 'task:plain'`)[0];
  expect(row).toMatchObject({
    state: 'done',
    http_status: 200,
    content_type: 'image/x',
    body_bytes: body.length,
  });
});

test('an executor sees the same address and status on a stored body, behind a redirect, too', async ({
  bench,
}) => {
  const site = await bench.site({ '/old': to('/new/'), '/new/': { ...text('there'), status: 203 } });
  const tasks = { moved: { url: `${site.origin}/old` } };
  const flags = ['--executors', moduleOf(bench, OWN), '--keep-bodies'];
  const { db } = await runTasks(bench, tasks, flags);
  const fresh = outputOf(db, 'moved', 'saw');
  expect(fresh).toMatchObject({ url: `${site.origin}/new/`, status: 203 });
  const { status, stderr } = await runTasks(bench, tasks, [...flags, '--force', 'saw'], db);
  expect(status, stderr).toBe(0);
  expect(site.hitsOf('/new/')).toHaveLength(1);
  expect(executionOf(db, 'moved', 'saw').attempts).toBe(2);
  expect(outputOf(db, 'moved', 'saw')).toEqual(fresh);
  expect(faultsIn(db)).toEqual([]);
});

test('a forced task that fails keeps its earlier result, and the run says so with status 1', async ({
  bench,
}) => {
  const site = await bench.site({ '/a': ({ earlier }) => (earlier === 0 ? text('there') : { status: 404 }) });
  const tasks = { a: { url: `${site.origin}/a` } };
  const flags = ['--executors', moduleOf(bench, OWN)];
  const { db } = await runTasks(bench, tasks, flags);
  const before = executionsOf(db);
  const { status, stderr } = await runTasks(bench, tasks, [...flags, '--force', 'saw'], db);
  expect(status, stderr).toBe(1);
  expect(stderr).toContain('Finished, but 1 forced execution failed; earlier results stand in');
  expect(executionsOf(db)).toEqual(before);
});

test('scrape that cannot write fails its task, and is no fault of code', async ({ bench }) => {
  const site = await bench.site({ '*': text('x') });
  const files = join(bench.folder, 'taken');
  // A folder stands where its file is to go.
  mkdirSync(join(files, 'a.scrape'), { recursive: true });
  const { db, status, stderr } = await runTasks(bench, { a: { url: site.origin } }, ['--files', files]);
  expect(status, stderr).toBe(1);
  expect(executionOf(db, 'a', 'scrape').error).toMatch(/^executor: cannot write a\.scrape: E[A-Z]+: /);
});
