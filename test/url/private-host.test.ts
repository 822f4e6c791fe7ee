import { describe, expect, test } from 'vitest';

import { isPrivateHost } from '../../dist/url/private-host.js';

describe('private hosts', () => {
  test.each([
    'localhost',
    'LOCALHOST',
    'wiki.localhost',
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.127.255.255',
    '[::1]',
    '::1',
    '[::]',
    '[fc00::1]',
    '[fdff::1]',
    '[fe80::1]',
    '[febf::1]',
    'fe80::1%eth0',
    '[::ffff:7f00:1]',
    '[::ffff:a00:1]',
    '::ffff:192.168.0.1',
    '192.0.0.8',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[2001:db8::1]',
    '[::2]',
    '[fec0::1]',
    '[ff02::1]',
    '[64:ff9b::a00:1]',
    '[2002:a00:1::]',
  ])('%s is private', (hostname) => {
    expect(isPrivateHost(hostname)).toBe(true);
  });

  test.each([
    'en.wikipedia.org',
    'localhost.example.org',
    'notlocalhost',
    'localhost.',
    'wiki',
    'wiki.local',
    '8.8.8.8',
    '1.0.0.0',
    '9.255.255.255',
    '11.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '169.253.255.255',
    '100.63.255.255',
    '100.128.0.0',
    '128.0.0.0',
    '[2606:4700::1111]',
    '[fe00::1]',
    '[fbff::1]',
    '[::ffff:808:808]',
    '127.0.0.1.example.org',
    '127.1',
    '',
    '[]',
    '%',
  ])('%j is public', (hostname) => {
    expect(isPrivateHost(hostname)).toBe(false);
  });
});
