/**
 * Executors and kill -9: what had succeeded when a run was killed is not run again, nothing is lost, and in the end
 * there are the same executions as after an undisturbed run. Each run of an executor is a line of a file beside.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { copyAtRest, read } from '../support/crash-file.js';
import { between, type Random, seededRandom, suiteSeed } from '../support/crash-random.js';
import { verify } from '../support/crash-verify.js';
import { type Folder, PROGRAM, test } from '../support/program.js';
import { page, pause, Site, text } from '../support/site.js';

const SEED = suiteSeed(20_240_301);
const PAGES = 24;
const KILLS = 10;

const MODULE = `
import { appendFileSync } from 'node:fs';
const note = (name, key) => appendFileSync(process.env.SIDE, name + ' ' + key + '\\n');
export async function first(page, { key, follow }) {
  note('first', key);
  if (/^\\/p\\d*0$/.test(new URL(page.url).pathname)) follow('/api' + new URL(page.url).pathname, { of: 'x' });
  await new Promise((end) => setTimeout(end, 3));
  return page.text.length;
}
export function second(page, { key }) { note('second', key); return page.results.first; }
`;

type Row = Readonly<Record<'key' | 'executor' | 'status' | 'output' | 'attempts', string | number | null>>;

const ALL = `SELECT t.key, e.executor, e.status, e.output, e.attempts FROM executions e JOIN tasks t ON t.id = e.task_id
  ORDER BY t.key, e.executor`;

/** The site: a chain with branches, so that there is always something queued. */
function openSite(): Promise<Site> {
  const links = (n: number): string[] =>
    [2 * n + 1, 2 * n + 2, n].filter((to) => to < PAGES).map((to) => `/p${to}`);
  return Site.open({
    '/robots.txt': { status: 404 },
    ...Object.fromEntries(
      Array.from({ length: PAGES }, (_, n) => [
        `/p${n}`,
        { body: page(links(n), { title: `${n}` }), afterMs: 8 },
      ]),
    ),
    '*': { ...text('followed'), afterMs: 8 },
  });
}

/** Commands to be killed, and what makes the file they start from. */
class Campaign {
  readonly #folder: Folder;
  readonly #site: Site;
  readonly #command: readonly string[];
  #files = 0;

  constructor(folder: Folder, site: Site, command: readonly string[]) {
    this.#folder = folder;
    this.#site = site;
    this.#command = command;
  }

  newFile(): string {
    return this.#folder.file(`crawl-${this.#files++}.db`);
  }

  /** Runs to the end, or until killed `afterMs` after the given line of the side file. */
  async live(
    db: string,
    kill: { readonly line: number; readonly afterMs: number } | null,
  ): Promise<number | null> {
    const running = this.#folder.spawn(process.execPath, [PROGRAM, ...this.#command, '--db', db], {
      SIDE: `${db}.side`,
    });
    if (kill !== null) {
      const before = linesOf(db).length;
      while (running.process.exitCode === null && linesOf(db).length < before + kill.line) await pause(1);
      await pause(kill.afterMs);
      running.process.kill('SIGKILL');
    }
    const { status, stderr } = await running.ended;
    if (status !== null && status !== 0) throw new Error(stderr);
    return status;
  }

  /** Kills one run at a moment and has it go on; then all is as after `calm`. */
  async killOnce(
    moment: { readonly line: number; readonly afterMs: number },
    calm: readonly Row[],
  ): Promise<number> {
    const place = `seed ${SEED}, killed at ${JSON.stringify(moment)}`;
    const db = this.newFile();
    if ((await this.live(db, moment)) === 0) return 0;
    const copy = `${db}.copy`;
    const hasFile = copyAtRest(db, copy);
    const committed =
      hasFile && isReadable(copy) ? read<Row>(copy, ALL).filter(({ status }) => status === 'success') : [];
    if (hasFile && isReadable(copy)) expect(verify(copy).faults, place).toEqual([]);
    const ran = linesOf(db).length;
    await this.live(db, null);
    const again = linesOf(db).slice(ran);
    const done = new Set(committed.map(({ executor, key }) => `${executor} ${key}`));
    expect(
      again.filter((line) => done.has(line)),
      `${place}: run again`,
    ).toEqual([]);
    expect(read<Row>(db, ALL), place).toEqual(calm);
    const verified = verify(db);
    expect([verified.faults, verified.state], place).toEqual([[], 'whole']);
    return 1;
  }

  get site(): Site {
    return this.#site;
  }
}

