import { describe, expect, test } from 'vitest';
import { kindOfAddress, refuseAddress } from '../../dist/url/addresses.js';
import type { AddressRule } from '../../dist/url/addresses.js';

const CLOSED: AddressRule = { openHosts: new Set(), allowPrivate: false };

/** The first and the last address of each range, and their neighbours outside. */
const BORDERS: readonly (readonly [
  first: string,
  last: string,
  before: string | null,
  after: string | null,
])[] = [
  ['0.0.0.0', '0.255.255.255', null, '1.0.0.0'],
  ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['224.0.0.0', '255.255.255.255', '223.255.255.255', null],
  ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', '64:ff9b:0:ffff::', '64:ff9b:2::'],
  ['100::', '100::ffff:ffff:ffff:ffff', 'ff:ffff::', '100:0:0:2::'],
  ['2001::', '2001:1ff:ffff::', '2000:ffff::', '2001:200::'],
  ['2001:db8::', '2001:db8:ffff::', '2001:db7:ffff::', '2001:db9::'],
  ['3fff::', '3fff:fff:ffff::', '3ffe:ffff::', '3fff:1000::'],
  ['5f00::', '5f00:ffff::', '5eff:ffff::', '5f01::'],
  ['fc00::', 'fdff:ffff::', 'fbff:ffff::', 'fe00::'],
  ['fe80::', 'feff:ffff::', 'fe7f:ffff::', null],
  ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
];

test.each(BORDERS)(
  'from %s to %s is private, and what lies beside it is not',
  (first, last, before, after) => {
    expect([first, last].map(kindOfAddress)).toEqual(['private', 'private']);
    for (const outside of [before, after])
      if (outside !== null) expect(kindOfAddress(outside)).toBe('public');
  },
);

describe('an IPv4 address in IPv6 is what it carries', () => {
  test.each([
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:a00:1', 'private'],
    ['0:0:0:0:0:FFFF:0A00:0001', 'private'],
    ['::10.0.0.1', 'private'],
    ['::ffff:0:192.168.1.1', 'private'],
    ['64:ff9b::127.0.0.1', 'private'],
    ['2002:7f00:1::', 'private'],
    ['2002:c0a8:101:1::5', 'private'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['::a9fe:a9fe', 'metadata'],
    ['64:ff9b::a9fe:a9fe', 'metadata'],
    ['2002:a9fe:a9fe::1', 'metadata'],
    ['::ffff:8.8.8.8', 'public'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['2002:808:808::1', 'public'],
  ])('%s: %s', (address, kind) => {
    expect(kindOfAddress(address)).toBe(kind);
  });
});

test.each([
  '169.254.169.254',
  'fd00:ec2::254',
  'FD00:0EC2::0254',
  'fd20:ce::254',
  'fe80::a9fe:a9fe%eth0',
  '169.254.170.2',
  '169.254.170.23',
  'fd00:ec2::23',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  '169.254.0.23',
  '169.254.42.42',
  'fd00:42::42',
])('%s tells secrets, and is refused whatever is opened', (address) => {
  expect(kindOfAddress(address)).toBe('metadata');
  const rule = { openHosts: new Set([address, 'named.test']), allowPrivate: true };
  for (const host of [address, `[${address}]`, 'named.test'])
    expect(refuseAddress(host, address, rule)).toBe(
      `${address} is a cloud metadata address, which is never connected to`,
    );
});

test('a private address is refused unless its host is named or all are opened', () => {
  const refusal = '10.0.0.1 is a private address, and neither a seed nor --base nor --allow-private opens it';
  expect(refuseAddress('a.test', '10.0.0.1', CLOSED)).toBe(refusal);
  expect(refuseAddress('10.0.0.1', '10.0.0.1', CLOSED)).toBe(refusal);
  expect(
    refuseAddress('a.test', '10.0.0.1', { ...CLOSED, openHosts: new Set(['b.test', 'sub.a.test']) }),
  ).toBe(refusal);
  expect(refuseAddress('a.test', '10.0.0.1', { ...CLOSED, openHosts: new Set(['a.test']) })).toBeNull();
  expect(refuseAddress('a.test', '10.0.0.1', { ...CLOSED, allowPrivate: true })).toBeNull();
});

test('a host named by its address is open with and without brackets, another with the same address is not', () => {
  const rule = { ...CLOSED, openHosts: new Set(['::1']) };
  expect(refuseAddress('::1', '::1', rule)).toBeNull();
  expect(refuseAddress('[::1]', '::1', rule)).toBeNull();
  expect(refuseAddress('localhost', '::1', rule)).not.toBeNull();
});

test.each(['8.8.8.8', '2606:4700::1111', 'a.test', ''])('%j needs no leave', (address) => {
  expect(refuseAddress('a.test', address, CLOSED)).toBeNull();
});
