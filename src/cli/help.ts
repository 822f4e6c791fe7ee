/**
 * Renders the flag records for people: `--help` and the README's table. Needs nothing that may fail,
 * so help is always to be had; 80 columns on every terminal, so it is always the same.
 */
import { COMMANDS, type AnyGrammar } from './commands.js';
import { EXIT_STATUSES } from './exit-status.js';
import { listOf, range, spell, type Flag } from './flag.js';
import { CRAWL_FLAGS } from './flags.js';
import { VERSION } from '../version.js';

const WIDTH = 80;
/** Where the texts beside flags begin. */
const COLUMN = 27;

const UNITS = 'Times may be written 500ms, 30s, 10m or 2h, and sizes 512KiB, 10MiB or 1GB.';

/** Help of the program: the commands, and all of `crawl`, which is the default. */
export function programHelp(): string {
  const [crawl] = COMMANDS;
  return page([
    `Orbweaver ${VERSION}: covers a whole web site and leaves one SQLite file.`,
    usage(
      crawl.usage,
      'run <list> [options]',
      'download <page-url...> [options]',
      'walk --seed <url|path> [options]',
      'demo [options]',
      'verify <file>',
      'explain <url|path>',
      'path <from> <to>',
      'diff <old.db> <new.db>',
      'status [options]',
      'report [options]',
      'export [options]',
      'proxies check',
    ),
    section('Commands', COMMANDS.map(({ name, summary }) => row(name, summary)).join('\n')),
    ...flagSections(crawl.flags),
    notes(crawl.flags),
    examples(COMMANDS.flatMap((command) => command.examples)),
    exitStatuses(),
    wrap('More about one command: orbweaver <command> --help', 0),
  ]);
}

/** Help of one command. */
export function commandHelp(command: AnyGrammar): string {
  return page([
    usage(command.usage),
    ...command.description.map((paragraph) => wrap(paragraph, 0)),
    ...flagSections(command.flags),
    ...(command.flags.some(({ kind }) => kind === 'seconds') ? [notes(command.flags)] : []),
    examples(command.examples),
    exitStatuses(),
  ]);
}

/** The README's table of the flags of `crawl`, as Markdown. */
export function flagTable(): string {
  const lines: string[] = [];
  for (const [group, flags] of byGroup(CRAWL_FLAGS)) {
    lines.push('', `**${group}**`, '', '| flag | meaning | unit | default |', '|---|---|---|---|');
    for (const flag of flags) {
      const cells = [`\`${synopsis(flag)}\``, flag.help, unitWithRange(flag), flag.default.text];
      lines.push(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
    }
  }
  return [...lines.slice(1), '', UNITS, '', fixedNote(CRAWL_FLAGS, '`')].join('\n') + '\n';
}

/** The flag as it is typed: `-q, --quiet`, `--workers <n>`. */
export function synopsis(flag: Flag): string {
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  const value = flag.placeholder === undefined ? '' : ` ${flag.placeholder}`;
  return `${short}${spell(flag)}${value}`;
}

/** What must match when a crawl is continued, from the records. */
function fixedNote(flags: readonly Flag[], quote: string): string {
  const names = flags
    .filter(({ resumable }) => resumable === 'fixed')
    .map((flag) => `${quote}${spell(flag)}${quote}`);
  return `When a crawl is continued, ${names.slice(0, -1).join(', ')} and ${names.at(-1)} must be as before; all else may change.`;
}

function notes(flags: readonly Flag[]): string {
  const isContinued = flags.some(({ resumable }) => resumable === 'fixed');
  return [UNITS, ...(isContinued ? [fixedNote(flags, '')] : [])].map((text) => wrap(text, 0)).join('\n');
}

function usage(...forms: readonly string[]): string {
  return forms.map((form, i) => `${i === 0 ? 'Usage:' : '      '} orbweaver ${form}`).join('\n');
}

function flagSections(flags: readonly Flag[]): string[] {
  return [...byGroup(flags)].map(([group, members]) =>
    section(group, members.map((flag) => row(synopsis(flag), describe(flag))).join('\n')),
  );
}

/** The help text, and for every value its unit, range and default: what the README's table says. */
function describe(flag: Flag): string {
  if (flag.kind === 'switch') return flag.help;
  return `${flag.help} (${unitWithRange(flag)}; default: ${flag.default.text})`;
}

function unit(flag: Flag): string {
  return flag.unit ?? listOf(flag.choices ?? []);
}

function unitWithRange(flag: Flag): string {
  if (flag.kind === 'switch') return '';
  const bounds = range(flag).replace('from ', '');
  const again = flag.repeatable === true ? 'repeatable' : '';
  return [unit(flag), bounds, again].filter((part) => part !== '').join(', ');
}

function byGroup(flags: readonly Flag[]): Map<string, Flag[]> {
  const groups = new Map<string, Flag[]>();
  for (const flag of flags) {
    const members = groups.get(flag.group);
    if (members === undefined) groups.set(flag.group, [flag]);
    else members.push(flag);
  }
  return groups;
}

function examples(list: AnyGrammar['examples']): string {
  return section(
    'Examples',
    list.map(([command, effect]) => `  ${shellLines(command)}\n${wrap(effect, 6)}`).join('\n'),
  );
}

/** A command too wide for the page, as a shell takes it on several lines. */
function shellLines(command: string): string {
  const [first = '', ...words] = command.split(' ');
  let lines = first;
  for (const word of words) {
    const last = lines.slice(lines.lastIndexOf('\n') + 1);
    const isFull = last.length + word.length + 5 > WIDTH;
    lines += isFull ? ` \\\n    ${word}` : ` ${word}`;
  }
  return lines;
}

function exitStatuses(): string {
  const rows = EXIT_STATUSES.map(
    ([status, meaning]) => `  ${String(status).padEnd(5)}${wrap(meaning, 7).trimStart()}`,
  );
  return section('Exit status', rows.join('\n'));
}

function section(title: string, body: string): string {
  return `${title}:\n${body}`;
}

/** A term and its text in two columns; a term too wide stands on a line of its own. */
function row(term: string, text: string): string {
  const left = `  ${term}`;
  const right = wrap(text, COLUMN);
  if (left.length > COLUMN - 2) return `${left}\n${right}`;
  return left.padEnd(COLUMN) + right.slice(COLUMN);
}

function wrap(text: string, indent: number): string {
  const margin = ' '.repeat(indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && indent + longer.length > WIDTH) {
      lines.push(margin + line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, margin + line].join('\n');
}

function page(parts: readonly string[]): string {
  return parts.join('\n\n') + '\n';
}
