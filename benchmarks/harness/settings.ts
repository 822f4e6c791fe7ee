/**
 * The settings of a benchmark, by flag or by environment variable: `--samples 7` is `BENCH_SAMPLES=7`. A flag
 * wins. What is misspelt or out of range is refused before anything starts.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';

/** One setting that takes a value. */
export interface Setting {
  /** What it says when it is not given. */
  readonly default: string;
  /** What `--quick` makes of the default. */
  readonly quick?: string;
  /** One sentence for `--help`. */
  readonly help: string;
  /** A file or folder that must be there; reports tell its name, not where it lies. */
  readonly isPath?: boolean;
}

/** What was asked for; every setting is there, as text. */
export interface Chosen<Name extends string> {
  readonly values: Readonly<Record<Name, string>>;
  readonly isQuick: boolean;
  /** The flags that differ from the defaults, as they would be typed; `--out` is left out, a path says nothing. */
  readonly typed: string;
}

/** The program cannot run as asked: the message is for the person who asked. */
export class SettingsError extends Error {}

const QUICK_HELP = 'A few seconds that show that the answers are right, not how fast they came.';
const ENDING = `Every flag with a value is an environment variable, too: --samples 7 is BENCH_SAMPLES=7. Exit status: 0 if every answer
was right, 1 if one was not, 2 if it was called wrongly.`;

/**
 * Runs a benchmark with what was asked for and leaves its answer as exit status; 2 if it was asked wrongly.
 * `--help` prints the settings instead.
 *
 * @param usage one line: how to call it, what it does
 */
export async function runProgram<Name extends string>(
  usage: string,
  settings: Readonly<Record<Name, Setting>>,
  program: (chosen: Chosen<Name>) => Promise<number>,
): Promise<void> {
  process.on('SIGINT', () => process.exit(130)); // By way of `exit`, where temporary folders are removed.
  try {
    const names = Object.keys(settings) as Name[]; // The keys of the record are its names.
    const given = parse(names, process.argv.slice(2));
    if (given['help'] === true) process.stdout.write(helpText(usage, names, settings));
    else {
      const chosen = choose(names, settings, given);
      makeOut((chosen.values as Readonly<Record<string, string>>)['out'] ?? '');
      process.exitCode = await program(chosen);
    }
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

/** Before the first trial: an hour of them is lost where there is no place for what they say. */
function makeOut(folder: string): void {
  try {
    if (folder !== '') mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new SettingsError(`--out ${folder} cannot be made: ${(error as Error).message}`);
  }
}

/** @throws SettingsError unless the text is a whole number from `least` to `most` */
export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new SettingsError(`--${name} takes whole numbers from ${least} to ${most}, not "${text}"`);
}

/** A list such as `1,2,4,8`, each number once, in rising order. */
export function wholeNumbers(name: string, text: string, least: number, most: number): number[] {
  const numbers = text.split(',').map((part) => wholeNumber(name, part.trim(), least, most));
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

/** @throws SettingsError for a path where there is nothing */
function choose<Name extends string>(
  names: readonly Name[],
  settings: Readonly<Record<Name, Setting>>,
  given: Given,
): Chosen<Name> {
  const isQuick = given['quick'] === true;
  const typed = isQuick ? ['--quick'] : [];
  const value = (name: Name): string => {
    const setting = settings[name];
    const usual = isQuick ? (setting.quick ?? setting.default) : setting.default;
    const text = given[name] ?? process.env[`BENCH_${name.toUpperCase()}`] ?? usual;
    if (setting.isPath === true && text !== '' && !existsSync(String(text)))
      throw new SettingsError(`--${name}: there is no file or folder "${String(text)}"`);
    if (text !== usual && name !== 'out')
      typed.push(`--${name} ${setting.isPath === true ? basename(String(text)) : String(text)}`);
    return String(text);
  };
  const values = Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, string>;
  return { values, isQuick, typed: typed.join(' ') };
}

type Given = Readonly<Record<string, string | boolean | undefined>>;

/** @throws SettingsError for a flag that does not exist or has no value */
function parse(names: readonly string[], argv: readonly string[]): Given {
  const switches = { help: { type: 'boolean' }, quick: { type: 'boolean' } } as const;
  const valued = Object.fromEntries(names.map((name) => [name, { type: 'string' }] as const));
  try {
    return parseArgs({ args: [...argv], options: { ...valued, ...switches } }).values;
  } catch (error) {
    throw new SettingsError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function helpText<Name extends string>(
  usage: string,
  names: readonly Name[],
  settings: Readonly<Record<Name, Setting>>,
): string {
  const lines = names.map((name) => {
    const { default: usual, quick, help } = settings[name];
    const quickly = quick === undefined ? '' : `; with --quick ${quick}`;
    const byDefault = usual === '' ? '' : ` [${usual}${quickly}]`;
    return `  ${`--${name} <…>`.padEnd(18)}${help}${byDefault}`;
  });
  return `${[usage, '', ...lines, `  ${'--quick'.padEnd(18)}${QUICK_HELP}`, '', ENDING].join('\n')}\n`;
}
