/** Which cookies are taken, and where they go: RFC 6265bis, case by case. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CookieJar } from '../../dist/cookies/jar.js';

const NOW = Date.UTC(2026, 0, 1);
const HOST = 'https://www.example.com/';
const DAY = 86_400_000;

/** What a jar sends to `to` after one answer of `from`. */
function sent(from: string, lines: readonly string[], to = from, after = 0): string | null {
  const jar = new CookieJar();
  jar.take(from, lines, NOW);
  return jar.headerFor(to, NOW + after);
}

describe('a line is taken', () => {
  test.each<[string, string, string]>([
    ['a=b', HOST, 'a=b'],
    [' a = b ; Path=/', HOST, 'a=b'],
    ['a=', HOST, 'a='],
    ['a=b=c', HOST, 'a=b=c'],
    ['a="quoted, with; rest', HOST, 'a="quoted, with'],
    ['a=\xc3\xa0', HOST, 'a=\xc3\xa0'],
    ['a=b; unknown; =; ;', HOST, 'a=b'],
    ['a=b; SameSite=Strict; HttpOnly', HOST, 'a=b'],
    ['a=b; Domain=.EXAMPLE.com', HOST, 'a=b'],
    ['a=b; Domain=', HOST, 'a=b'],
    ['a=b; Max-Age=0; Max-Age=5', HOST, 'a=b'],
    ['a=b; Max-Age=99999999999999999999999', HOST, 'a=b'],
    ['a=b; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT', HOST, 'a=b'],
    ['a=b; Expires=never', HOST, 'a=b'],
    [`a=b; Path=/${'x'.repeat(2_000)}`, HOST, 'a=b'],
    ['a=b; Domain=github.io', 'https://github.io/', 'a=b'],
    ['a=b; Domain=intranet', 'http://intranet/', 'a=b'],
    ['a=b; Domain=127.0.0.1', 'http://127.0.0.1:8080/', 'a=b'],
    ['a=b', 'http://[::1]:8080/', 'a=b'],
    ['a=b; Secure', 'http://127.0.0.1:8080/', 'a=b'],
    ['__Secure-a=b; Secure', HOST, '__Secure-a=b'],
    ['__Host-a=b; Secure; Path=/', HOST, '__Host-a=b'],
    [`a=${'x'.repeat(4_095)}`, HOST, `a=${'x'.repeat(4_095)}`],
  ])('%j from %s', (line, from, header) => expect(sent(from, [line])).toBe(header));
});

describe('a line is passed over', () => {
  test.each<[string, string]>([
    ['', HOST],
    ['nameless', HOST],
    ['=nameless', HOST],
    ['a\0=b', HOST],
    ['a=b\x01', HOST],
    ['a=b; Path=/\x7f', HOST],
    ['a=b; Domain=com', HOST],
    ['a=b; Domain=co.uk', 'https://www.example.co.uk/'],
    ['a=b; Domain=github.io', 'https://me.github.io/'],
    ['a=b; Domain=other.com', HOST],
    ['a=b; Domain=ample.com', HOST],
    ['a=b; Domain=deeper.www.example.com', HOST],
    ['a=b; Domain=0.0.1', 'http://127.0.0.1/'],
    ['a=b; Domain=127.0.0.2', 'http://127.0.0.1/'],
    ['a=b; Domain=m\xfcnchen.de', 'http://xn--mnchen-3ya.de/'],
    ['a=b; Secure', 'http://www.example.com/'],
    ['__Secure-a=b', HOST],
    ['__sEcURE-a=b', HOST],
    ['__Host-a=b; Secure', 'https://www.example.com/x/y'],
    ['__Host-a=b; Secure', HOST],
    ['__Host-a=b; Path=/', HOST],
    ['__host-a=b; Secure; Path=/; Domain=www.example.com', HOST],
    ['a=b; Max-Age=0', HOST],
    ['a=b; Max-Age=-1', HOST],
    ['a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT', HOST],
    [`a=${'x'.repeat(4_096)}`, HOST],
  ])('%j from %s', (line, from) => expect(sent(from, [line])).toBeNull());
});

