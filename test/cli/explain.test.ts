/** What `explain` says of URLs that were crawled, were not, never could be, and of what is no URL of the file. */
import { readdir, readFile } from 'node:fs/promises';
import BetterSqlite3 from 'better-sqlite3';
import { describe, vi } from 'vitest';
import { masked, until } from '../support/program.js';
import { endless, page, redirect, test, type Pages } from './site.js';

/** Many processes, one after the other. */
vi.setConfig({ testTimeout: 90_000 });

const QUICK = ['--workers', '1', '--no-progress', '-q', '--retry-delay', '50ms'];

const ROBOTS = { type: 'text/plain', body: 'User-agent: *\nDisallow: /private  # keep out\nAllow: /a\n' };

/** With everything that has a reason. */
function manyReasons(): Pages {
  const links = ['/a', '/private/x', '/moved', '/gone', '/image', '/old/', 'https://else.test/', '/flaky'];
  let asked = 0;
  return {
    '/robots.txt': ROBOTS,
    '/': page('Home', [...links, '/x/x/x/x/x/', '/c?d=1', '/c?d=2', '/loop', '/evil']),
    '/a': page('A', ['/', '/moved', '/b']),
    '/b': page('B'),
    '/moved': redirect('/moved/2'),
    '/moved/2': redirect('/b'),
    '/loop': redirect('/loop/2'),
    '/loop/2': redirect('/loop'),
    '/image': { type: 'image/png', body: 'no HTML' },
    '/evil': { type: 'text/plain; x="\u009b2J"', body: '' },
    '/c?d=1': page('C'),
    get '/flaky'() {
      return asked++ < 1 ? { status: 503, headers: { 'retry-after': '0' } } : page('Flaky');
    },
  };
}

/** With values in one line that go on in the next. */
function unfolded(text: string): string {
  return text.replaceAll(/\n {20}(?=\S)/g, ' ');
}

/** Lines of more than 100 columns that could be shorter: they are more than a label and one word. */
function longLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.length > 100 && line.trim().split(/ +/).length > 1 && !line.includes('/long/'));
}

/** With times and ages replaced. */
function still(text: string): string {
  return masked(text)
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, 'THEN')
    .replaceAll(/after [\d.]+ (?:ms|s)\b/g, 'after #')
    .replaceAll(/read [\d.]+ seconds? ago/g, 'read # ago');
}

const HOST = `  host            http://SITE
                  robots.txt: HTTP 200, read # ago
`;

/** Path or URL, and what is said of it; the block about the host is added. */
const SAID: readonly (readonly [url: string, status: number, text: string])[] = [
  [
    '/b',
    0,
    `http://SITE/b was crawled: HTTP 200, text/html; charset=utf-8, 41 B
  typed as        /b
  depth           1
  found by        seed http://SITE/
                  link to http://SITE/moved
                  redirect to http://SITE/moved/2
                  redirect to http://SITE/b
  linked from     1 page: http://SITE/a
  redirected from 1 URL: http://SITE/moved/2
  requests        THEN, HTTP 200 after #
${HOST}`,
  ],
  [
    '/moved',
    0,
    `http://SITE/moved was crawled: HTTP 302, a redirect
  typed as        /moved
  depth           1
  found by        seed http://SITE/
                  link to http://SITE/moved
  linked from     2 pages: http://SITE/, http://SITE/a
  redirects to    http://SITE/moved/2 (done, HTTP 302)
                  http://SITE/b (done, HTTP 200)
  requests        THEN, HTTP 302 after #
${HOST}`,
  ],
  [
    '/private/x',
    1,
    `http://SITE/private/x was not crawled: skipped, robots
  typed as        /private/x
  why             line 2 of http://SITE/robots.txt forbids it: Disallow: /private
  depth           1
  found by        seed http://SITE/
                  link to http://SITE/private/x
  linked from     1 page: http://SITE/
  requests        none
${HOST}`,
  ],
  [
    '/flaky',
    0,
    `http://SITE/flaky was crawled: HTTP 200, text/html; charset=utf-8, 49 B
  typed as        /flaky
  depth           1
  found by        seed http://SITE/
                  link to http://SITE/flaky
  linked from     1 page: http://SITE/
  requests        THEN, HTTP 503 after #
                  THEN, HTTP 200 after #
${HOST}`,
  ],
  [
    '/loop',
    1,
    `http://SITE/loop was not crawled: failed, redirect
  typed as        /loop
  why             redirects in a circle
  depth           1
  found by        seed http://SITE/
                  link to http://SITE/loop
  linked from     1 page: http://SITE/
  redirected from 1 URL: http://SITE/loop/2
  redirects to    http://SITE/loop/2 (failed, HTTP 302)
                  http://SITE/loop (failed, HTTP 302)
  requests        THEN, HTTP 302 after #: redirects in a circle
${HOST}`,
  ],
  [
    'https://else.test/',
    1,
    `https://else.test/ is not in crawl.db
  why             it is out of scope: https://else.test is the origin of no seed (--scope origin)
  links           1 link to its host: counted, not followed
`,
  ],
];

