/**
 * The README is true: its tables are those of the code, its commands are accepted, its task lists are read, its queries and
 * its library example run on a crawl of the demo wiki, its links and pictures are there.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT_STATUSES, exitStatusTable } from '../dist/cli/exit-status.js';
import { COMMANDS } from '../dist/cli/commands.js';
import { spell } from '../dist/cli/flag.js';
import { flagTable } from '../dist/cli/help.js';
import { parse } from '../dist/cli/parse.js';
import { startDemo, type DemoServer } from '../dist/demo/server.js';
import { politenessLines } from '../dist/observe/politeness-lines.js';
import { hostLimits } from '../dist/policy/politeness.js';
import { RETRY_RULES, retryRule, STATUS_RULES, type RetryRule } from '../dist/policy/retry.js';
import { FAILURE_CODES, SKIP_REASONS } from '../dist/protocol/failure.js';
import { formatOfName } from '../dist/tasks/format.js';
import { parseTaskList } from '../dist/tasks/list.js';
import { LINK_TABLE } from '../dist/workers/link-table.js';

const ROOT = resolve(import.meta.dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Code blocks by the word behind their fence; '' for none. */
const BLOCKS = [...README.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}));
const PROSE = README.replace(/^```[^]*?^```$/gm, '');

let folder = '';
let demo: DemoServer;
/** What the example of the library printed. */
let printed = '';
let file: Database.Database;

// The library's example makes the file that the queries are asked of.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orbweaver-readme-'));
  demo = await startDemo({ pages: 200 });
  printed = await runExample();
  file = new Database(join(folder, 'docs.db'), { readonly: true });
});

afterAll(async () => {
  file?.close();
  await demo?.close();
  await rm(folder, { recursive: true, force: true });
});

test('downloads can be pasted one after the other: no two of different layouts or folders share a database', () => {
  const downloads = BLOCKS.flatMap(({ text }) => text.split('\n').filter((line) => / download /.test(line)));
  expect(downloads.length).toBeGreaterThan(2);
  const kinds = new Map<string, string>();
  for (const line of downloads) {
    const [, db = 'downloads.db'] = / --db (\S+)/.exec(line) ?? [];
    const kind = [/ --layout \S+/, / --into \S+/].map((flag) => flag.exec(line)?.[0]).join();
    expect(kinds.get(db) ?? kind, line).toBe(kind);
    kinds.set(db, kind);
  }
});

test('the example of the library runs, and says what it did', () => {
  const lines = printed.trim().split('\n');
  expect(lines.at(-1)).toBe('finished 200');
  expect(lines).toContain(`done 200 ${demo.origin}/wiki/Monty_Python Monty Python`);
});

test('the task lists that are shown are read', () => {
  const lists = BLOCKS.filter(({ language }) => /\.(?:json|jsonl|csv)$/.test(language));
  const names = lists.map(({ language }) => language.split(' ')[1] ?? '');
  expect(names).toEqual(['tasks.json', 'tasks.jsonl', 'tasks.csv', 'keys.json']);
  for (const [index, { text }] of lists.entries()) {
    const name = names[index] ?? '';
    expect(parseTaskList(Buffer.from(text), name, formatOfName(name)), name).toHaveLength(2);
  }
});

test('the five queries are asked without an error and find something', () => {
  const queries = blocks('sql')
    .flatMap((text) => text.split(/;$/m))
    .filter((query) => query.trim() !== '');
  expect(queries).toHaveLength(5);
  for (const query of queries) expect(file.prepare(query).all().length, query).toBeGreaterThan(0);
});

test('the queries of pandas and DuckDB find something', () => {
  const query = /read_sql\("(.+)", /.exec(blocks('python').join())?.[1] ?? '';
  expect(file.prepare(query).all()).toHaveLength(210); // 200 pages and ten redirects
  const duckdb = blocks('sql duckdb')
    .join()
    .replace(/^ATTACH.*\n/m, '')
    .replaceAll('crawl.', '');
  expect(file.prepare(duckdb).all().length).toBeGreaterThan(1);
});

test('every column of every table and view of the contract is documented, and no other', () => {
  const rows = tableAfter('## The file');
  for (const table of [
    'pages',
    'links',
    'backlinks',
    'hosts',
    'sitemaps',
    'sitemap_urls',
    'downloads',
    'walk_steps',
    'runs',
  ]) {
    const documented = rows
      .filter(([name]) => name === `\`${table}\``)
      .flatMap(([, names = '']) => codes(names));
    const columns = file
      .prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)')
      .all(table);
    expect(sorted(documented), table).toEqual(sorted(columns.map(({ name }) => name)));
  }
  expect(new Set(rows.map(([name]) => name)).size).toBe(12);
});

