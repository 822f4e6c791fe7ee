/** What is loaded before it is needed: each package here costs every start, and in a thread every thread. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, test } from 'vitest';

const DIST = resolve(import.meta.dirname, '../../dist');

/** Packages that a file of dist/ and the files it imports load at once. */
function packagesOf(entry: string): string[] {
  const files = new Set([resolve(DIST, entry)]);
  const packages = new Set<string>();
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const [, id = ''] of text.matchAll(/^(?:import|export)\b[^;]*?["']([^"']+)["'];/gm)) {
      if (id.startsWith('.')) files.add(resolve(dirname(file), id));
      else if (!id.startsWith('node:')) packages.add(id);
    }
  }
  return [...packages].sort();
}

test('help and refusals load nothing but the parser of the command line', () => {
  expect(packagesOf('crawl.js')).toEqual(['commander']);
});

test('a thread starts without parsers of trees, tables of encodings and what only some crawls need', () => {
  expect(packagesOf('workers/page.js')).toEqual(['entities/decode', 'whatwg-mimetype']);
});
