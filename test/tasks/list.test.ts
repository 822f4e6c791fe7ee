/** Task lists in every format: what is read out of them, and what is refused with which words. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UsageError } from '../../dist/errors.js';
import type { TaskFormat } from '../../dist/tasks/format.js';
import { parseTaskList, readTaskList } from '../../dist/tasks/list.js';

const URL_A = 'https://example.org/a';
const URL_B = 'https://example.org/b';

function read(text: string, format: TaskFormat | null = null) {
  return parseTaskList(Buffer.from(text), 'tasks', format);
}

/** Message and hint of the refusal. */
function refusal(text: string | Buffer, format: TaskFormat | null): string {
  try {
    parseTaskList(Buffer.from(text), 'tasks', format);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('what is read', () => {
  const entries = [
    { key: 'b', params: { url: URL_B, country: 'de' } },
    { key: '1', params: { url: URL_A } },
  ];
  const a = { url: URL_A };
  const b = { url: URL_B, country: 'de' };

  test.each([
    ['a map', JSON.stringify({ b }).slice(0, -1) + `,"1":${JSON.stringify(a)}}`, ['key "b"', 'key "1"']],
    [
      'a map over several lines',
      `{\n "b": ${JSON.stringify(b)},\n "1": ${JSON.stringify(a)}\n}`,
      ['key "b"', 'key "1"'],
    ],
    [
      'a list',
      JSON.stringify([
        { key: 'b', ...b },
        { ...a, key: '1' },
      ]),
      ['entry 1', 'entry 2'],
    ],
    [
      'JSONL',
      `${JSON.stringify({ key: 'b', ...b })}\r\n\r\n${JSON.stringify({ key: '1', ...a })}`,
      ['line 1', 'line 3'],
    ],
    ['CSV', `key,url,country\nb,${URL_B},de\n\n1,${URL_A},\n`, ['line 2', 'line 4']],
    [
      'CSV with quotes',
      `"url","key","country"\r\n"${URL_B}","b","de"\r\n"${URL_A}","1",""`,
      ['line 2', 'line 3'],
    ],
  ])('%s, found out by its content, with and without a mark of byte order', (_, text, places) => {
    const expected = entries.map((entry, i) => ({ ...entry, where: `tasks, ${places[i]}` }));
    expect(read(text)).toEqual(expected);
    expect(read(`\ufeff${text}`)).toEqual(expected);
  });

  test.each([
    ['a list', '["b","1"]'],
    ['JSONL', '"b"\n"1"\n'],
    ['CSV', 'key\nb\n1\n'],
  ])('keys known from an earlier run, as %s', (_, text) => {
    expect(read(text)).toMatchObject([
      { key: 'b', params: null },
      { key: '1', params: null },
    ]);
  });

  test('one line that is a map, and one that is an entry', () => {
    expect(read(`{"key":{"url":"${URL_A}"}}`)).toMatchObject([{ key: 'key', params: { url: URL_A } }]);
    expect(read(`{"key":"k","url":"${URL_A}"}`)).toMatchObject([{ key: 'k', params: { url: URL_A } }]);
  });

  test('cells of headers, post_payload and post_form as JSON, all others as they stand', () => {
    const text = `key,url,headers,post_payload,n\na,${URL_A},"{""X-A"":""1""}","{""q"":[1,\n2]}", 7 \nb,${URL_B},,,\n`;
    expect(read(text)).toEqual([
      {
        key: 'a',
        params: { url: URL_A, headers: { 'X-A': '1' }, post_payload: { q: [1, 2] }, n: ' 7 ' },
        where: 'tasks, line 2',
      },
      { key: 'b', params: { url: URL_B }, where: 'tasks, line 4' },
    ]);
  });

  test('keys that mean something to JavaScript', () => {
    const text = `{"__proto__":{"url":"${URL_A}","__proto__":1},"constructor":{"url":"${URL_A}"}}`;
    const [first, second] = read(text);
    expect(first?.key).toBe('__proto__');
    expect(Object.keys(first?.params ?? {})).toEqual(['url', '__proto__']);
    expect(second?.key).toBe('constructor');
  });

  test('a hundred thousand lines, in seconds', { timeout: 20_000 }, () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `{"key":"${i}","url":"${URL_A}?${i}","n":${i}}`);
    const list = read(lines.join('\n'));
    expect(list).toHaveLength(100_000);
    expect(list.at(-1)).toMatchObject({ key: '99999', params: { n: 99_999 }, where: 'tasks, line 100000' });
  });
});