/** Path, and the line that says why not. */
const REASONS: readonly (readonly [path: string, reason: string])[] = [
  ['/gone', 'it answered HTTP 404'],
  ['/image', 'it is no HTML but image/png; its body was not read'],
  ['/old/', '--exclude /old/ leaves it out'],
  ['/x/x/x/x/x/', 'its path says /x four times in a row, as only traps do'],
  [
    '/c?d=2',
    '--max-variants holds it back: the crawl has 1 URL of http://SITE/c?, http://SITE/c?d=1 for one',
  ],
  ['/nowhere', 'it is in scope, but no link to it was found so far'],
  ['/private/y', 'line 2 of http://SITE/robots.txt forbids it: Disallow: /private'],
  ['/y/y/y/y/y/', 'its path says /y four times in a row, as only traps do'],
  [`/${'long/'.repeat(500)}`, 'it is longer than 2,083 characters'],
];

describe('explain', () => {
  test('of every end a URL can have', async ({ folder, serve, expect }) => {
    const site = await serve(manyReasons());
    const flags = ['--exclude', '/old/', '--max-variants', '1'];
    await folder.run(['--seed', `${site.origin}/`, ...QUICK, ...flags]);
    for (const [url, status, text] of SAID) {
      const ended = await folder.run(['explain', url]);
      expect(still(ended.stdout), url).toBe(text);
      expect(ended.stderr).toBe('');
      expect(ended.status, url).toBe(status);
    }
    for (const [path, reason] of REASONS) {
      const { status, stdout } = await folder.run(['explain', site.origin + path]);
      expect(/^ {2}why {13}(.*)$/m.exec(masked(unfolded(stdout)))?.[1], path).toBe(reason);
      expect(longLines(stdout), path).toEqual([]);
      expect(status, path).toBe(1);
    }
    const evil = await folder.run(['explain', '/evil']);
    expect(evil.stdout).toContain(String.raw`\x9b2J`);
    // oxlint-disable-next-line eslint/no-control-regex -- finding control characters is the purpose
    expect(evil.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  test('of what redirects, depth, nofollow and hosts in trouble make of a URL', async ({
    folder,
    serve,
    expect,
  }) => {
    const down = await serve({});
    await down.close();
    const site = await serve({
      '/': page('Home', ['/away', '/to-old', '/closed', '/one', '/rest']),
      '/away': redirect('http://127.0.0.1:1/x'),
      '/to-old': redirect('/old/'),
      '/closed': page('Closed', ['/hidden'], '<meta name="robots" content="nofollow">'),
      '/one': page('One', ['/two']),
      '/rest': { status: 503, headers: { 'retry-after': '3000' }, waitMs: 500 },
    });
    const seeds = ['--seed', `${site.origin}/`, '--seed', `${down.origin}/`];
    const flags = ['--exclude', '/old/', '--max-depth', '1', '--max-time', '3', '--retries', '0'];
    const crawled = await folder.run([...seeds, ...QUICK, ...flags]);
    expect(crawled.status).toBe(3);
    const reasons: [string, number, string][] = [
      [
        'http://127.0.0.1:1/x',
        1,
        'a redirect leads to it, but it is out of scope: http://SITE is the origin of no seed (--scope origin)',
      ],
      [`${site.origin}/old/`, 1, 'a redirect leads to it, but --exclude /old/ leaves it out'],
      [`${site.origin}/hidden`, 1, 'only links of pages that say nofollow lead to it'],
      [`${site.origin}/two`, 1, 'it is 2 links from the seeds, farther than the --max-depth of the last run'],
      [`${site.origin}/rest`, 0, 'http://SITE rests for another 50 minutes'],
      [`${down.origin}/`, 1, 'http://SITE was given up (connect)'],
    ];
    for (const [url, status, reason] of reasons) {
      const ended = await folder.run(['explain', url]);
      expect(/^ {2}why {13}(.*)$/m.exec(masked(unfolded(ended.stdout)))?.[1], url).toBe(reason);
      expect(longLines(ended.stdout), url).toEqual([]);
      expect(ended.status, url).toBe(status);
    }
    const host = await folder.run(['explain', `${down.origin}/`]);
    expect(masked(host.stdout)).toMatch(
      /\n {2}host {12}http:\/\/SITE\n {18}robots\.txt: the request for it failed\n {18}its last request failed\n {18}given up \(connect\)\n$/,
    );
  });

  test('as one object', async ({ folder, serve, expect }) => {
    const site = await serve({ '/': page('Home', ['/a']), '/a': redirect('/b') });
    await folder.run(['--seed', `${site.origin}/`, ...QUICK]);
    const { stdout, status } = await folder.run(['explain', '/a#top', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      file: 'crawl.db',
      typed: '/a#top',
      key: `${site.origin}/a`,
      fate: 'crawled',
      reason: null,
      isKnown: true,
      facts: { state: 'done', error: null, depth: 1, redirectTo: `${site.origin}/b`, status: 302 },
      way: {
        steps: [
          { url: `${site.origin}/`, by: 'seed' },
          { url: `${site.origin}/a`, by: 'link' },
        ],
        leftOut: 0,
      },
      linksTo: { count: 1, examples: [`${site.origin}/`] },
      redirectsFrom: [{ url: `${site.origin}/b`, state: 'failed', status: 404 }],
      attempts: [{ status: 302, error: null }],
      judgement: { isTooLong: false, repeatedRun: null, scope: null },
      host: { robotsStatus: 404, robots: { allowed: true, line: null } },
      lastRun: { outcome: 'finished' },
    });
    expect(status).toBe(0);
    const other = await folder.run(['explain', `${site.origin}/a/`, '--json']);
    expect(JSON.parse(other.stdout)).toMatchObject({
      isKnown: false,
      fate: 'not-crawled',
      similar: [{ url: `${site.origin}/a`, state: 'done' }],
      hasWorkLeft: false,
    });
    expect(other.status).toBe(1);
  });

  test('while the crawl runs, and of what a stopped one left', async ({ folder, serve, expect }) => {
    const site = await serve(endless(10));
    const running = folder.start(['--seed', `${site.origin}/0`, ...QUICK]);
    await until(() => site.requests.length > 5, running);
    const early = await folder.run(['explain', '/1']);
    expect(still(early.stdout)).toContain('linked from     1 page: http://SITE/0\n');
    expect(early.status).toBe(0);
    const none = await folder.run(['explain', '/x']);
    expect(none.stdout).toContain('it is in scope, but no link to it was found so far');
    running.process.kill('SIGKILL');
    await running.ended;
    const limited = ['--seed', `${site.origin}/0`, ...QUICK, '--db', 'limited.db', '--max-pages', '40'];
    expect((await folder.run(limited)).status).toBe(3);
    const queued = await folder.run(['explain', '/40', '--db', 'limited.db']);
    expect(queued.stdout).toContain('is not crawled yet: queued\n');
    expect(queued.stdout).toContain('the last run ended (max-pages) before its turn came');
    expect(queued.stdout).toMatch(/link to \S+\/5\n {18}… 29 more\n {18}link to \S+\/35\n/);
    expect(queued.status).toBe(0);
  });

  test('of a URL that a sitemap lists', async ({ folder, serve, expect }) => {
    const site = await serve({ '/': page('Home') });
    site.pages['/sitemap.xml'] = {
      type: 'application/xml',
      body: `<urlset><url><loc>${site.origin}/only</loc></url></urlset>`,
    };
    site.pages['/only'] = page('Only');
    await folder.run(['--seed', `${site.origin}/`, ...QUICK, '--sitemaps']);
    const listed = await folder.run(['explain', '/only']);
    expect(masked(listed.stdout)).toContain(`  depth           0
  found by        sitemap http://SITE/sitemap.xml
                  listed: http://SITE/only
  linked from     no page
  listed by       1 sitemap: http://SITE/sitemap.xml
`);
    const sitemap = await folder.run(['explain', '/sitemap.xml']);
    expect(masked(sitemap.stdout)).toMatch(/^http:\/\/SITE\/sitemap\.xml was read as a sitemap: HTTP 200, /);
  });

  test('refuses what is no URL, and a path where it may be on several sites', async ({
    folder,
    serve,
    expect,
  }) => {
    const [one, two] = [await serve({ '/': page('1') }), await serve({ '/': page('2') })];
    await folder.run(['--seed', `${one.origin}/`, '--seed', `${two.origin}/`, ...QUICK]);
    const path = await folder.run(['explain', '/a']);
    expect(masked(path.stderr)).toBe(`orbweaver: '/a' is a path, and the seeds are on 2 sites
  Give the whole URL; the sites are http://SITE, http://SITE
`);
    expect(path.status).toBe(2);
    const word = await folder.run(['explain', 'a.html']);
    expect(word.stderr).toBe(`orbweaver: URL "a.html" is neither a URL nor a path that starts with "/"
  Did you mean /a.html ?
`);
    expect(word.status).toBe(2);
    const missing = await folder.run(['explain', '/a', '--db', 'none.db']);
    expect(missing.stderr).toBe(`orbweaver: there is no file ${folder.file('none.db')}\n`);
    expect(missing.status).toBe(4);
  });

  test('changes nothing in the file, and leaves nothing beside it', async ({ folder, serve, expect }) => {
    const site = await serve({ '/': page('Home') });
    await folder.run(['--seed', `${site.origin}/`, ...QUICK, '--no-robots']);
    const before = await readFile(folder.file('crawl.db'));
    const { stdout } = await folder.run(['explain', '/']);
    expect(stdout).toMatch(/\n {18}robots\.txt is not obeyed \(--no-robots\)\n$/);
    expect((await readdir(folder.path)).toSorted()).toEqual(['crawl.db', 'crawl.db-lock']);
    expect((await readFile(folder.file('crawl.db'))).equals(before)).toBe(true);
    const file = new BetterSqlite3(folder.file('crawl.db'), { readonly: true });
    expect(file.pragma('journal_mode', { simple: true })).toBe('delete');
    file.close();
  });
});
