/** The shortest chains that `path` finds, held against the demo wiki's own graph and against small files made by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WikiDistances } from '../../benchmarks/harness/wiki-distances.js';
import { writeWikiFile } from '../../benchmarks/harness/wiki-file.js';
import type { Connection } from '../../dist/database/connection.js';
import { DemoWiki } from '../../dist/demo/wiki.js';
import { type PathAnswer, shortestPaths } from '../../dist/graph/shortest-paths.js';
import { openFile } from '../store/file.js';

const SIZE = 400;

describe('against the demo wiki', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-paths-'));
  const wiki = new DemoWiki({ pages: SIZE, seed: 7, redirectLoop: true });
  let indexed: Connection;
  let plain: Connection;

  beforeAll(() => {
    const open = (name: string, isIndexed: boolean): Connection => {
      writeWikiFile(wiki, 'http://demo.wiki', join(folder, name), isIndexed);
      return new BetterSqlite3(join(folder, name), { readonly: true });
    };
    indexed = open('indexed.db', true);
    plain = open('plain.db', false);
  });
  afterAll(() => {
    indexed.close();
    plain.close();
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['all links', 'all', true],
    ['links that are followed', 'followed', false],
  ] as const)(
    'lengths and numbers of chains over %s, with the index and without',
    (_, walked, walksNofollow) => {
      const truth = new WikiDistances(wiki, walksNofollow);
      const lengths = new Set<number | null>();
      for (let from = 0; from < wiki.urls; from += 83) {
        const { steps, chains } = truth.from(from);
        // The oddities, which are the redirects and the dead ends, and some of the others.
        for (let to = from % 7; to < wiki.urls; to += to < wiki.pages ? 59 : 1) {
          const expected = { steps: steps[to] === -1 ? null : steps[to], count: BigInt(chains[to] ?? 0) };
          for (const connection of [indexed, plain]) {
            const found = shortestPaths(connection, { from: from + 1, to: to + 1, walked, limit: 3 });
            expect({ steps: found.steps, count: found.count }, `${from} to ${to}`).toEqual(expected);
            expect(found.isTwoSided).toBe(connection === indexed);
            expectChains(connection, found, walked);
          }
          lengths.add(expected.steps ?? null);
        }
      }
      expect(lengths).toContain(0);
      expect(lengths).toContain(3);
      expect(lengths).toContain(null);
    },
  );

  test('all chains are listed, each once, in the order of their URLs', () => {
    const { chains: counts } = new WikiDistances(wiki).from(59);
    const steps = { from: 60, to: counts.indexOf(Math.max(...counts)) + 1 };
    const found = shortestPaths(indexed, { ...steps, walked: 'all', limit: 100_000 });
    const chains = found.chains.map((chain) => chain.map(({ url }) => url).join(' '));
    expect(BigInt(chains.length)).toBe(found.count);
    expect(chains.length).toBeGreaterThan(10);
    expect(new Set(chains).size).toBe(chains.length);
    expect(found.chains.map((chain) => chain.map(({ url }) => url)).toSorted(byUrls)).toEqual(
      found.chains.map((chain) => chain.map(({ url }) => url)),
    );
    const [first] = shortestPaths(plain, { ...steps, walked: 'all', limit: 1 }).chains;
    expect(first).toEqual(found.chains[0]);
  });
});

/** Every step of every chain is a link or a redirect of the file, and links are as many as is said. */
function expectChains(
  connection: Connection,
  { from, to, steps, count, chains }: PathAnswer,
  walked: string,
): void {
  expect(chains.length).toBe(count > 3n ? 3 : Number(count));
  const link = connection.prepare('SELECT nofollow FROM links WHERE source_id = ? AND target_id = ?').pluck();
  const redirect = connection.prepare('SELECT target_id FROM redirects WHERE source_id = ?').pluck();
  for (const chain of chains) {
    expect([chain[0]?.url, chain.at(-1)?.url]).toEqual([from.url, to.url]);
    expect(chain.filter(({ by }) => by === 'link')).toHaveLength(steps ?? -1);
    for (const [at, { id, by, isNofollow }] of chain.entries()) {
      const before = chain[at - 1]?.id;
      if (by === 'link') expect(isNofollow).toBe((link.get(before, id) as number) > 0);
      if (by === 'redirect') expect(redirect.get(before)).toBe(id);
      if (walked === 'followed') expect(isNofollow).toBe(false);
      expect(by === 'start').toBe(at === 0);
    }
  }
}

