/** `proxies check`, and what is refused about proxies before anything starts. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { expect, onTestFinished } from 'vitest';
import { httpProxy } from '../support/proxies.js';
import { type Folder, masked, PROGRAM, test, withFolder } from '../support/program.js';
import { page, Site } from '../support/site.js';

/** Gives a program a pseudo-terminal. */
const TERMINAL = 'script';
const hasTerminal = /util-linux/.test(String(spawnSync(TERMINAL, ['--version']).stdout));
const SECRET = { username: 'anna', password: 's3cret' };

async function site(): Promise<string> {
  const opened = await Site.open({ '/': page([]) });
  onTestFinished(() => opened.close());
  return `${opened.origin}/`;
}

async function proxyFile(folder: Folder, content: unknown): Promise<string> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(folder.file('proxies.json'), text);
  return 'proxies.json';
}

/** Latencies and ports differ; so do the widths they make. */
function plain(text: string): string[] {
  return masked(text)
    .replaceAll(/\d+ ms/g, '# ms')
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' ').trim());
}

test('all good: a table on standard output, nothing else on a pipe, status 0', async ({ folder }) => {
  const [first, second] = [await httpProxy({ credentials: SECRET }), await httpProxy()];
  const file = await proxyFile(folder, { de: [first.url], '*': [second.url] });
  const args = ['proxies', 'check', '--proxies', file, '--url', await site()];
  const { status, stdout, stderr } = await folder.run(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(plain(stdout)).toEqual([
    'proxy country latency verdict',
    'http://anna@SITE de # ms good',
    'http://SITE * # ms good',
    '2 of 2 are good',
    '',
  ]);
});

test('one bad: its trouble without its password, status 1; --json says the same', async ({ folder }) => {
  const proxy = await httpProxy({ credentials: SECRET });
  const wrong = proxy.url.replace('s3cret', 's3cret2');
  const args = ['proxies', 'check', '--proxy', proxy.url, '--proxy', wrong, '--retries', '0'];
  args.push('--url', await site());
  const { status, stdout } = await folder.run(args);
  expect(status).toBe(1);
  expect(plain(stdout)).toContain(
    'http://anna@SITE * – bad: proxy http://SITE: refused name and password (407)',
  );
  expect(stdout).not.toContain('s3cret');
  const json = await folder.run([...args, '--json']);
  expect(json.status).toBe(1);
  expect(json.stdout).not.toContain('s3cret');
  expect(JSON.parse(json.stdout)).toMatchObject({
    proxies: [
      { isGood: true, tries: 1, detail: null, countries: [] },
      { isGood: false, tries: 1, latencyMs: null },
    ],
  });
});

test.skipIf(!hasTerminal)('on a terminal there is a bar while they are tried', async ({ folder }) => {
  const proxy = await httpProxy();
  const program = `"${process.execPath}" "${PROGRAM}"`;
  const command = `${program} proxies check --proxy ${proxy.url} --url ${await site()}`;
  const { ended } = folder.spawn(TERMINAL, ['-qec', command, '/dev/null']);
  const { stdout } = await ended;
  expect(stdout).toContain('checking [');
  expect(stdout).toContain('1/1, 1 good');
});

test.each([
  [
    '{ "de": ["http://anna:s3cret@h:1", ] }',
    /^orbweaver: --proxies: proxies\.json is not JSON: see line 1$/m,
  ],
  [{ germany: ['http://h:1'] }, /--proxies: proxies\.json: 'germany' is no country: two letters, or \*$/m],
  [{ de: [] }, /--proxies: proxies\.json: 'de' holds no proxy$/m],
  [['http://h:1', 'anna:s3cret@h:1'], /--proxies: proxies\.json, entry 2 must be written as/],
] as const)('a file of the wrong shape ends with 2, and nothing starts: %j', async (content, message) => {
  await withFolder(async (folder) => {
    const file = await proxyFile(folder, content);
    for (const args of [
      ['--seed', 'http://127.0.0.1:9/', '--proxies', file],
      ['proxies', 'check', '--proxies', file],
    ]) {
      const { status, stdout, stderr } = await folder.run(args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain('s3cret');
      expect(existsSync(folder.file('crawl.db'))).toBe(false);
    }
  });
});

test('what is refused on the command line shows no password', async ({ folder }) => {
  const refusals: [string[], string][] = [
    [['--proxy', 'anna:s3cret@h:80'], '--proxy, entry 1 must be written as http://'],
    [['--proxy', 'ftp://anna:s3cret@h'], '--proxy, entry 1 must be written as http://'],
    [['--proxies', 'http://anna:s3cret@h'], '--proxies takes a file or a provider, and got a URL'],
    [['--proxies', 'missing.json'], '--proxies: there is no file missing.json'],
    [['--proxies', 'webshare'], 'Webshare wants WEBSHARE_API_KEY, which is not set'],
    [['--header', 'Proxy-Authorization: s3cret'], 'write it into --proxy'],
  ];
  for (const [args, message] of refusals) {
    const { status, stderr } = await folder.run(['--seed', 'http://127.0.0.1:9/', ...args]);
    expect(status, stderr).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('s3cret');
  }
  const checks: [string[], string][] = [
    [['proxies'], 'proxies needs <check>'],
    [['proxies', 'chekc'], "proxies does not take the argument 'chekc'"],
    [['proxies', 'check'], 'there is no proxy to check'],
    [['proxies', 'check', '--proxy', 'http://h:1', '--url', 'x'], "--url must be an http(s) URL, got 'x'"],
  ];
  for (const [args, message] of checks) {
    const { status, stderr } = await folder.run(args);
    expect(status, stderr).toBe(2);
    expect(stderr).toContain(message);
  }
  expect(existsSync(folder.file('crawl.db'))).toBe(false);
});
