/** How proxies are written and named: URLs, lists, files, the environment. No message shows a password. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../dist/errors.js';
import { noProxyOfEnvironment, proxiesOfEnvironment } from '../../dist/proxies/environment.js';
import { compileNoProxy } from '../../dist/proxies/no-proxy.js';
import { checkProxies, proxiesFor, readProxyFile } from '../../dist/proxies/proxy-map.js';
import { nameOfProxy, parseProxy, withoutPassword } from '../../dist/proxies/proxy-url.js';

/** The message of a refusal; it must be one of ours, and show nothing secret. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message, hint = '' } = error as UsageError;
    expect(message + hint).not.toContain('s3cret');
    return message;
  }
  throw new Error('not refused');
}

describe('a proxy', () => {
  test.each([
    ['http://h.test', 'http://h.test:80'],
    ['http://H.test:8080/', 'http://h.test:8080'],
    ['HTTPS://h.test', 'https://h.test:443'],
    ['socks5://h.test', 'socks5://h.test:1080'],
    ['socks5h://me:p@H.test:1', 'socks5://me:p@h.test:1'],
    ['http://me:p%40ss@10.0.0.1:3128', 'http://me:p%40ss@10.0.0.1:3128'],
    ['http://key:@h.test:1', 'http://key@h.test:1'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ])('%s is %s', (text, written) => {
    expect(parseProxy(text, 'x')).toBe(written);
    expect(parseProxy(written, 'x')).toBe(written);
  });

  test.each([
    ['h.test:8080', "x must be written as http://, https:// or socks5://host:port, got 'h.test:8080'"],
    ['me:s3cret@h.test:80', 'x must be written as http://, https:// or socks5://host:port'],
    [
      'socks4://h.test:1',
      "x must be written as http://, https:// or socks5://host:port, got 'socks4://h.test:1'",
    ],
    ['http://', "x must be written as http://, https:// or socks5://host:port, got 'http://'"],
    [
      'http://h.test:99999',
      "x must be written as http://, https:// or socks5://host:port, got 'http://h.test:99999'",
    ],
    ['http://me:s3cret@h.test:0', 'x: there is no port 0'],
    ['http://me:s3cret@h.test/p', 'x: a proxy has no path'],
    ['http://me:s3cret%zz@h.test', 'x: name or password is not percent-encoded as it should be'],
    ['http://me%0a:s3cret@h.test', 'x: name or password has a character that cannot be sent'],
    [`http://me:${'s3cret'.repeat(50)}@h.test`, 'x: name or password is longer than 255 bytes'],
  ])('%s is refused', (text, message) => {
    expect(refusal(() => parseProxy(text, 'x'))).toBe(message);
  });

  test('is shown without its password, and called without its name', () => {
    const proxy = 'http://me:s3cret@h.test:8080';
    expect(withoutPassword(proxy)).toBe('http://me@h.test:8080');
    expect(nameOfProxy(proxy)).toBe('http://h.test:8080');
    // A name that stands alone often is the key.
    expect(withoutPassword('http://key@h.test:8080')).toBe('http://h.test:8080');
  });
});

describe('lists', () => {
  test('by country, in any case, each proxy once', () => {
    const map = checkProxies({ DE: ['http://a:1', 'http://a:1/'], '*': ['http://b:1'] }, 'x');
    expect(map).toEqual({ de: ['http://a:1'], '*': ['http://b:1'] });
    expect(proxiesFor(map, 'De')).toEqual(['http://a:1']);
    expect(proxiesFor(map, 'fr')).toEqual(['http://b:1']);
    expect(proxiesFor(map, null)).toEqual(['http://b:1']);
  });

  test('without one for any country: all for a task of none, nothing for another country', () => {
    const map = checkProxies({ de: ['http://a:1'], us: ['http://b:1', 'http://a:1'] }, 'x');
    expect(proxiesFor(map, null)).toEqual(['http://a:1', 'http://b:1']);
    expect(proxiesFor(map, 'fr')).toBeNull();
  });

  test.each<[unknown, string]>([
    [7, 'x must hold a list of proxies, or lists by country'],
    [[], 'x holds no proxy'],
    [{}, 'x holds no proxy'],
    [{ de: [] }, "x: 'de' holds no proxy"],
    [{ de: 'http://a:s3cret@b' }, "x: 'de' must be a list of proxies"],
    [{ proxies: ['http://a:1'] }, "x: 'proxies' is no country: two letters, or *"],
    [['http://a:1', 7], 'x, entry 2 must be a text'],
    [{ '*': ['a:s3cret@b:1'] }, "x: '*', entry 1 must be written as http://, https:// or socks5://host:port"],
  ])('%j is refused', (value, message) => {
    expect(refusal(() => checkProxies(value, 'x'))).toBe(message);
  });
});

describe('a file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orbweaver-proxies-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function read(text: string): Promise<unknown> {
    const file = join(folder, 'proxies.json');
    await writeFile(file, text);
    return readProxyFile(file, '--proxies').catch((error: unknown) =>
      refusal(() => {
        throw error;
      }).replace(file, 'FILE'),
    );
  }

  test('is named with what is wrong in it', async () => {
    expect(await read('\ufeff["http://a:1"]')).toEqual({ '*': ['http://a:1'] });
    expect(await read('{ "de": ["x"] }')).toContain(
      "--proxies: FILE: 'de', entry 1 must be written as http://",
    );
    for (const [text, line] of [
      ['["http://a:s3cret@b:1"\n\n"http://c"]', 3],
      ['["http://a:s3cret@b:1",\n', 2],
      ['{\n"de": x["http://a:s3cret@b:1"]}', 2],
      ['', 1],
      ['{ "de": ["http://a:s3cret@b:1"],\n }', 2],
    ] as const)
      expect(await read(text)).toBe(`--proxies: FILE is not JSON: see line ${line}`);
    await expect(readProxyFile(join(folder, 'none'), '--proxies')).rejects.toThrow(
      '--proxies: there is no file',
    );
    await expect(readProxyFile(folder, '--proxies')).rejects.toThrow(`--proxies: ${folder} is a folder`);
  });
});

describe('the environment', () => {
  test.each([
    [{}, null, null],
    [{ HTTP_PROXY: 'http://a:1' }, 'http://a:1', null],
    [{ HTTPS_PROXY: 'http://a:1' }, null, 'http://a:1'],
    [{ HTTP_PROXY: 'http://a:1', http_proxy: 'http://b:1' }, 'http://b:1', null],
    [{ HTTP_PROXY: 'http://a:1', http_proxy: '' }, null, null],
    [{ ALL_PROXY: 'socks5h://a:1', HTTPS_PROXY: 'b:3128' }, 'socks5://a:1', 'http://b:3128'],
  ])('%j', (env, http, https) => {
    expect(proxiesOfEnvironment(env)).toEqual({ http, https });
  });

  test('a variable that makes no sense is named', () => {
    expect(refusal(() => proxiesOfEnvironment({ https_proxy: 'ftp://me:s3cret@h' }))).toMatch(
      /^https_proxy must be/,
    );
  });

  test('exceptions in lower case win', () => {
    expect(noProxyOfEnvironment({ NO_PROXY: 'a', no_proxy: 'b' })).toBe('b');
    expect(noProxyOfEnvironment({})).toBe('');
  });
});

test.each([
  ['', 'http://a.test/', false],
  ['*', 'http://a.test/', true],
  ['a.test', 'http://a.test/x', true],
  ['a.test', 'http://b.a.test/x', true],
  ['.a.test', 'http://a.test/x', true],
  ['*.a.test', 'http://b.a.test/x', true],
  ['a.test', 'http://ba.test/x', false],
  ['A.test., b.test', 'http://a.test/x', true],
  ['x y\tb.test', 'http://b.test/x', true],
  ['a.test:8080', 'http://a.test/x', false],
  ['a.test:8080', 'http://a.test:8080/x', true],
  ['a.test:443', 'https://a.test/x', true],
  ['127.0.0.1', 'http://127.0.0.1:9/', true],
  ['::1', 'http://[::1]:9/', true],
  ['[::1]:9', 'http://[::1]:9/', true],
  ['[::1]:9', 'http://[::1]:8/', false],
])('NO_PROXY=%s and %s: %j', (list, url, isExcepted) => {
  expect(compileNoProxy(list)(url)).toBe(isExcepted);
});