describe('a cookie goes', () => {
  test.each<[string, string, string, string, boolean]>([
    ['to its own host', 'a=b', HOST, 'https://www.example.com/x?q', true],
    ['to another port of it', 'a=b', HOST, 'https://www.example.com:8443/', true],
    ['over http as well', 'a=b', HOST, 'http://www.example.com/', true],
    ['not to a subdomain', 'a=b', HOST, 'https://a.www.example.com/', false],
    ['not to the domain above', 'a=b', HOST, 'https://example.com/', false],
    ['to all of its domain', 'a=b; Domain=example.com', HOST, 'https://a.b.example.com/', true],
    ['to the domain itself', 'a=b; Domain=example.com', HOST, 'https://example.com/', true],
    ['not to a domain that ends alike', 'a=b; Domain=example.com', HOST, 'https://badexample.com/', false],
    ['not to another host', 'a=b', 'http://127.0.0.1/', 'http://127.0.0.2/', false],
    ['if secure, not over http', 'a=b; Secure', HOST, 'http://www.example.com/', false],
    ['to its path', 'a=b; Path=/x', HOST, 'https://www.example.com/x', true],
    ['below its path', 'a=b; Path=/x', HOST, 'https://www.example.com/x/y', true],
    ['below its path with a slash', 'a=b; Path=/x/', HOST, 'https://www.example.com/x/y', true],
    ['not beside its path', 'a=b; Path=/x', HOST, 'https://www.example.com/xy', false],
    ['not to a query that looks like it', 'a=b; Path=/x', HOST, 'https://www.example.com/?/x', false],
    ['by default to its folder', 'a=b', `${HOST}d/e?/f/g`, 'https://www.example.com/d/h', true],
    ['by default not above its folder', 'a=b', `${HOST}d/e`, 'https://www.example.com/', false],
    ['to a folder that is spelt in escapes', 'a=b', `${HOST}%C3%A9/e`, `${HOST}%C3%A9/h`, true],
  ])('%s', (_, line, from, to, isSent) => expect(sent(from, [line], to)).toBe(isSent ? 'a=b' : null));

  test.each<[string, string, number, boolean]>([
    ['as long as the crawl', 'a=b', 10_000 * DAY, true],
    ['until its age is over', 'a=b; Max-Age=60', 59_999, true],
    ['and no longer', 'a=b; Max-Age=60', 60_000, false],
    ['until it expires', 'a=b; Expires=Fri, 02 Jan 2026 00:00:00 GMT', DAY - 1, true],
    ['and not at that moment', 'a=b; Expires=Fri, 02 Jan 2026 00:00:00 GMT', DAY, false],
    ['for 400 days at most', 'a=b; Max-Age=99999999999', 400 * DAY, false],
  ])('%s', (_, line, after, isSent) => expect(sent(HOST, [line], HOST, after)).toBe(isSent ? 'a=b' : null));

  test('behind those of longer paths and behind older ones', () => {
    expect(sent(HOST, ['a=1', 'b=2; Path=/x', 'c=3', 'a=4'], `${HOST}x`)).toBe('b=2; a=4; c=3');
  });
});

