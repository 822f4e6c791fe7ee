/** The import directions of src/ARCHITECTURE.md, as a table: who may import whom. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/**
 * Room → what it may import besides itself and errors.ts, read from the table of the architecture. A room is
 * a folder of src or a file in it; `anything` is for what wires the rest.
 */
const ALLOWED = new Map(
  [
    ...readFileSync(join(ROOT, 'src/ARCHITECTURE.md'), 'utf8').matchAll(
      /^\| (`[^|]+) \|[^|]+\| ([^|]+) \|$/gm,
    ),
  ].flatMap(([, rooms = '', allowed = '']) =>
    namesIn(rooms).map((room) => [room, allowed === 'anything' ? ['*'] : namesIn(allowed)] as const),
  ),
);

/** Large packages and the only places that may import each: one, but for a selector that is checked before it is used. */
const IMPORTERS: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['src/database/connection.ts'],
  piscina: ['src/delegator/pool.ts'],
  commander: ['src/cli/parse.ts'],
  'csv-parse/sync': ['src/tasks/csv-list.ts'],
  'csv-stringify/sync': ['src/export/lines.ts'],
  '@dagrejs/dagre': ['src/graph/layout.ts'],
  'css-select': ['src/config/config.ts', 'workers/selector.ts'],
  'd3-scale': ['src/report/html/charts.ts'],
  'd3-shape': ['src/report/html/charts.ts'],
  'es-module-lexer': ['src/executors/modules.ts'],
  'log-update': ['src/observe/progress.ts'],
  parse5: ['workers/document.ts', 'workers/lean-tree.ts'],
  'tough-cookie': ['src/cookies/set-cookie.ts'],
  socks: ['src/proxies/tunnel.ts'],
  'cli-progress': ['src/commands/proxies.ts'],
  undici: ['workers/undici.ts'],
  tldts: ['src/url/public-suffix.ts'],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isTypeOnly: boolean;
}

const sources = ['src', 'workers'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file)),
);
const imports = sources.flatMap(importsOf);

describe('import directions', () => {
  it('every room imports only what its row allows', () => {
    expect(imports.filter((each) => !isAllowed(each)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('every room has a row', () => {
    const rooms = new Set(sources.map(roomOf));
    expect([...rooms].filter((room) => !ALLOWED.has(room))).toEqual([]);
    expect([...ALLOWED.keys()].filter((room) => !rooms.has(room))).toEqual([]);
  });

  it('each large package has its importers and no others', () => {
    for (const [name, expected] of Object.entries(IMPORTERS)) {
      const importers = imports
        .filter(({ to, isTypeOnly }) => (to === name || to.startsWith(`${name}/`)) && !isTypeOnly)
        .map(({ from }) => from);
      expect([...new Set(importers)].sort(), name).toEqual(expected);
    }
  });

  it('what wires the rooms asks the database nothing itself', () => {
    const wiring = sources.filter((file) =>
      ['commands', 'library', 'crawl.ts', 'index.ts'].includes(roomOf(file)),
    );
    const asking = wiring.filter((file) => /\.prepare\b/.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(wiring.length).toBeGreaterThan(10);
    expect(asking).toEqual([]);
  });

  it('no file imports itself in a circle', () => {
    expect(firstCycle()).toEqual([]);
  });
});

/** What stands in backquotes. */
function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'|import\('([^']+)'\)|createRequire\(import\.meta\.url\)\('([^']+)'\)/gm,
  );
  return [...statements].map(([, type, from, dynamic, required]) => ({
    from: file,
    to: target(file, from ?? dynamic ?? required ?? ''),
    isTypeOnly: type !== undefined,
  }));
}

/** Own files as `src/…ts` or `workers/…ts`; packages by name. */
function target(file: string, specifier: string): string {
  if (specifier.startsWith('#src/')) return specifier.replace('#src/', 'src/').replace(/\.js$/, '.ts');
  if (!specifier.startsWith('.')) return specifier;
  return relative(ROOT, resolve(ROOT, dirname(file), specifier)).replace(/\.js$/, '.ts');
}

function roomOf(file: string): string {
  const [top = '', room = ''] = file.split('/');
  return top === 'workers' ? 'workers' : room;
}

function isAllowed({ from, to }: Import): boolean {
  if (!to.startsWith('src/') && !to.startsWith('workers/')) return true;
  const room = roomOf(from);
  if (roomOf(to) === room || to === 'src/errors.ts') return true;
  const inner = to.replace(/^src\//, '');
  return (ALLOWED.get(room) ?? []).some(
    (allowed) => allowed === '*' || inner === allowed || inner.startsWith(`${allowed}/`),
  );
}

function firstCycle(): string[] {
  const edges = new Map<string, string[]>();
  for (const { from, to, isTypeOnly } of imports) {
    if (!isTypeOnly) edges.set(from, [...(edges.get(from) ?? []), to]);
  }
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (finished.has(file)) return [];
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    finished.add(file);
    return [];
  };
  for (const file of edges.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