describe('what is refused', () => {
  const REFUSED: readonly (readonly [text: string | Buffer, format: TaskFormat, said: string])[] = [
    ['{"a":{}}', 'json', 'tasks, key "a": there is no url'],
    ['{"a":{"url":5}}', 'json', 'tasks, key "a": url must be a text, got 5'],
    ['{"a":{"url":"ftp://x.org/"}}', 'json', 'tasks, key "a": url "ftp://x.org/" has scheme ftp: and only'],
    ['{"a":{"url":"/wiki"}}', 'json', 'tasks, key "a": url "/wiki" is a path'],
    ['{"a":{"url":"example.org"}}', 'json', 'tasks, key "a": url "example.org" is neither'],
    ['{"a":"x"}', 'json', 'tasks, key "a": params must be an object'],
    [
      `{"a":{"url":"${URL_A}"},\n"a":{"url":"${URL_A}"}}`,
      'json',
      'tasks, line 2, column 1: the key "a" is there twice',
    ],
    ['{"a":{},\n  "b":{]}', 'json', 'tasks, line 2, column 8: not JSON: "]" stands where'],
    ['7', 'json', 'tasks must hold an object from keys to params, or a list of keys'],
    ['["a","b","a"]', 'json', 'tasks, entry 3: the key "a" is also in tasks, entry 1'],
    ['["a",{"url":"x"}]', 'json', 'tasks, entry 2: there is no key'],
    ['[7]', 'json', 'tasks, entry 1: an entry is an object with key and url, or a key as a string'],
    [`{"":{"url":"${URL_A}"}}`, 'json', 'tasks, key "": the key is empty'],
    ['[" "]', 'json', 'tasks, entry 1: the key is empty'],
    [
      `["${'k'.repeat(513)}"]`,
      'json',
      'tasks, entry 1: the key has 513 characters, at most 512 are possible',
    ],
    ['["a\\u0000b"]', 'json', 'tasks, entry 1: the key has a control character'],
    ['["\\ud800"]', 'json', 'tasks, entry 1: the key has a control character or half a character in it'],
    ['{}', 'json', 'there is no task in tasks'],
    ['[]', 'json', 'there is no task in tasks'],
    ['', 'json', 'tasks, line 1, column 1: not JSON: it ends where a value is expected'],
    ['"a"\n{"key":"b",}\n', 'jsonl', 'tasks, line 2, column 12: not JSON: "}" stands where'],
    ['{"key":7}', 'jsonl', 'tasks, line 1: key must be a text'],
    ['"a"\n\n"a"\n', 'jsonl', 'tasks, line 3: the key "a" is also in tasks, line 1'],
    ['{"key":"a","key":"b"}', 'jsonl', 'tasks, line 1, column 12: the key "key" is there twice'],
    ['{"key":"a"}', 'jsonl', 'tasks, line 1: there is no url'],
    ['\n \n', 'jsonl', 'there is no task in tasks'],
    [`url,n\n${URL_A},1\n`, 'csv', 'tasks, line 1: the header must name the columns key and url'],
    ['key,n\na,1\n', 'csv', 'tasks, line 1: the header must name the columns key and url'],
    [`a,${URL_A}\n`, 'csv', 'tasks, line 1: the header must name the columns key and url'],
    ['key;url\n', 'csv', 'tasks, line 1: the header must name the columns key and url, separated by commas'],
    ['key,url,,n\n', 'csv', 'tasks, line 1: column 3 has no name'],
    ['key,url,n,n\n', 'csv', "tasks, line 1: the column 'n' is there twice"],
    [`key,url\na,${URL_A}\nb\n`, 'csv', 'tasks, line 3: the row has 1 cells, the header 2'],
    [`key,url\na,${URL_A},x\n`, 'csv', 'tasks, line 2: the row has 3 cells, the header 2'],
    [`key,url\n,${URL_A}\n`, 'csv', 'tasks, line 2: the key is empty'],
    ['key,url\na,\n', 'csv', 'tasks, line 2: there is no url'],
    [
      `key,url,n\na,${URL_A},"x\ny"\na,${URL_A},\n`,
      'csv',
      'tasks, line 4: the key "a" is also in tasks, line 2',
    ],
    [
      `key,url,headers\na,${URL_A},{X: 1}\n`,
      'csv',
      'tasks, line 2: headers, character 2: not JSON: "X" stands where',
    ],
    ['key,url\n"a,b\n', 'csv', 'tasks, line 2: not CSV: '],
    ['key,url\n', 'csv', 'there is no task in tasks'],
    ['', 'csv', 'there is no task in tasks'],
    [Buffer.from('key,url\nM\u00fcller,x\n', 'latin1'), 'csv', 'tasks is not UTF-8'],
  ];

  test.each(REFUSED)('%j as %s', (text, format, said) => {
    expect(refusal(text, format)).toContain(said);
  });
});

describe('from files and standard input', () => {
  const never = new AbortController().signal;

  test('the extension says the format; content does where there is none, and a format that is given wins', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orbweaver-tasks-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const keysOf = async (name: string, format: TaskFormat | null = null): Promise<string[]> =>
      (await readTaskList(name, format, Readable.from([]), never)).map(({ key }) => key);
    // As JSON by its content; the name says that it is one line of JSONL, which has no key.
    await expect(keysOf(file('a.jsonl', '["a"]'))).rejects.toThrow('line 1: an entry is an object');
    expect(await keysOf(file('a.JSON', '["a"]'))).toEqual(['a']);
    expect(await keysOf(file('tasks', '["b"]'))).toEqual(['b']);
    expect(await keysOf(file('tasks.txt', 'key\n"c"\n'))).toEqual(['c']);
    expect(await keysOf(file('d.json', 'key\nd\n'), 'csv')).toEqual(['d']);
  });

  test('standard input', async () => {
    const input = Readable.from([Buffer.from('"a"\n'), Buffer.from('"b"\n')]);
    expect(await readTaskList('-', null, input, never)).toEqual([
      { key: 'a', params: null, where: 'standard input, line 1' },
      { key: 'b', params: null, where: 'standard input, line 2' },
    ]);
  });

  test('the wait for standard input can be ended', async () => {
    const stop = new AbortController();
    const reading = readTaskList('-', null, new Readable({ read: () => undefined }), stop.signal);
    stop.abort();
    await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  test('a file that is not there, and a folder', async () => {
    const read = (file: string) => readTaskList(file, null, Readable.from([]), never);
    await expect(read('/nowhere/tasks.json')).rejects.toThrow(
      new UsageError('there is no file /nowhere/tasks.json'),
    );
    await expect(read(tmpdir())).rejects.toThrow(new UsageError(`${tmpdir()} is a folder`));
  });
});
