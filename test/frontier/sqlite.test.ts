import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SqliteFrontier } from '../../dist/frontier/sqlite.js';
import { anyOrderContract } from './any-order.js';
import { frontierContract } from './contract.js';
import { openSqlite, sqliteHome } from './sqlite-home.js';

frontierContract('the SQLite frontier', sqliteHome);
anyOrderContract('the SQLite frontier', sqliteHome, 60);

describe('the SQLite frontier', () => {
  test('asks no question whose cost grows with the number of URLs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orbweaver-'));
    const open = openSqlite(join(folder, 'crawl.db'), []);
    const { connection } = open;
    const texts: string[] = [];
    const listening = new Proxy(connection, {
      get(target, name) {
        if (name === 'prepare') return (text: string) => (texts.push(text), target.prepare(text));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const frontier = new SqliteFrontier(listening, {
      scope: 'origin',
      seedScopeKeys: [],
      maxHops: 20,
      sitemapsOf: null,
    });
    expect(frontier.mustKeepOutside()).toBe(false);
    const plans = texts.flatMap((text) =>
      connection
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${text}`)
        .all(...parametersOf(text))
        .map(({ detail }: { detail: string }) => `${detail} ← ${text}`),
    );
    await open.close();
    rmSync(folder, { recursive: true });
    expect(texts.length).toBeGreaterThan(20);
    expect(plans.filter((plan) => /^SCAN (?!\(|CONSTANT|json_each)/.test(plan)).filter(isUnbounded)).toEqual(
      [],
    );
    expect(plans.filter((plan) => plan.startsWith('SEARCH urls USING INDEX urls_of_seeds'))).toEqual([]);
  });
});

/** Not so: partial indexes that hold only what is open, and look-ups that stop at the first or second row. */
function isUnbounded(plan: string): boolean {
  return !/^SCAN (urls USING (COVERING )?INDEX urls_open_seeds|relaxations|deferred|hosts)\b/.test(plan);
}

function parametersOf(text: string): unknown[] {
  const names = [...text.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]);
  if (names.length > 0) return [Object.fromEntries(names)];
  return [...text.matchAll(/\?/g)].map(() => null);
}
