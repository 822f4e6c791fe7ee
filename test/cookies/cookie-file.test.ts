/** cookies.txt as curl, wget and the exporters of browsers write it. */
import { describe, expect, test } from 'vitest';
import { parseCookies } from '../../dist/cookies/cookie-file.js';
import type { UsageError } from '../../dist/errors.js';

function line(...columns: readonly string[]): string {
  return columns.join('\t');
}

const PLAIN = line('example.com', 'FALSE', '/', 'FALSE', '0', 'name', 'value');

function refusal(content: string): string {
  try {
    parseCookies(content, 'c.txt');
  } catch (error) {
    return (error as UsageError).message;
  }
  return 'taken';
}

describe('a file of cookies', () => {
  test('may have comments, blank lines, a byte order mark and line ends of any kind', () => {
    const text = `\xef\xbb\xbf# Netscape HTTP Cookie File\r\n\r\n# a comment\n${PLAIN}\r\n${PLAIN.replace('name', 'other')}`;
    expect(parseCookies(text, 'c.txt').map(({ name }) => name)).toEqual(['name', 'other']);
  });

  test.each<[string, string, object]>([
    [
      'of a host',
      PLAIN,
      { domain: 'example.com', isHostOnly: true, expiresAt: null, isSecure: false, isHttpOnly: false },
    ],
    [
      'of a domain',
      line('.Example.com', 'TRUE', '/', 'TRUE', '1767225600', 'n', 'v'),
      { domain: 'example.com', isHostOnly: false, isSecure: true, expiresAt: 1_767_225_600_000 },
    ],
    ['no script may see', `#HttpOnly_${PLAIN}`, { domain: 'example.com', isHttpOnly: true }],
    ['without a value', line('example.com', 'FALSE', '/', 'FALSE', '0', 'n'), { name: 'n', value: '' }],
    [
      'that expires in a fraction',
      line('example.com', 'false', '/', 'false', '1.5', 'n', 'v'),
      { expiresAt: 1_500 },
    ],
    [
      'of an address',
      line('127.0.0.1', 'TRUE', '/', 'FALSE', '', 'n', 'v'),
      { domain: '127.0.0.1', isHostOnly: true },
    ],
    [
      'in bytes of any kind',
      line('example.com', 'FALSE', '/', 'FALSE', '0', 'n', '\xc3\xa0'),
      { value: '\xc3\xa0' },
    ],
  ])('has a cookie %s', (_, text, cookie) => expect(parseCookies(text, 'c.txt')).toMatchObject([cookie]));

  test.each<[string, string]>([
    ['example.com FALSE / FALSE 0 name s3cret', '1 columns instead of seven'],
    [line('exa mple.com', 'FALSE', '/', 'FALSE', '0', 'name', 's3cret'), 'the domain is no host name'],
    [line('example.com:80a', 'FALSE', '/', 'FALSE', '0', 'name', 's3cret'), 'the domain is no host name'],
    [
      line('example.com', 'yes', '/', 'FALSE', '0', 'name', 's3cret'),
      'the second column must be TRUE or FALSE',
    ],
    [line('example.com', 'TRUE', 'x', 'FALSE', '0', 'name', 's3cret'), 'the path must start with /'],
    [line('example.com', 'TRUE', '/', '1', '0', 'name', 's3cret'), 'the fourth column must be TRUE or FALSE'],
    [
      line('example.com', 'TRUE', '/', 'TRUE', 'soon', 'name', 's3cret'),
      'the expiry must be seconds since 1970, or 0 for a session',
    ],
    [line('example.com', 'TRUE', '/', 'TRUE', '0', '', 's3cret'), 'name or value cannot be sent'],
    [line('example.com', 'TRUE', '/', 'TRUE', '0', 'name', 's3cret\0'), 'name or value cannot be sent'],
    [
      line('example.com', 'TRUE', '/', 'TRUE', '0', 'name', `s3cret${'x'.repeat(4_096)}`),
      'name and value are longer than 4096 bytes',
    ],
    [
      line('.co.uk', 'TRUE', '/', 'TRUE', '0', 'name', 's3cret'),
      'the domain is a public suffix: the cookie would go to everybody below it',
    ],
  ])('is refused by the line and never by its value: %j', (bad, reason) => {
    expect(refusal(`# first\n${PLAIN}\n${bad}\n`)).toBe(`--load-cookies: c.txt, line 3: ${reason}`);
  });
});
