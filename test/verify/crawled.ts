/** A small finished crawl with a bit of everything, and copies of its file to do damage to. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { Bench } from '../frontier/bench.js';
import { openSqlite } from '../frontier/sqlite-home.js';
import { at, type Answer, pageTo, redirectTo, type Web } from '../frontier/web.js';

export const SEED = at('a', '/');

const ANSWERS: Readonly<Record<string, Answer>> = {
  [SEED]: {
    kind: 'page',
    links: [
      { to: at('a', '/1'), nofollow: 0 },
      { to: at('a', '/2'), nofollow: 1 },
      { to: at('a', '/closed'), nofollow: 2 },
    ],
  },
  [at('a', '/1')]: pageTo(SEED, at('a', '/deep'), at('a', '/gone'), at('a', '/moved')),
  [at('a', '/2')]: pageTo(),
  [at('a', '/deep')]: pageTo(at('a', '/1'), at('b', '/')),
  [at('a', '/gone')]: { kind: 'broken' },
  [at('a', '/moved')]: redirectTo(at('a', '/new')),
  [at('a', '/new')]: pageTo(at('a', '/round')),
  [at('a', '/round')]: redirectTo(at('a', '/square')),
  [at('a', '/square')]: redirectTo(at('a', '/round')),
};

export const WEB: Web = { answers: new Map(Object.entries(ANSWERS)), seeds: [SEED], maxDepth: null };

/** Files in a folder of their own. */
export class Crawled {
  readonly #folder = mkdtempSync(join(tmpdir(), 'orbweaver-'));
  readonly #open: { close(): void }[] = [];
  #copies = 0;

  get path(): string {
    return join(this.#folder, 'crawl.db');
  }

  /** Crawls the web into the file; to its end unless the number of URLs to visit is given. */
  async crawl(visits: number | null = null): Promise<void> {
    const bench = await Bench.start(
      { open: (seeds) => openSqlite(this.path, seeds), remove: () => undefined },
      WEB,
    );
    if (visits === null) await bench.crawl(WEB);
    for (let n = 0; n < (visits ?? 0); n++) {
      const { leases } = await bench.claim({ limit: 1 });
      await bench.answer(WEB, leases);
      await bench.settled();
    }
    await bench.close();
  }

  /** A copy of the file, changed by SQL that minds no rules. */
  copy(sql = ''): BetterSqlite3.Database {
    const path = join(this.#folder, `copy-${this.#copies++}.db`);
    copyFileSync(this.path, path);
    const connection = new BetterSqlite3(path);
    this.#open.push(connection);
    connection.pragma('foreign_keys = OFF');
    connection.pragma('ignore_check_constraints = ON');
    connection.exec(sql);
    return connection;
  }

  remove(): void {
    for (const connection of this.#open.splice(0)) connection.close();
    rmSync(this.#folder, { recursive: true });
  }
}