test('the states are those that the file allows', () => {
  const state = tableAfter('## The file').find(([, name]) => name === '`state`')?.[2] ?? '';
  const { sql } = file.prepare(`SELECT sql FROM sqlite_schema WHERE name = 'urls'`).get() as { sql: string };
  const allowed = /state IN \((.+?)\)/.exec(sql)?.[1]?.replaceAll("'", '').split(', ');
  expect(codes(state)).toEqual(allowed);
});

test('the tables of flags and of exit statuses are those of the code', () => {
  expect(between('flags')).toBe(flagTable().trim());
  expect(between('exit-status')).toBe(exitStatusTable().trim());
  expect(EXIT_STATUSES.length).toBe(10);
});

test('every failure code is documented with what the retry table says, and no other', () => {
  const rows = failureRows();
  const documented = rows.filter(({ statuses }) => statuses === '').map(({ code }) => code);
  expect(sorted([...documented, 'status'])).toEqual(sorted(FAILURE_CODES));
  for (const { code, rule } of rows.filter(({ statuses }) => statuses === '')) {
    expect(RETRY_RULES[code as keyof typeof RETRY_RULES], code).toMatchObject(rule);
  }
});

test('every status that is tried again is documented with its rule, and so are the others', () => {
  const rows = failureRows().filter(({ code }) => code === 'status');
  const documented = new Map<number, RetryRule>();
  for (const { statuses, rule } of rows) for (const status of numbers(statuses)) documented.set(status, rule);
  expect([...documented].sort(([a], [b]) => a - b)).toEqual([...STATUS_RULES].sort(([a], [b]) => a - b));
  const rule = (statuses: string): RetryRule | undefined =>
    rows.find((row) => row.statuses === statuses)?.rule;
  expect(rule('other 5xx')).toEqual(retryRule({ code: 'status', status: 501 }));
  expect(rule('any other')).toEqual(retryRule({ code: 'status', status: 404 }));
});

test('every skip reason is documented, and no other', () => {
  const documented = tableAfter('### Why a URL was skipped').flatMap(([reasons = '']) => codes(reasons));
  expect(sorted(documented)).toEqual(sorted(SKIP_REASONS));
});

test('what counts as a link is the table of the code', () => {
  const yes = (is: boolean): string => (is ? 'yes' : 'no');
  const expected = LINK_TABLE.map(({ element, namespace, attribute, hasRel, wholePage }) => {
    const note = element === 'meta' ? ' (`http-equiv=refresh`)' : namespace === 'svg' ? ' in SVG' : '';
    const names = attribute.split(' or ').map((name) => `\`${name}\``);
    return [`\`${element}\`${note}`, names.join(' or '), yes(hasRel), yes(wholePage)];
  });
  expect(tableAfter('### What counts as a link')).toEqual(expected);
});

test('the first lines of a run are as shown', () => {
  const host = { host: 'https://en.wikipedia.org', crawlDelayMs: null };
  const limits = hostLimits(host, { perHost: null, delayMs: null });
  const lines = politenessLines([{ ...host, ...limits }], { workers: 8, concurrency: 8, pagesLeft: 100 });
  expect(blocks('')).toContain(`${lines.join('\n')}\n`);
});

test('every command that is shown is accepted', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const known = [...Object.keys(scripts), 'pack', 'install'];
  const shown = [...README.matchAll(/(?:^|`)npm (?:run )?([\w:-]+)/gm)].map(([, name = '']) => name);
  expect(shown.length).toBeGreaterThan(4);
  for (const name of shown) expect(known, name).toContain(name);
  const commands = [...README.matchAll(/\bnode dist\/crawl\.js ([^`\n]+)/g)].map(([, args = '']) => args);
  expect(commands.length).toBeGreaterThan(5);
  for (const args of commands) expect(() => parse(words(args)), args).not.toThrow();
});

test('every flag that is named exists', () => {
  const known = new Set(COMMANDS.flatMap(({ flags }) => flags.map((flag) => spell(flag))));
  const named = PROSE.replace(/<!--[^]*?-->/g, '').matchAll(/(?<![\w-])--[a-z][\w-]*/g);
  for (const [flag] of named) expect(known, flag).toContain(flag);
});