describe('the jar', () => {
  test('tells what has changed, once', () => {
    const jar = new CookieJar();
    const take = (line: string): unknown => {
      const { changes, isAnyValid } = jar.take(HOST, [line], NOW);
      return [isAnyValid, changes.map(({ cookie, isGone }) => [cookie.name, cookie.value, isGone])];
    };
    expect(take('a=1')).toEqual([true, [['a', '1', false]]]);
    expect(take('a=1')).toEqual([true, []]);
    expect(take('a=2')).toEqual([true, [['a', '2', false]]]);
    expect(take('a=; Max-Age=0')).toEqual([true, [['a', '2', true]]]);
    expect(take('a=; Max-Age=0')).toEqual([true, []]);
    expect(take('nameless')).toEqual([false, []]);
  });

  test('does not let an insecure answer stand in for a secure cookie', () => {
    const jar = new CookieJar();
    jar.take(HOST, ['a=real; Secure'], NOW);
    expect(jar.take('http://www.example.com/', ['a=forged'], NOW).changes).toEqual([]);
    expect(jar.headerFor(HOST, NOW)).toBe('a=real');
  });

  test('looks at fifty lines of an answer', () => {
    const lines = Array.from({ length: 60 }, (_, n) => `c${n}=1`);
    expect(sent(HOST, lines)?.split('; ')).toHaveLength(50);
  });

  test('keeps 180 cookies of a domain, those that were set last, and forgets those that are over first', () => {
    const jar = new CookieJar();
    jar.take(HOST, ['brief=1; Max-Age=1'], NOW);
    for (let n = 0; n < 180; n++) jar.take(HOST, [`c${n}=1`], NOW + 2_000 + n);
    expect(jar.headerFor(HOST, NOW + 3_000)?.split('; ')).toHaveLength(180);
    const { changes } = jar.take(HOST, ['new=1'], NOW + 4_000);
    expect(changes.map(({ cookie, isGone }) => [cookie.name, isGone])).toEqual([
      ['new', false],
      ['c0', true],
    ]);
  });

  test('is bounded as a whole', () => {
    const jar = new CookieJar();
    let gone = 0;
    for (let n = 0; n <= 10_000; n++) {
      const { changes } = jar.take(`http://h${n}.test/`, ['a=b'], NOW + n);
      gone += changes.filter(({ isGone }) => isGone).length;
    }
    expect(gone).toBe(1);
    expect(jar.headerFor('http://h0.test/', NOW)).toBeNull();
    expect(jar.headerFor('http://h1.test/', NOW)).toBe('a=b');
  });

  test('keeps no more of a line than its cookie', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heapBytes = (): number => (collect(), process.memoryUsage().heapUsed);
    const jar = new CookieJar();
    const before = heapBytes();
    for (let n = 0; n < 2_000; n++) {
      const line = `name=a value that is cut from its line; ${Buffer.alloc(60_000, 'x').toString('latin1')}`;
      jar.take(`http://h${n}.test/`, [line], NOW);
    }
    expect(heapBytes() - before).toBeLessThan(20 * 1_024 ** 2);
    expect(jar.headerFor('http://h1.test/', NOW)).toBe('name=a value that is cut from its line');
  });

  test('sends no header longer than servers take', () => {
    const lines = Array.from({ length: 20 }, (_, n) => `c${n}=${'x'.repeat(4_000)}`);
    expect(sent(HOST, lines)?.length).toBeLessThanOrEqual(32 * 1_024);
  });

  test('takes what the user brings, but not over what the site has set since it was written', () => {
    const { changes } = new CookieJar().take(HOST, ['a=old'], NOW);
    const brought = changes.map(({ cookie }) => cookie);
    const jar = new CookieJar();
    expect(jar.bring(brought, NOW, NOW + 1)).toHaveLength(1);
    jar.take(HOST, ['a=new'], NOW + 2);
    expect(jar.bring(brought, NOW, NOW + 3)).toEqual([]);
    expect(jar.headerFor(HOST, NOW + 3)).toBe('a=new');
    expect(jar.bring(brought, NOW + 3, NOW + 4)).toHaveLength(1);
    expect(jar.headerFor(HOST, NOW + 4)).toBe('a=old');
  });

  test('never throws and never sends what cannot be sent, whatever bytes are set', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1'));
    const names = 'a=b|=|;| |\t|__Host-|__Secure-|Domain=|Path=/|Expires=|Max-Age=|Secure'.split('|');
    const values = `example.com|.|com|[::1]|127.0.0.1|-|${'9'.repeat(400)}|\xff|Thu, 01 Jan 2099 00:00:00 GMT`;
    const pieces = fc.constantFrom(...names, ...values.split('|'));
    const line = fc.oneof(
      bytes,
      fc.array(fc.oneof(pieces, bytes), { maxLength: 12 }).map((parts) => parts.join('')),
    );
    const url = fc.constantFrom(
      HOST,
      'http://127.0.0.1:81/x/y?z',
      'http://[::1]/',
      'http://localhost/a',
      'http://co.uk/',
    );
    fc.assert(
      fc.property(url, fc.array(line, { maxLength: 4 }), (from, lines) => {
        const jar = new CookieJar();
        const { changes } = jar.take(from, lines, NOW);
        expect(jar.headerFor(from, NOW) ?? '').toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
        for (const { cookie } of changes) expect(Number.isSafeInteger(cookie.expiresAt ?? 0)).toBe(true);
      }),
      { numRuns: 2_000, seed: 20261120 },
    );
  });
});
