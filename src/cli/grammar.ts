/** What a command is on the command line; each stands in a file of its own. */
import { spell, type Flag, type FlagValue } from './flag.js';

/** Checked values by `valueKey`; only what was typed. A repeatable flag has a list. */
export type TypedValues = Readonly<Record<string, FlagValue | readonly FlagValue[] | undefined>>;

/** How messages call values that were not typed, by `valueKey`: file and key. */
export type Labels = ReadonlyMap<string, string>;

/**
 * The grammar of one command. A new command is one file that exports such a record and one entry
 * in the list of `commands.ts`.
 */
export interface Grammar<Parsed> {
  readonly name: string;
  /** After the program's name, as in `crawl --seed <url|path> [options]`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs of the command's own help. */
  readonly description: readonly string[];
  readonly flags: readonly Flag[];
  /** Names of the arguments that must be given, in order; the last one may end in `...`: one or more. */
  readonly operands: readonly string[];
  /** Commands to try, each with what it does. */
  readonly examples: readonly (readonly [command: string, effect: string])[];
  /**
   * Turns checked values into the parsed command.
   *
   * @throws UsageError for values that do not fit together
   */
  read(values: TypedValues, operands: readonly string[], labels: Labels): Parsed;
}

/**
 * The key under which the value of a flag stands in `TypedValues`: its option, or the flag as typed
 * (`--quiet`) where the library has none. A switch's value is what it sets: `--no-robots` gives
 * `robots: false`.
 */
export function valueKey(flag: Flag): string {
  return flag.option ?? spell(flag);
}
