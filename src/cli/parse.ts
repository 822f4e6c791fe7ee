/**
 * From what was typed to what is meant. Prints nothing, ends nothing, and reads nothing but the file of
 * --config, by the function it is given; whatever is refused is a UsageError. Commander splits the flags of the one command that was named; which
 * command that is we find ourselves, because under a default command commander takes a mistyped
 * command for an argument and hides the default command's flags from the program's help.
 */
import { Command, CommanderError, Option } from 'commander';
import { UsageError } from '../errors.js';
import { suggest } from '../spelling.js';
import { VERSION } from '../version.js';
import { COMMANDS, DEFAULT_COMMAND, type AnyGrammar } from './commands.js';
import { configValues } from './config-file.js';
import { readFlag, spell, type Flag, type FlagValue } from './flag.js';
import { type Labels, valueKey, type TypedValues } from './grammar.js';
import { commandHelp, programHelp, synopsis } from './help.js';

/** What people write behind a switch. */
const YES_OR_NO = /^(?:yes|no|true|false|on|off|[01])$/i;

/** `help` and `version` carry the text for standard output. */
export interface TextCommand {
  readonly command: 'help' | 'version';
  readonly text: string;
}

export type ParsedCommand = ReturnType<AnyGrammar['read']> | TextCommand;

/**
 * Reads a command line.
 *
 * @param argv       without node and the program's path
 * @param readConfig answers the text of the file that --config names
 * @throws UsageError for everything that is refused, often with a hint; nothing has been started
 */
export function parse(
  argv: readonly string[],
  readConfig: (file: string) => string = () => '{}',
): ParsedCommand {
  const asked = askedText(argv);
  if (asked !== undefined) return asked;
  const [first = ''] = argv;
  const named = findCommand(first);
  if (named === undefined && first !== '' && !first.startsWith('-')) throw unknownCommand(first);
  const grammar = named ?? DEFAULT_COMMAND;
  const { values, operands } = split(grammar, named === undefined ? argv : argv.slice(1));
  checkOperands(grammar, operands, argv);
  const file = values['--config'];
  if (typeof file !== 'string') return grammar.read(values, operands, new Map());
  const inFile = configValues(readConfig(file), file, grammar.flags);
  return grammar.read(withTyped(inFile, values), operands, labelsOf(inFile, values, file, grammar.flags));
}

/** What was typed takes the place of what stands in a file. */
function withTyped(values: TypedValues, typed: TypedValues): TypedValues {
  const overruled = { ...values };
  // These exclude each other: each is also the other one's opposite.
  if (typed['--verbose'] !== undefined) delete overruled['--quiet'];
  if (typed['--quiet'] !== undefined) delete overruled['--verbose'];
  return { ...overruled, ...typed };
}

/** Names of the values that come from a file: nobody finds them on the command line. */
function labelsOf(inFile: TypedValues, typed: TypedValues, file: string, flags: readonly Flag[]): Labels {
  const used = flags.filter(
    (flag) => inFile[valueKey(flag)] !== undefined && typed[valueKey(flag)] === undefined,
  );
  return new Map(used.map((flag) => [valueKey(flag), `${file}: ${flag.name}`]));
}

function findCommand(name: string): AnyGrammar | undefined {
  return COMMANDS.find((command) => command.name === name);
}

/** Help and version come before everything else, so that a mistake never stands in their way. */
function askedText(argv: readonly string[]): TextCommand | undefined {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  if (words[0] === 'help' || words.includes('--help') || words.includes('-h')) {
    const about = words.map(findCommand).find((command) => command !== undefined);
    return { command: 'help', text: about === undefined ? programHelp() : commandHelp(about) };
  }
  if (words.includes('--version') || words.includes('-V')) {
    return { command: 'version', text: `${VERSION}\n` };
  }
  return undefined;
}

function split(grammar: AnyGrammar, args: readonly string[]): { values: TypedValues; operands: string[] } {
  const command = new Command(grammar.name)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .helpOption(false)
    .allowExcessArguments(true);
  const options = grammar.flags.map((flag) => [flag, toOption(flag, grammar.flags)] as const);
  for (const [, option] of options) command.addOption(option);
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    throw error instanceof CommanderError ? refusal(error, grammar, args) : error;
  }
  const values: Record<string, TypedValues[string]> = {};
  for (const [flag, option] of options) {
    // Commander sets a negated switch to true by itself; only what was typed counts.
    if (command.getOptionValueSource(option.attributeName()) !== 'cli') continue;
    values[valueKey(flag)] = command.getOptionValue(option.attributeName()) as TypedValues[string];
  }
  return { values, operands: command.args };
}

function toOption(flag: Flag, all: readonly Flag[]): Option {
  const option = new Option(synopsis(flag), flag.help);
  if (flag.kind === 'switch') return option;
  if (flag.bare !== undefined) option.preset(flag.bare);
  return option.argParser<FlagValue | readonly FlagValue[]>((text, previous) => {
    refuseFlagAsValue(flag, text, all);
    const value = readFlag(flag, text);
    if (flag.repeatable !== true) {
      if (previous !== undefined) throw new UsageError(`${spell(flag)} is given twice`);
      return value;
    }
    return Array.isArray(previous) ? [...(previous as FlagValue[]), value] : [value];
  });
}

