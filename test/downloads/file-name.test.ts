import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clashKey, extensionOf, numbered, safeFileName } from '../../dist/downloads/file-name.js';

test.each([
  ['Question Paper (1).pdf', 'Question Paper (1).pdf'],
  ['Übung №5 – 日本語.mp3', 'Übung №5 – 日本語.mp3'],
  // Path traversal and separators of every system.
  ['../../etc/passwd', '__.._etc_passwd'],
  ['..\\..\\boot.ini', '__.._boot.ini'],
  ['/etc/passwd', '_etc_passwd'],
  ['C:\\Windows\\x.dll', 'C__Windows_x.dll'],
  ['a.txt:stream', 'a.txt_stream'],
  ['<a>|"b"?*.txt', '_a___b___.txt'],
  // Devices of Windows, whatever follows.
  ['CON', '_CON'],
  ['nul.txt', '_nul.txt'],
  ['Aux.tar.gz', '_Aux.tar.gz'],
  ['COM1', '_COM1'],
  ['com¹.log', '_com¹.log'],
  ['LPT9 .x', '_LPT9 .x'],
  ['CONIN$', '_CONIN$'],
  ['console.log', 'console.log'],
  ['COM10', 'COM10'],
  // Dots and blanks at the ends; hidden files.
  ['name. . .', 'name'],
  ['  name  ', 'name'],
  ['.bashrc', '_bashrc'],
  ['...x', '_x'],
  ['a\u00a0 \t b', 'a b'],
  // Control characters, bidi, invisible ones.
  ['a\0b\u001b[31m.txt', 'a_b_[31m.txt'],
  ['line\r\nend', 'line end'],
  ['ann\u202egpj.exe', 'anngpj.exe'],
  ['zero\u200bwidth\u2060.txt', 'zerowidth.txt'],
  ['\ufeffbom.txt', 'bom.txt'],
  ['lone\ud800.txt', 'lone_.txt'],
  ['\u{1f469}\u200d\u{1f680}.png', '\u{1f469}\u200d\u{1f680}.png'],
  ['می\u200cخواهم.pdf', 'می\u200cخواهم.pdf'],
  ['a\u200d.txt', 'a.txt'],
  // Normal form.
  ['Cafe\u0301.txt', 'Café.txt'],
  ['e\u200b\u0301', 'é'],
  // Nothing left.
  ['', 'download'],
  ['..', 'download'],
  ['. . .', 'download'],
  ['???', 'download'],
  ['\u202e\u200b', 'download'],
])('%j is saved as %j', (text, name) => {
  expect(safeFileName(text)).toBe(name);
});

test('a fallback of the caller is taken where nothing is left', () => {
  expect(safeFileName('/', '_')).toBe('_');
});

describe('long names', () => {
  test.each([
    ['ASCII', 'a'.repeat(300), 'a'.repeat(255)],
    ['with an ending', `${'a'.repeat(300)}.pdf`, `${'a'.repeat(251)}.pdf`],
    ['with a double ending', `${'a'.repeat(300)}.tar.gz`, `${'a'.repeat(248)}.tar.gz`],
    ['of two bytes a letter', `${'ü'.repeat(200)}.pdf`, `${'ü'.repeat(125)}.pdf`],
    ['of surrogate pairs', `${'\u{1d11e}'.repeat(100)}.x`, `${'\u{1d11e}'.repeat(63)}.x`],
    ['with what is no ending', `${'a'.repeat(250)}. and so on`, `${'a'.repeat(250)}. and`],
    ['cut before a blank', `${'a'.repeat(250)} bcdef.pdf`, `${'a'.repeat(250)}.pdf`],
  ])('%s are cut in the stem', (_, text, name) => {
    expect(safeFileName(text)).toBe(name);
  });

  test('a family of emoji is not cut into its members', () => {
    const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}';
    expect(safeFileName(`${family.repeat(20)}.png`)).toBe(`${family.repeat(13)}.png`);
  });

  test('a hostile one of a megabyte takes no time', () => {
    // Processor time: the machine may be busy with something else.
    const before = process.cpuUsage();
    for (const unit of ['a', '. ', '\u0301', '\u200d', '_.', 'a\u200d', '%', ' '])
      safeFileName(`${unit.repeat(500_000)}x.pdf`);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(4000);
  });
});

describe('numbered', () => {
  test.each([
    ['a.pdf', 'a (2).pdf'],
    ['a', 'a (2)'],
    ['a.tar.gz', 'a (2).tar.gz'],
    ['2019. Part one', '2019. Part one (2)'],
    [`${'a'.repeat(251)}.pdf`, `${'a'.repeat(247)} (2).pdf`],
  ])('%s becomes %s', (name, expected) => {
    expect(numbered(name, 2)).toBe(expected);
  });
});

test.each([
  ['a.PDF', '.PDF'],
  ['a', ''],
  ['.hidden', ''],
  ['a.b c', ''],
  ['a.tar.xz', '.tar.xz'],
  ['a.averyveryverylongword', ''],
])('the ending of %s is %j', (name, ending) => {
  expect(extensionOf(name)).toBe(ending);
});

describe('clash keys', () => {
  test.each([
    ['a.txt', 'A.TXT'],
    ['café', 'cafe\u0301'],
    ['STRASSE', 'straße'],
    ['ΟΔΟΣ', 'οδος'],
    ['ﬁle', 'file'],
    ['K', '\u212a'],
  ])('%s and %s are one name somewhere', (one, other) => {
    expect(clashKey(one)).toBe(clashKey(other));
  });

  test('no character becomes a separator', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 8 }), (name) => {
        expect(clashKey(name).split('/').length).toBe(name.split('/').length);
      }),
      { numRuns: 3000, examples: [['\u2100'], ['\uff0f']] },
    );
  });

  test('other names have other keys', () => {
    expect(clashKey('a (2).txt')).not.toBe(clashKey('a.txt'));
    expect(clashKey('cafe')).not.toBe(clashKey('café'));
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    '.',
    ' ',
    '/',
    '\\',
    'CON',
    'nul',
    '\u200d',
    '\u200c',
    '\u0301',
    '\u202e',
    'é',
    '한',
    '\u{1f468}',
    'a',
    '(',
    '_',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom('x'.repeat(120), 'ü'.repeat(100), '\u1112\u1161\u11ab'.repeat(40)),
);
const anyText = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

describe('any text', () => {
  test('gives one name that every system takes', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 99_999 }), (text, n) => {
        for (const name of [safeFileName(text), numbered(safeFileName(text), n)]) {
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
          expect(name).not.toMatch(/[<>:"/\\|?*\0-\u001f\u007f-\u009f\p{Surrogate}]/u);
          expect(name).not.toMatch(/^[. ]|[. ]$|^$/);
          expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d) *(?:\.|$)/i);
          expect(name.normalize('NFC')).toBe(name);
          expect(safeFileName(name)).toBe(name);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('numbering tells names apart', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = safeFileName(text);
        const keys = [name, numbered(name, 2), numbered(name, 3)].map(clashKey);
        expect(new Set(keys).size).toBe(3);
      }),
    );
  });

  test('gives a name under which a file can be made here', () => {
    const folder = mkdtempSync(join(tmpdir(), 'names-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    fc.assert(
      fc.property(anyText, (text) => {
        const name = safeFileName(text);
        writeFileSync(join(folder, name), '');
        expect(readdirSync(folder)).toEqual([name]);
        rmSync(join(folder, name));
      }),
      { numRuns: 300 },
    );
  });
});
