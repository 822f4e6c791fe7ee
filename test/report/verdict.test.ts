/** What is called broken, and what never is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FAILURE_CODES } from '../../dist/protocol/failure.js';
import { CODE_VERDICTS, STATUS_VERDICTS, verdictOf, type Verdict } from '../../dist/report/verdict.js';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

function ofStatus(httpStatus: number | null): Verdict {
  return verdictOf({ code: 'status', httpStatus, detail: null, isNameKnownMissing: true });
}

function ofCode(code: string, detail: string | null = null, isNameKnownMissing = true): Verdict {
  return verdictOf({ code, httpStatus: null, detail, isNameKnownMissing });
}

test.each([404, 410, 400, 418, 499, 500, 501, 505])('%d is broken', (status) => {
  expect(ofStatus(status)).toBe('broken');
});

test.each([429, 503, 408, 504, 522, 524, 502, 206, 0, null])('%s is never called broken', (status) => {
  expect(ofStatus(status)).toBe('unchecked');
});

test.each([401, 403, 407])('%d needs permission', (status) => {
  expect(ofStatus(status)).toBe('no-access');
});

test('of all that is no answer, only names that do not exist and redirects that lead nowhere are broken', () => {
  const broken = FAILURE_CODES.filter((code) => code !== 'status' && ofCode(code) === 'broken');
  expect(broken).toEqual(['dns', 'redirect']);
  expect(ofCode('of-a-later-version')).toBe('unchecked');
});

test('a name server that did not answer says nothing of the name', () => {
  expect(ofCode('dns', 'getaddrinfo ENOTFOUND a.example', true)).toBe('broken');
  expect(ofCode('dns', 'the host was given up', false)).toBe('unchecked');
});

test('a redirect beyond a limit is broken where browsers give up, too', () => {
  expect(ofCode('redirect', 'more than 20 redirects in a row')).toBe('broken');
  expect(ofCode('redirect', 'more than 3 redirects in a row')).toBe('unchecked');
});

describe('the table of the README', () => {
  const rows = [
    ...((README.split('\n### What is called broken\n')[1] ?? '')
      .split('\n#')[0]
      ?.matchAll(/^\| (.+?) \| (\w.*?) \|$/gm) ?? []),
  ]
    .slice(1)
    .map(([, names = '', verdict = '']) => ({ names, verdict }));
  const words: Readonly<Record<string, Verdict>> = {
    broken: 'broken',
    'needs permission': 'no-access',
    'could not be checked': 'unchecked',
  };
  const verdictIn = (name: string): Verdict | undefined =>
    words[rows.find(({ names }) => names.split(/[,;] /).includes(name))?.verdict ?? ''];

  test('has every failure code, with its verdict', () => {
    for (const code of FAILURE_CODES.filter((code) => code !== 'status'))
      expect(verdictIn(`\`${code}\``), code).toBe(CODE_VERDICTS[code]);
  });

  test('has every status that is an exception, with its verdict', () => {
    const documented = rows.flatMap(({ names, verdict }) =>
      [...names.matchAll(/(?<![\d`])(\d{3})(?:–(\d{3}))?/g)].flatMap(([, from, to = from]) =>
        Array.from(
          { length: Number(to) - Number(from) + 1 },
          (_, i) => [Number(from) + i, words[verdict]] as const,
        ),
      ),
    );
    const sorted = (entries: Iterable<readonly [number, unknown]>): unknown[] =>
      [...entries].sort(([a], [b]) => a - b);
    expect(sorted(documented)).toEqual(sorted(STATUS_VERDICTS));
  });
});
