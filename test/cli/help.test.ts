import { expect, test } from 'vitest';
import { COMMANDS } from '../../dist/cli/commands.js';
import { range } from '../../dist/cli/flag.js';
import { flagTable, synopsis } from '../../dist/cli/help.js';
import { CRAWL_FLAGS } from '../../dist/cli/flags.js';
import { parse } from '../../dist/cli/parse.js';
import { VERSION } from '../../dist/version.js';

function help(...argv: string[]): string {
  const parsed = parse(argv);
  if (parsed.command !== 'help') throw new Error(`not help: ${parsed.command}`);
  return parsed.text;
}

/** As one line, because help breaks its lines. */
const flat = (text: string): string => text.replace(/\s+/g, ' ');

const PAGES: [string, string][] = [
  ['--help', help('--help')],
  ...COMMANDS.map(({ name }): [string, string] => [`${name} --help`, help(name, '--help')]),
];

test.each(PAGES)('%s fits 80 columns, has examples and every exit status', (_, text) => {
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(text).toContain('\nExamples:\n  orbweaver ');
  for (const status of [0, 1, 2, 3, 4, 5, 70, 129, 130, 143])
    expect(text).toMatch(new RegExp(`^  ${status} +\\w`, 'm'));
  expect(text).toMatch(/[^\n]\n$/);
});

test.each(COMMANDS.map((command) => [command.name, command] as const))(
  '%s --help shows every flag, and for every value its unit, range and default',
  (name, command) => {
    const text = flat(help(name, '--help'));
    for (const flag of command.flags) {
      expect(text).toContain(` ${synopsis(flag)} ${flag.help}`);
      if (flag.kind === 'switch') continue;
      expect(text).toContain(`; default: ${flag.default.text})`);
      if (flag.min !== undefined) expect(text).toContain(`, ${range(flag).slice('from '.length)}; default:`);
    }
    expect(command.examples.length).toBeGreaterThanOrEqual(2);
  },
);

test('the help of the program shows the flags of crawl and every command', () => {
  const text = help('--help');
  expect(text).toContain(`Orbweaver ${VERSION}`);
  for (const flag of CRAWL_FLAGS) expect(flat(text)).toContain(` ${synopsis(flag)} ${flag.help}`);
  for (const { name, summary } of COMMANDS) expect(flat(text)).toContain(` ${name} ${summary}`);
});

test('the help of demo offers nothing that its site makes pointless', () => {
  expect(help('demo', '--help')).not.toMatch(/^ {2}--(seeds?|base|retry-failed)\b/m);
});

test('help is found by its word and behind the command', () => {
  expect(help('help')).toBe(help('-h'));
  expect(help('help', 'verify')).toBe(help('verify', '--help'));
  expect(help('--help', 'demo')).toBe(help('demo', '-h'));
});

test('verify --help, whole', () => {
  expect(help('verify', '--help')).toBe(`\
Usage: orbweaver verify <file> [options]

Checks the file of a crawl that is not running: every link of every page is
there, every target is known, nothing is held, counts agree, depths are the
shortest. On an unfinished file, what is still open is reported and is no fault.
Downloads are checked, too, and with --files what lies on disk. Exits with 1 if
there is a fault.

What is checked:
  --files <folder>         Read the files that were downloaded into this folder,
                           too, and check their sizes and SHA-256. (folder name;
                           default: none)

What is shown:
  --json                   Print the findings as one JSON object.
  -h, --help               Print this help.
  -V, --version            Print the version.

Examples:
  orbweaver verify crawl.db
      say what is right and what is not
  orbweaver verify crawl.db --json
      the same for a program
  orbweaver verify downloads.db --files downloads
      whether every file is still what was downloaded

Exit status:
  0    finished; pages that answered 4xx are counted, and are no failure
  1    finished, but a seed led to no page, or a URL failed for another reason
       than a 4xx (with --fail-on-broken: for that one too), or an executor
       failed; run: a task of the list failed, or one that its tasks led to;
       download: a file or page that was wanted is missing; verify found a
       fault; explain: the URL was not crawled and is not queued; report: there
       is what --fail-on names; path: no chain leads there; diff --exit-code:
       there is a difference; proxies check: one is bad
  2    a flag, a value or an argument was refused; nothing was started
  3    stopped at a limit you set; the same command with a higher one goes on
  4    the file cannot be opened, is full, is not ours, or is of a newer
       version; or standard output, --out, --html or the folder of a download
       cannot be written
  5    stopped by your own code
  70   a fault of Orbweaver itself
  129  ended by SIGHUP (the terminal was closed), nothing lost; the same command
       goes on
  130  interrupted by Ctrl-C, nothing lost; the same command goes on
  143  ended by SIGTERM, nothing lost; the same command goes on
`);
});

test('the table for the README has a row for every flag with unit, range and default', () => {
  const table = flagTable();
  expect(table).toContain(
    '| `--workers <n>` | Worker threads that fetch and parse pages. | threads, 1 to 256 | cores available less one, at least 1 |',
  );
  expect(table).toContain('| `--seed <url\\|path>` | ');
  for (const flag of CRAWL_FLAGS) expect(table).toContain(`\`${synopsis(flag).replaceAll('|', '\\|')}\``);
  for (const line of table.split('\n')) {
    if (line.startsWith('|')) expect(line.replaceAll('\\|', '').split('|')).toHaveLength(6);
  }
});
