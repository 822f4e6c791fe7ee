import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectedDigests } from '../../dist/downloads/digests.js';

const BODY = '{"hello": "world"}\n';
const of = (algorithm: string, encoding: 'base64' | 'hex' = 'hex'): string =>
  createHash(algorithm).update(BODY).digest(encoding);

test('the example of RFC 9530 §B.1 is the digest of its body', () => {
  const field = 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:';
  expect(expectedDigests({ 'repr-digest': field }, 200)).toEqual([
    { algorithm: 'sha256', hex: of('sha256'), of: 'representation', field: 'Repr-Digest' },
  ]);
});

describe('which digests are verified, and of which bytes', () => {
  const md5 = of('md5', 'base64');
  const sha512 = of('sha512', 'base64');
  const content = { algorithm: 'md5', hex: of('md5'), of: 'message', field: 'Content-Digest' };
  test.each([
    ['Content-Digest', { 'content-digest': `md5=:${md5}:` }, 200, [content]],
    ['Content-Digest of a part', { 'content-digest': `md5=:${md5}:` }, 206, [content]],
    [
      'Repr-Digest of a part',
      { 'repr-digest': `sha-512=:${sha512}:, unixsum=:AAA=:` },
      206,
      [{ algorithm: 'sha512', hex: of('sha512'), of: 'representation', field: 'Repr-Digest' }],
    ],
    [
      'the old Digest, names in any case',
      { digest: `MD5=${md5}, SHA=${of('sha1', 'base64')},unixsum=30637` },
      206,
      [
        { algorithm: 'md5', hex: of('md5'), of: 'representation', field: 'Digest' },
        { algorithm: 'sha1', hex: of('sha1'), of: 'representation', field: 'Digest' },
      ],
    ],
    [
      'Content-MD5',
      { 'content-md5': md5 },
      200,
      [{ algorithm: 'md5', hex: of('md5'), of: 'message', field: 'Content-MD5' }],
    ],
    [
      'Content-MD5 in hex',
      { 'content-md5': of('md5').toUpperCase() },
      200,
      [{ algorithm: 'md5', hex: of('md5'), of: 'message', field: 'Content-MD5' }],
    ],
    ['no Content-MD5 of a part', { 'content-md5': md5 }, 206, []],
    [
      'none of an answer without the file',
      { 'content-digest': `md5=:${md5}:`, digest: `md5=${md5}` },
      404,
      [],
    ],
    [
      'lines of one field together',
      { 'content-digest': ['crc32c=:AAAAAA==:', `md5=:${md5}:`] },
      200,
      [content],
    ],
  ])('%s', (_, headers, status, expected) => {
    expect(expectedDigests(headers, status)).toEqual(expected);
  });
});

describe('what is malformed is left out', () => {
  test.each([
    ['no colons', { 'content-digest': `md5=${of('md5', 'base64')}` }],
    ['too short', { 'content-digest': 'sha-256=:AAAA:' }],
    ['of the wrong algorithm', { digest: `sha-256=${of('md5', 'base64')}` }],
    ['a string', { 'repr-digest': `md5="${of('md5', 'base64')}"` }],
    ['an inner list', { 'repr-digest': `md5=(:${of('md5', 'base64')}:)` }],
    ['a name that objects have', { digest: '__proto__=AAAA, constructor=AAAA' }],
    ['no base64', { 'content-md5': 'not really a digest!!' }],
    ['nothing', { 'content-digest': '', digest: '', 'content-md5': '' }],
  ])('%s', (_, headers) => {
    expect(expectedDigests(headers, 200)).toEqual([]);
  });

  test('and nothing at all is thrown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (value) => {
        const headers = {
          'content-digest': value,
          'repr-digest': value,
          digest: value,
          'content-md5': value,
        };
        expect(expectedDigests(headers, 200)).toBeInstanceOf(Array);
      }),
    );
  });
});
