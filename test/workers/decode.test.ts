import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MIMEType } from 'whatwg-mimetype';
import { decodeText, TextPieces } from '../../dist/workers/decode.js';

function decoded(bytes: number[] | string, type: string | null = 'text/html'): string[] {
  const body = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Uint8Array.from(bytes);
  const { encoding, text } = decodeText(body, type === null ? null : MIMEType.parse(type));
  return [encoding, text];
}

const EURO = '\x80';

test('text that comes in pieces is the same, wherever it is cut', () => {
  const encodings = fc.constantFrom('utf-8', 'utf-16le', 'gbk', 'iso-2022-jp', 'windows-1252', 'iso-2022-kr');
  const start = fc.constantFrom('', '\xef\xbb\xbf', '<meta charset=koi8-r>', 'x'.repeat(1_100));
  const tail = fc.uint8Array({ maxLength: 60 });
  fc.assert(
    fc.property(encodings, start, tail, fc.integer({ min: 1, max: 40 }), (charset, head, rest, cut) => {
      const bytes = Buffer.concat([Buffer.from(head, 'latin1'), rest]);
      const type = MIMEType.parse(`application/xml; charset=${charset}`) as MIMEType;
      const pieces = new TextPieces(type);
      let text = '';
      for (let at = 0; at < bytes.length; at += cut) text += pieces.write(bytes.subarray(at, at + cut));
      text += pieces.end();
      const whole = decodeText(bytes, type).text;
      // What must not be read says so once a piece.
      expect(/^\uFFFD+$/.test(whole) ? whole : text).toBe(whole);
    }),
    { numRuns: 300 },
  );
});

test('UTF-8 is read as the platform reads it, valid or not', () => {
  const piece = fc.constantFrom(
    '\xef\xbb\xbf',
    '\xe6\x97\xa5',
    '\xc3',
    '\xe6\x97',
    '\xed\xa0\x80',
    '\xf0\x9f\x98\x80',
    '<a>',
    '\xff',
  );
  const type = MIMEType.parse('text/html; charset=utf-8');
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const bytes = Buffer.from(pieces.join(''), 'latin1');
      const page = decodeText(bytes, type);
      const expected = new TextDecoder().decode(bytes);
      expect([page.text, page.utf8.toString()]).toEqual([expected, expected]);
    }),
  );
});

test('byte order mark, header, meta and default are asked in this order', () => {
  const meta = '<meta charset=iso-8859-2>';
  expect(decoded(`\xef\xbb\xbf\xc3\xa9${meta}`, 'text/html; charset=koi8-r')).toEqual(['UTF-8', `é${meta}`]);
  expect(decoded(`${meta}\xe9`, 'text/html; charset=koi8-r')).toEqual(['KOI8-R', `${meta}И`]);
  expect(decoded(`${meta}\xe6`)).toEqual(['ISO-8859-2', `${meta}ć`]);
  expect(decoded(EURO)).toEqual(['windows-1252', '€']);
  expect(decoded([0xff, 0xfe, 0x3b, 0x04])).toEqual(['UTF-16LE', 'л']);
  expect(decoded([0xfe, 0xff, 0x04, 0x3b])).toEqual(['UTF-16BE', 'л']);
});

test('labels mean what the Encoding standard says, and unknown ones nothing', () => {
  for (const label of ['iso-8859-1', 'ascii', 'latin1', 'no-such-charset', '']) {
    expect(decoded(EURO, `text/html; charset="${label}"`)).toEqual(['windows-1252', '€']);
  }
  expect(decoded('<meta charset=utf-16le>x')[0]).toBe('UTF-8');
  expect(decoded('x', 'text/html; charset=iso-2022-kr')).toEqual(['replacement', '\uFFFD']);
});

test('encodings that the platform gets wrong are right', () => {
  expect(decoded([0x81, 0x41], 'text/html; charset=euc-kr')[1]).toBe('갂');
  expect(decoded([0xa2, 0xe3], 'text/html; charset=gbk')[1]).toBe('€');
  expect(decoded([0x88, 0x62], 'text/html; charset=big5')[1]).toBe('Ê̄');
  expect(decoded([0x1b, 0x24, 0x42, 0x46, 0x7c], 'text/html; charset=iso-2022-jp')[1]).toBe('日');
  expect(decoded([0xe9], 'text/html; charset=x-user-defined')[1]).toBe('\uF7E9');
});

test('a meta counts within the first 1,024 bytes and not in a comment', () => {
  const pad = (length: number) => `<!--${'x'.repeat(length - 7)}-->`;
  expect(decoded(`${pad(900)}<meta charset=utf-8>`)[0]).toBe('UTF-8');
  expect(decoded(`${pad(1100)}<meta charset=utf-8>`)[0]).toBe('windows-1252');
  expect(decoded('<!-- <meta charset=utf-8> -->')[0]).toBe('windows-1252');
  expect(decoded('<meta http-equiv=content-type content="text/html; charset=utf-8">')[0]).toBe('UTF-8');
});

test('a meta whose value breaks off at charset hides no later one', () => {
  for (const broken of [
    'content="text/html; charset"',
    "content='charset='",
    'content=charset',
    'content="charset  "',
  ]) {
    const head = `<meta name=a content=b><meta http-equiv=content-type ${broken}>`;
    expect(decoded(`${head}<meta charset=koi8-r>`)[0]).toBe('KOI8-R');
    expect(decoded(head)[0]).toBe('windows-1252');
  }
});

test('XHTML is UTF-8 unless its declaration says otherwise', () => {
  expect(decoded('\xc3\xa9', 'application/xhtml+xml')).toEqual(['UTF-8', 'é']);
  const declaration = '<?xml version="1.0" encoding="iso-8859-2"?>';
  expect(decoded(`${declaration}\xe6`, 'application/xhtml+xml')).toEqual(['ISO-8859-2', `${declaration}ć`]);
  expect(decoded('<?xml version="1.0" encoding="utf-16"?>', 'text/html')[0]).toBe('UTF-8');
});

test('invalid bytes become U+FFFD', () => {
  expect(decoded('a\xffb', 'text/html; charset=utf-8')[1]).toBe('a\uFFFDb');
  expect(decoded([0x61, 0xe2, 0x82], 'text/html; charset=utf-8')[1]).toBe('a\uFFFD');
  expect(decoded([0xff, 0xfe, 0x41])[1]).toBe('\uFFFD');
});

test('any bytes at all are decoded', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '<meta ',
      'charset',
      '=',
      '"',
      "'",
      'content',
      'http-equiv',
      'utf-8',
      '>',
      ' ',
      ';',
      '<!--',
      '-->',
      '<?xml',
      '/',
    ),
    fc.string({ unit: 'binary-ascii', maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      expect(decoded(`<meta ${pieces.join('')}`)[0]).toMatch(/\w/);
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => void decoded([...bytes])),
    { numRuns: 500 },
  );
});