/** `--seed --workers 8` is a forgotten value, not a seed called --workers. */
function refuseFlagAsValue(flag: Flag, text: string, all: readonly Flag[]): void {
  const name = text.split('=', 1)[0];
  if (!all.some((other) => spell(other) === name)) return;
  throw new UsageError(`${spell(flag)} needs a value, but ${name} follows`, {
    hint: `Write ${synopsis(flag)}`,
  });
}

/** Commander's complaint in our words. A value after `=` is left out: it may be a secret. */
function refusal(error: CommanderError, grammar: AnyGrammar, args: readonly string[]): UsageError {
  const [message = ''] = error.message.replace(/^error: /, '').split('\n');
  const typed = /'([^'=]*)/.exec(message)?.[1] ?? '';
  const help = `See orbweaver ${grammar.name} --help`;
  switch (error.code) {
    case 'commander.unknownOption': {
      const withValue = args.find((word) => switchOf(word.split('=', 1)[0], grammar) && word.includes('='));
      if (withValue !== undefined) return takesNoValue(withValue.split('=', 1)[0] ?? '');
      return new UsageError(`there is no flag ${typed}`, {
        hint: argumentMeant(typed, grammar, args) ?? meantFlag(typed, grammar) ?? help,
      });
    }
    case 'commander.optionMissingArgument':
      return new UsageError(`${typed.split(' ', 1)[0]} needs a value`, { hint: `Write ${typed}` });
    default:
      return new UsageError(message, { hint: help });
  }
}

/** The switch that a word is, long or short. */
function switchOf(word: string | undefined, { flags }: AnyGrammar): Flag | undefined {
  return flags.find((flag) => flag.kind === 'switch' && (word === spell(flag) || word === `-${flag.short}`));
}

function takesNoValue(word: string): UsageError {
  return new UsageError(`${word} takes no value`, { hint: `Write ${word} alone, or leave it out` });
}

function meantFlag(typed: string, grammar: AnyGrammar): string | undefined {
  const names = grammar.flags.map(({ name }) => name);
  const meant = suggest(typed.replace(/^-+/, ''), names);
  return meant === undefined ? undefined : `Did you mean --${meant}?`;
}

/** Where the file of a crawl is an argument: `flagMeant` the other way round. */
function argumentMeant(typed: string, grammar: AnyGrammar, args: readonly string[]): string | undefined {
  if (typed !== '--db' || !grammar.operands.includes('file')) return undefined;
  const at = args.findIndex((word) => word.split('=', 1)[0] === typed);
  const value = args[at]?.includes('=') === true ? args[at].slice(typed.length + 1) : args[at + 1];
  return `Try orbweaver ${grammar.name} ${value ?? '<file>'}`;
}

function checkOperands(grammar: AnyGrammar, operands: readonly string[], argv: readonly string[]): void {
  const missing = grammar.operands[operands.length];
  if (missing !== undefined) {
    throw new UsageError(`${grammar.name} needs <${missing}>`, { hint: `Usage: orbweaver ${grammar.usage}` });
  }
  const extra =
    grammar.operands.at(-1)?.endsWith('...') === true ? undefined : operands[grammar.operands.length];
  if (extra === undefined) return;
  if (findCommand(extra) !== undefined) {
    throw new UsageError(`the command comes first: '${extra}'`, { hint: `Try orbweaver ${extra} --help` });
  }
  const before = argv[argv.indexOf(extra) - 1];
  if (YES_OR_NO.test(extra) && switchOf(before, grammar)) throw takesNoValue(String(before));
  if (grammar.name === DEFAULT_COMMAND.name) throw seedAsArgument(extra);
  throw new UsageError(`${grammar.name} does not take the argument '${extra}'`, {
    hint: flagMeant(grammar, extra) ?? `Usage: orbweaver ${grammar.usage}`,
  });
}

/** Some commands take the file of a crawl, or a page, as an argument; others by a flag. */
function flagMeant({ flags }: AnyGrammar, extra: string): string | undefined {
  const takes = (name: string): boolean => flags.some((flag) => flag.name === name);
  if (takes('seed')) return `Try --seed ${extra}`;
  return takes('db') && /\.(?:db|sqlite3?)$/i.test(extra) ? `Try --db ${extra}` : undefined;
}

function unknownCommand(word: string): UsageError {
  // A command is one plain word; whatever has a dot, a slash or a colon is an address.
  if (/[./:]/.test(word)) return seedAsArgument(word);
  const names = COMMANDS.map(({ name }) => name);
  const meant = suggest(word, names);
  return new UsageError(`there is no command '${word}'`, {
    hint:
      meant === undefined
        ? `Commands are ${names.join(', ')}; see orbweaver --help`
        : `Did you mean ${meant}?`,
  });
}

function seedAsArgument(word: string): UsageError {
  return new UsageError(`seeds are given with --seed, not as an argument: '${word}'`, {
    hint: `Try --seed ${word}`,
  });
}
