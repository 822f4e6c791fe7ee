import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRefresh } from '../../dist/workers/link-table.js';
import { refreshAddress } from './reference-walk.js';

test.each([
  ['0;url=/x', '/x'],
  ['5; URL = "/x y" ignored', '/x y'],
  [" 3.5 , url='/x", '/x'],
  ['1 /x', '/x'],
  ['1;/x', '/x'],
  ['.5;/x', '/x'],
  ['1;"/x"', '/x'],
  ['1;url', 'url'],
  ['1;urlx=/x', 'urlx=/x'],
  ['1;ur=/x', 'ur=/x'],
  ['0;url=url=/x', 'url=/x'],
  ["0;url=''", ''],
  ['5', null],
  ['5;', null],
  ['5; url=', null],
  ['', null],
  ['/x', null],
  ['url=/x', null],
  ['1x;url=/x', null],
  ['-1;url=/x', null],
])('a refresh of %j leads to %j', (content, address) => {
  expect(parseRefresh(content)).toBe(address);
});

test('any refresh is read as the standard’s steps read it', () => {
  const piece = fc.constantFrom(
    '0',
    '12',
    '.',
    ';',
    ',',
    ' ',
    '\n',
    'u',
    'url',
    'URL',
    '=',
    '"',
    "'",
    '/x',
    'r',
    'l',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const content = pieces.join('');
      expect(parseRefresh(content)).toBe(refreshAddress(content));
    }),
    { numRuns: 5000 },
  );
});