function linesOf(db: string): string[] {
  const side = `${db}.side`;
  return existsSync(side) ? readFileSync(side, 'utf8').split('\n').slice(0, -1) : [];
}

function isReadable(db: string): boolean {
  return (
    read<{ n: number }>(db, `SELECT count(*) AS n FROM sqlite_master WHERE name = 'executions'`)[0]?.n === 1
  );
}

/** From the first run of an executor to the last, and a bit after it. */
function momentsOf(lines: number, random: Random): { line: number; afterMs: number }[] {
  return Array.from({ length: KILLS }, (_, n) => ({
    line: Math.floor((n * lines) / KILLS) + between(random, 0, Math.floor(lines / KILLS) - 1),
    afterMs: between(random, 0, 15),
  }));
}

test.for([
  ['crawl', []],
  ['crawl', ['--keep-bodies']],
  ['run', []],
  ['run', ['--keep-bodies']],
] as const)(
  'no success is run again after a kill, and nothing is lost: %s %j',
  { timeout: 240_000 },
  async ([kind, flags], { folder }) => {
    const site = await openSite();
    try {
      const own = folder.file('own.mjs');
      writeFileSync(own, MODULE);
      const list = folder.file('tasks.json');
      const tasks = Array.from({ length: PAGES }, (_, n) => [
        `task ${n}`,
        { url: `${site.origin}/p${n}`, n },
      ]);
      writeFileSync(list, JSON.stringify(Object.fromEntries(tasks)));
      const start =
        kind === 'crawl'
          ? ['--seed', `${site.origin}/p0`, '--profile', 'web', '--concurrency', '3']
          : ['run', list, '--max-parallelism', '6'];
      const campaign = new Campaign(folder, site, [...start, '--executors', own, '--workers', '2', ...flags]);
      const calmFile = campaign.newFile();
      expect(await campaign.live(calmFile, null)).toBe(0);
      const calm = read<Row>(calmFile, ALL);
      expect(calm).toHaveLength(2 * (PAGES + 3));
      expect(calm.every(({ status, attempts }) => status === 'success' && attempts === 1)).toBe(true);
      let kills = 0;
      for (const moment of momentsOf(calm.length, seededRandom(SEED)))
        kills += await campaign.killOnce(moment, calm);
      expect(kills).toBeGreaterThanOrEqual(KILLS - 2);
    } finally {
      await site.close();
    }
  },
);

test(
  'executors that are run again on stored bodies ask for nothing, however often they are killed',
  { timeout: 120_000 },
  async ({ folder }) => {
    const site = await openSite();
    try {
      const own = folder.file('own.mjs');
      const file = folder.file('crawl.db');
      const args = [
        '--seed',
        `${site.origin}/p0`,
        '--profile',
        'web',
        '--concurrency',
        '2',
        '--workers',
        '1',
      ];
      const campaign = new Campaign(folder, site, [
        ...args,
        '--executors',
        own,
        '--keep-bodies',
        '--keep-going',
      ]);
      writeFileSync(own, MODULE.replace('follow(', 'void ('));
      expect(await campaign.live(file, null)).toBe(0);
      const asked = site.hits.length;
      writeFileSync(
        own,
        MODULE.replace('follow(', 'void (') +
          `export const third = async (page, { key }) => { note('third', key); await new Promise((end) => setTimeout(end, 10)); return 3; };`,
      );
      for (let kills = 0; kills < 4; kills++) await campaign.live(file, { line: 3, afterMs: 5 * kills });
      const before = read<Row>(file, ALL).filter(({ status }) => status === 'success');
      const ran = linesOf(file).length;
      expect(await campaign.live(file, null)).toBe(0);
      expect(site.hits.length).toBe(asked);
      const done = new Set(before.map(({ executor, key }) => `${executor} ${key}`));
      expect(
        linesOf(file)
          .slice(ran)
          .filter((line) => done.has(line)),
      ).toEqual([]);
      expect(read<Row>(file, ALL).filter(({ executor }) => executor === 'third')).toHaveLength(PAGES);
      expect(verify(file).faults).toEqual([]);
    } finally {
      await site.close();
    }
  },
);
