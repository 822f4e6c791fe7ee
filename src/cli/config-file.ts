/**
 * A JSON file with flags: their long names as keys, as they would be typed. Checked by the same records as the
 * command line, into the same values.
 */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { notJson, unreadable, UsageError } from '../errors.js';
import { isProviderName } from '../proxies/names.js';
import { suggest } from '../spelling.js';
import { checkFlag, readFlag, type Flag, type FlagValue } from './flag.js';
import { valueKey, type TypedValues } from './grammar.js';

/** A file that starts over every time it is used would be a trap; the others say something about one command. */
const ONLY_TYPED: ReadonlySet<string> = new Set(['config', 'fresh', 'help', 'version']);

/** Numbers that may be written with their unit. */
const WITH_UNIT: ReadonlySet<Flag['kind']> = new Set(['seconds', 'minutes', 'bytes']);

/** @throws UsageError when the file cannot be read */
export function readConfigText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable('--config', file, cause, 'a JSON file');
  }
}

/**
 * Reads the text of such a file. Names of files in it are taken from its own folder.
 *
 * @param file  its name, for messages and for that folder
 * @param flags those of the command it is for
 * @returns values as typed; a switch that is false is as if it were left out
 * @throws UsageError naming file and key, what was met and what was expected
 */
export function configValues(text: string, file: string, flags: readonly Flag[]): TypedValues {
  const values: Record<string, TypedValues[string]> = {};
  for (const [name, value] of Object.entries(parseObject(text, file))) {
    const flag = flags.find((candidate) => candidate.name === name);
    if (flag === undefined) throw unknownKey(name, file, flags);
    if (ONLY_TYPED.has(name)) {
      throw new UsageError(`${file}: ${name} cannot stand in a file`, {
        hint: `give --${name} on the command line`,
      });
    }
    const checked = readValue(flag, value, file);
    if (flag.kind !== 'switch') values[valueKey(flag)] = checked;
    // A switch sets what its record does not: `no-robots` makes `robots` false.
    else if (checked === true) values[valueKey(flag)] = flag.default.value !== true;
  }
  return values;
}

function parseObject(text: string, file: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw notJson(file, text);
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new UsageError(`${file} must hold one JSON object`, {
    hint: 'write { "seed": ["https://example.org/"], "max-pages": 100 }',
  });
}

function readValue(flag: Flag, value: unknown, file: string): TypedValues[string] {
  const label = `${file}: ${flag.name}`;
  const check = (each: unknown): FlagValue => {
    const isText = typeof each === 'string' && WITH_UNIT.has(flag.kind);
    const checked = isText ? readFlag(flag, each, label) : checkFlag(flag, each, label);
    return namesFile(flag, checked) ? besideFile(checked, file) : checked;
  };
  if (flag.repeatable !== true) return check(value);
  if (!Array.isArray(value))
    throw new UsageError(`${label} must be an array, as it may be given more than once`);
  return value.map(check);
}

function namesFile(flag: Flag, value: FlagValue): value is string {
  // A provider, or what is to be refused as a URL.
  if (flag.kind === 'proxies')
    return typeof value === 'string' && !isProviderName(value) && !value.includes('://');
  return flag.unit === 'file name' || flag.unit === 'PEM file';
}

/** `-` is standard input. */
function besideFile(name: string, file: string): string {
  return name === '-' || isAbsolute(name) ? name : join(dirname(file), name);
}

function unknownKey(name: string, file: string, flags: readonly Flag[]): UsageError {
  const meant = suggest(
    name.replace(/^-+/, ''),
    flags.map((flag) => flag.name).filter((known) => !ONLY_TYPED.has(known)),
  );
  return new UsageError(`${file}: there is no flag '${name}'`, {
    hint:
      meant === undefined
        ? 'keys are the long names of flags, without their dashes'
        : `Did you mean "${meant}"?`,
  });
}
