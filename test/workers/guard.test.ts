/** What the client's lookup may answer, with a resolver that says what a test wants. */
import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import type { AddressRule } from '../../dist/url/addresses.js';
import { declineLiteral, DeclinedError, guardLookup } from '../../dist/workers/guard.js';
import type { Resolve } from '../../dist/workers/guard.js';

const RULE: AddressRule = { openHosts: new Set(['named.test', '::1']), allowPrivate: false };
const ALL_OPEN: AddressRule = { openHosts: new Set(), allowPrivate: true };

interface Answer {
  readonly error: Error | null;
  readonly address: string | LookupAddress[];
  readonly family: number | undefined;
}

/** A name server whose n-th answer is the n-th of these, then the last one for ever. */
function resolver(...answers: readonly (readonly string[])[]): Resolve {
  let asked = 0;
  return (_hostname, _options, done) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? [];
    setImmediate(
      done,
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

function lookUp(hostname: string, resolve: Resolve, { rule = RULE, all = true } = {}): Promise<Answer> {
  return new Promise((answer) => {
    guardLookup(rule, resolve)(hostname, { all }, (error, address, family) =>
      answer({ error, address, family }),
    );
  });
}

test('only addresses that may be connected to are left, in their order', async () => {
  const resolve = resolver(['10.0.0.1', '2606:4700::1', '::1', '93.184.215.14', '169.254.169.254']);
  const left = [
    { address: '2606:4700::1', family: 6 },
    { address: '93.184.215.14', family: 4 },
  ];
  expect(await lookUp('a.test', resolve)).toEqual({ error: null, address: left, family: undefined });
});

test('a caller that wants one address gets the first that is left', async () => {
  const resolve = resolver(['127.0.0.1', '93.184.215.14', '93.184.215.15']);
  expect(await lookUp('a.test', resolve, { all: false })).toEqual({
    error: null,
    address: '93.184.215.14',
    family: 4,
  });
});

test('all addresses are asked for, whatever the caller wants, and its other wishes go along', async () => {
  const seen: object[] = [];
  const resolve: Resolve = (_hostname, options, done) => {
    seen.push(options);
    done(null, [{ address: '93.184.215.14', family: 4 }]);
  };
  await lookUp('a.test', resolve, { all: false });
  guardLookup(RULE, resolve)('a.test', { family: 4, hints: 32 }, () => undefined);
  expect(seen).toEqual([{ all: true }, { all: true, family: 4, hints: 32 }]);
});

test.each([
  ['a.test', ['127.0.0.1'], RULE, 'a.test: 127.0.0.1 is a private address'],
  ['localhost', ['::1', '127.0.0.1'], RULE, 'localhost: ::1 is a private address'],
  ['a.test', ['::ffff:10.0.0.1'], RULE, 'a.test: ::ffff:10.0.0.1 is a private address'],
  ['sub.named.test', ['10.0.0.1'], RULE, 'sub.named.test: 10.0.0.1 is a private address'],
  ['named.test', ['169.254.169.254'], RULE, 'is a cloud metadata address'],
  ['a.test', ['fd00:ec2::254', '169.254.169.254'], ALL_OPEN, 'is a cloud metadata address'],
])('%s at %s is declined', async (hostname, addresses, rule, message) => {
  const { error } = await lookUp(hostname, resolver(addresses), { rule });
  expect(error).toBeInstanceOf(DeclinedError);
  expect(error?.message).toContain(message);
});

test.each([
  ['named.test', ['10.0.0.1'], RULE],
  ['a.test', ['10.0.0.1'], ALL_OPEN],
])('%s at %s is open', async (hostname, addresses, rule) => {
  expect(await lookUp(hostname, resolver(addresses), { rule })).toMatchObject({
    error: null,
    address: [{ address: '10.0.0.1' }],
  });
});

test('a name that stands for another address the second time is judged by that', async () => {
  const resolve = resolver(['93.184.215.14'], ['127.0.0.1']);
  expect(await lookUp('rebound.test', resolve)).toMatchObject({ error: null });
  expect((await lookUp('rebound.test', resolve)).error).toBeInstanceOf(DeclinedError);
});

test('an error of the resolver stays what it is, and no address at all is one', async () => {
  const missing = Object.assign(new Error('getaddrinfo ENOTFOUND a.test'), { code: 'ENOTFOUND' });
  const failing: Resolve = (_hostname, _options, done) => done(missing, []);
  expect((await lookUp('a.test', failing)).error).toBe(missing);
  expect((await lookUp('a.test', resolver([]))).error).toMatchObject({ code: 'ENODATA' });
});

test.each(['127.0.0.1', '::1', '[fe80::1]', '10.1.2.3', '169.254.169.254', '::ffff:7f00:1'])(
  '%s as a host is declined without a lookup',
  (host) => {
    expect(declineLiteral(host, { openHosts: new Set(), allowPrivate: false })).toBeInstanceOf(DeclinedError);
  },
);

test('a host that is a public or an opened address, or a name, is not', () => {
  for (const host of ['93.184.215.14', '[2606:4700::1]', '::1', '[::1]', 'a.test', 'localhost'])
    expect(declineLiteral(host, RULE), host).toBeNull();
  expect(declineLiteral('127.0.0.1', ALL_OPEN)).toBeNull();
  expect(declineLiteral('169.254.169.254', ALL_OPEN)).toBeInstanceOf(DeclinedError);
});