test('every file that is linked or shown is there', () => {
  const targets = [...README.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = '']) => target);
  expect(targets.length).toBeGreaterThan(5);
  for (const target of targets) expect(existsSync(join(ROOT, target)), target).toBe(true);
  const folders = [...PROSE.matchAll(/`((?:src|workers)[\w/]*)`/g)].map(([, folder = '']) => folder);
  for (const path of folders) expect(existsSync(join(ROOT, path)), path).toBe(true);
});

const PICTURES = [...README.matchAll(/!\[(.*)\]\((docs\/pictures\/.+?)\)/g)].map(
  ([, alt = '', path = '']): [string, string] => [path, alt],
);

test.each(PICTURES.filter(([path]) => path.endsWith('.png')))(
  '%s is a picture that loads quickly, with a text in its place',
  (path, alt) => {
    expect(alt.length).toBeGreaterThan(40);
    const png = readFileSync(join(ROOT, path));
    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    expect(png.length).toBeLessThan(200 * 1024);
  },
);

test.each(PICTURES.filter(([path]) => !path.endsWith('.png')))(
  '%s is a well-formed picture with a text in its place',
  (path, alt) => {
    expect(alt.length).toBeGreaterThan(40);
    const svg = readFileSync(join(ROOT, path), 'utf8');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+" /);
    expectWellFormed(svg);
    // What a picture of ours cannot be without: a rate, what was compared or walked, or how long a chain is.
    expect(svg.replace(/<[^>]*>/g, ' ')).toMatch(
      /pages\/s|\d files · .* left|\d clicks|took \d+ steps|pages\s+\d+\s+\d+/,
    );
  },
);

/** The example as it stands; that the README shows it so is a test of its own (library/examples.test.ts). */
async function runExample(): Promise<string> {
  const args = [join(ROOT, 'examples/crawl.mjs'), `${demo.origin}/wiki/Kevin_Bacon`];
  return (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout;
}

function blocks(language: string): string[] {
  return BLOCKS.filter((block) => block.language === language).map(({ text }) => text);
}

function between(marker: string): string {
  return README.split(`<!-- ${marker} -->`)[1]?.split(`<!-- /${marker} -->`)[0]?.trim() ?? '';
}

/** The rows of the first table below a heading, as cells, without its head. */
function tableAfter(heading: string): string[][] {
  const section = README.split(`\n${heading}\n`)[1] ?? '';
  const lines = /(?:^\|.*\n)+/m.exec(section)?.[0].trim().split('\n') ?? [];
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** One entry for each code, or for each group of statuses. */
function failureRows(): { code: string; statuses: string; rule: RetryRule }[] {
  const blames = { 'the URL': 'url', 'the host': 'host', 'our rate': 'rate', 'a proxy': 'proxy' } as const;
  return tableAfter('### Why a URL failed').flatMap(([names = '', , again = '', blame = '']) => {
    const rule = { isRetried: again === 'yes', blames: blames[blame as keyof typeof blames] };
    const statuses = names.replace(/`[^`]*`|, (?=`)/g, '').trim();
    return codes(names).map((code) => ({ code, statuses, rule }));
  });
}

/** `408, 520–522` as 408, 520, 521, 522; nothing for words. */
function numbers(text: string): number[] {
  return [...text.matchAll(/\b(\d{3})(?:–(\d{3}))?\b/g)].flatMap(([, from, to = from]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i),
  );
}

function codes(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** Arguments as a shell would take them; quotes around a whole argument only, redirections at the end. */
function words(args: string): string[] {
  return (args.replace(/\s+[#>].*$/, '').match(/'[^']*'|\S+/g) ?? []).map((word) =>
    word.replace(/^'|'$/g, ''),
  );
}

function sorted(list: readonly string[]): string[] {
  return [...list].sort();
}

/** Every element is closed in its order, and no bare `&` or `<` is left. Enough for a file of our own making. */
function expectWellFormed(xml: string): void {
  const open: string[] = [];
  const text = xml.replace(
    /<(\/?)([a-zA-Z]+)(?: [a-zA-Z-]+="[^"<]*")*(\/?)>/g,
    (_, end, name: string, empty) => {
      if (end) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name);
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
}
