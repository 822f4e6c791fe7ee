import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { taskFileName } from '../../dist/tasks/file-name.js';

test.each([
  ['product-1_a.b', 'product-1_a.b.scrape'],
  ['https://example.org/a?b', 'https%3A%2F%2Fexample.org%2Fa%3Fb.scrape'],
  ['../../etc/passwd', '%2E.%2F..%2Fetc%2Fpasswd.scrape'],
  ['..', '%2E..scrape'],
  ['.hidden', '%2Ehidden.scrape'],
  ['a%2Fb', 'a%252Fb.scrape'],
  ['C:\\x', 'C%3A%5Cx.scrape'],
  ['NUL', '%4EUL.scrape'],
  ['com1.x', '%63om1.x.scrape'],
  ['console', 'console.scrape'],
  ["it's (a) *test*~!", 'it%27s%20%28a%29%20%2Atest%2A%7E%21.scrape'],
  ['ä', '%C3%A4.scrape'],
])('%s is kept in %s', (key, name) => {
  expect(taskFileName(key, '.scrape')).toBe(name);
});

test('any key gives one name of a bounded length, which gives the key back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (key) => {
      const name = taskFileName(key, '.status.json');
      expect(name).toMatch(/^[\w%~-][\w%.~-]*\.status\.json$/);
      expect(name.length).toBeLessThanOrEqual(200);
      const stem = name.slice(0, -'.status.json'.length);
      if (!stem.includes('~')) expect(decodeURIComponent(stem)).toBe(key);
    }),
  );
});

test('keys that are cut keep names of their own, and no name is that of another key', () => {
  const long = 'ä'.repeat(400);
  const names = [long, `${long}1`, long.slice(0, 200), `x${long}`, `xx${long}`].map((key) =>
    taskFileName(key, '.scrape'),
  );
  expect(new Set(names).size).toBe(5);
  for (const name of names) {
    expect(name.length).toBeLessThanOrEqual(187);
    expect(name).toMatch(/^x{0,2}(%[0-9A-F]{2})+~[0-9a-f]{32}\.scrape$/);
    // What looks like a cut name is no cut name.
    expect(taskFileName(name.replace(/\.scrape$/, ''), '.scrape')).not.toBe(name);
  }
});

test('a file system takes every name, in the folder it is for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-names-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const keys = ['..', '/', 'a/b', '\u{1f577}'.repeat(256), 'x'.repeat(512), 'a\u0000b', '\ud800'];
  for (const key of keys) {
    const name = taskFileName(key, '.status.json');
    expect(basename(name)).toBe(name);
    writeFileSync(join(folder, name), '');
  }
  expect(readdirSync(folder)).toHaveLength(keys.length);
});
