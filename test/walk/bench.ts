/** Random walks inside the test's own process: what a run told, and what it left in the file. */
import { resolveWalkConfig } from '../../dist/config/walk-config.js';
import type { WalkOptions } from '../../dist/config/options.js';
import { runCrawl } from '../../dist/commands/crawl-run.js';
import type { RunResult } from '../../dist/commands/run-result.js';
import type { WalkEvent } from '../../dist/walk/events.js';
import { query } from '../manners/bench.js';
import { page, pause, type Route, type Routes } from '../support/site.js';

export interface Walked extends RunResult {
  readonly events: readonly WalkEvent[];
  readonly db: string;
}

export interface WalkWatch {
  readonly onEvent?: (event: WalkEvent) => void;
  readonly stop?: AbortSignal;
}

/** Walks as the program would. Few threads, unless the test says otherwise. */
export async function walk(
  options: WalkOptions & { readonly db: string },
  watch: WalkWatch = {},
): Promise<Walked> {
  const config = await resolveWalkConfig({
    workers: 1,
    timeout: 5,
    retryDelay: 0.02,
    profile: 'web',
    ...options,
  });
  const events: WalkEvent[] = [];
  const result = await runCrawl({
    config,
    commandLine: 'test',
    stop: watch.stop ?? new AbortController().signal,
    exitStatus: () => null,
    errorStatus: () => null,
    hooks: {
      onStart: () => undefined,
      onFiled: () => undefined,
      onNotice: () => undefined,
      onWalk: (event) => {
        events.push(event);
        watch.onEvent?.(event);
      },
    },
  });
  return { ...result, events, db: options.db };
}

/** A row of `walk_steps`, with paths in the place of numbers. */
export interface StepRow {
  readonly walker: number;
  readonly step: number;
  readonly page: string;
  readonly source: string | null;
  readonly via: string | null;
  readonly move: 'start' | 'link' | 'back';
}

/** All steps in a file, by walker. */
export function stepsOf(db: string, origin = ''): StepRow[] {
  return query<StepRow>(
    db,
    `SELECT s.walker, s.step, replace(p.url, @origin, '') AS page, replace(f.url, @origin, '') AS source,
            replace(v.url, @origin, '') AS via, s.move
       FROM walk_steps s JOIN pages p ON p.id = s.page_id LEFT JOIN pages f ON f.id = s.from_id
       LEFT JOIN pages v ON v.id = s.via_id ORDER BY s.walker, s.step`,
    { origin },
  );
}

/** `1 /a → /b`, a line a step. */
export function trailsOf(db: string, origin: string): string[] {
  return stepsOf(db, origin).map(({ walker, page: to, source, move, via }) =>
    [walker, move, source ?? '', via === null ? '→' : `→ ${via} →`, to].join(' '),
  );
}

/** A site of so many pages `/0`, `/1` …, each with links to a few others and titles of their own. */
export function web(size: number, route: (path: string, body: string) => Route = (_, body) => body): Routes {
  return Object.fromEntries(
    Array.from({ length: size }, (_, i) => {
      const links = [i * 2 + 1, i * 2 + 2, i * 3 + 5, i * 7 + 3].map((n) => `/${n % size}`);
      return [`/${i}`, route(`/${i}`, page(links, { title: `Page ${i}` }))];
    }),
  );
}

/** Answers at once or a little later, by chance: whoever comes first is never the same. */
export function atRandom(body: string): Route {
  return async () => {
    await pause(Math.random() * 12);
    return body;
  };
}