function byUrls(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((url, i) => url !== b[i]);
  return (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}

/** Pages 1 … n, links as pairs, redirects as pairs. */
function web(
  n: number,
  links: readonly (readonly [number, number])[],
  redirects: readonly (readonly [number, number])[] = [],
): Connection {
  const connection = openFile();
  connection.exec(`INSERT INTO hosts (id, host) VALUES (1, 'https://a.example')`);
  const url = connection.prepare(
    `INSERT INTO urls (id, request_key, host_id, state, hops, seed_hops) VALUES (?, ?, 1, 'done', 0, 1)`,
  );
  for (let id = 1; id <= n; id++) url.run(id, `https://a.example/${id}`);
  const link = connection.prepare('INSERT INTO links VALUES (?, ?, 0)');
  for (const pair of links) link.run(pair);
  const redirect = connection.prepare(
    `INSERT INTO redirects (source_id, target_url, verdict, target_id) VALUES (?, '', '', ?)`,
  );
  for (const pair of redirects) redirect.run(pair);
  return connection;
}

function chainsOf(connection: Connection, from: number, to: number): number[][] {
  const { chains } = shortestPaths(connection, { from, to, walked: 'all', limit: 100 });
  return chains.map((chain) => chain.map(({ id }) => id));
}

test('a link and a redirect to the same page are two chains of one step', () => {
  const connection = web(
    3,
    [
      [1, 2],
      [1, 3],
    ],
    [[2, 3]],
  );
  expect(chainsOf(connection, 1, 3)).toEqual([
    [1, 2, 3],
    [1, 3],
  ]);
});

test('redirects in a row cost nothing, and links go on behind them', () => {
  const connection = web(
    6,
    [
      [1, 2],
      [4, 5],
      [1, 6],
    ],
    [
      [2, 3],
      [3, 4],
    ],
  );
  expect(chainsOf(connection, 1, 5)).toEqual([[1, 2, 3, 4, 5]]);
  expect(shortestPaths(connection, { from: 2, to: 4, walked: 'all', limit: 1 }).steps).toBe(0);
  expect(chainsOf(connection, 5, 1)).toEqual([]);
});

test('a circle of redirects is no way out, and ends', () => {
  const connection = web(
    4,
    [
      [1, 2],
      [1, 4],
    ],
    [
      [2, 3],
      [3, 2],
    ],
  );
  expect(chainsOf(connection, 1, 2)).toEqual([[1, 2]]);
  expect(shortestPaths(connection, { from: 2, to: 4, walked: 'all', limit: 1 }).steps).toBeNull();
});

test('a redirect that failed leads nowhere', () => {
  const connection = web(3, [[1, 2]], [[2, 3]]);
  connection.exec(`UPDATE urls SET state = 'failed', error = 'redirect' WHERE id = 2`);
  expect(chainsOf(connection, 1, 3)).toEqual([]);
});

test('more chains than a number can hold are counted exactly', () => {
  const layers = 60;
  const links: [number, number][] = [];
  for (let layer = 0; layer < layers; layer++)
    for (const a of layer === 0 ? [1] : [2 * layer, 2 * layer + 1])
      for (const b of [2 * layer + 2, 2 * layer + 3]) links.push([a, b]);
  const last = 2 * layers + 2;
  links.push([last - 2, last], [last - 1, last]);
  const connection = web(last, links);
  const found = shortestPaths(connection, { from: 1, to: last, walked: 'all', limit: 2 });
  expect([found.steps, found.count]).toEqual([layers + 1, 2n ** BigInt(layers)]);
});

test('what is still to be crawled is counted, and nothing else', () => {
  const connection = web(6, [[1, 2]]);
  connection.exec(`
    UPDATE urls SET state = 'queued' WHERE id IN (3, 4); UPDATE urls SET not_before = 5 WHERE id = 4;
    UPDATE urls SET state = 'leased' WHERE id = 5; UPDATE urls SET state = 'queued', kind = 'rerun' WHERE id = 6`);
  expect(shortestPaths(connection, { from: 1, to: 2, walked: 'all', limit: 1 }).open).toBe(3);
});
