/**
 * What a flag is, and how its value is read and checked. The same record and the same check serve
 * the command line (text) and the library (typed values), so a range stands in one place only.
 */
import { UsageError } from '../errors.js';
import { formatNumber } from '../observe/quantity.js';
import { checkFieldValue, checkHeader } from '../protocol/header.js';
import { parseBytes, parseDuration, spellBytes } from './quantity.js';

/** What a value looks like. `seconds` and `minutes` take fractions; `bytes` whole numbers. */
export type FlagKind =
  | 'switch'
  | 'text'
  | 'count'
  | 'seconds'
  | 'minutes'
  | 'bytes'
  | 'regex'
  | 'selector'
  | 'choice'
  | 'header'
  | 'agent'
  | 'proxies';

/** A checked value, in the flag's own unit. */
export type FlagValue = string | number | boolean;

export interface Flag {
  /** Long name without dashes; a switch that turns something off starts with `no-`. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** The option's name in the library; null = the flag belongs to the command line only. */
  readonly option: string | null;
  readonly kind: FlagKind;
  /** How the value is written in help, with its brackets; a switch has none. */
  readonly placeholder?: string;
  /** What the value is when the flag stands alone; then the placeholder is in square brackets. */
  readonly bare?: string;
  readonly repeatable?: boolean;
  /** What one value is or is counted in; a choice may leave its list of choices to speak. */
  readonly unit?: string;
  /** `value` null = nothing, or decided at run time as `text` says. */
  readonly default: { readonly text: string; readonly value: FlagValue | null };
  /** Bounds of a number, both included, in the flag's own unit. */
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  readonly group: string;
  readonly help: string;
  /** Whether it may change when a crawl is continued, or must match what the file was made with. */
  readonly resumable: 'free' | 'fixed';
  /** The value may hold a secret: never repeated in a message or stored. */
  readonly secret?: boolean;
}

/** `--name`, as the user types it. */
export function spell(flag: Flag): string {
  return `--${flag.name}`;
}

/**
 * Reads one value as typed on the command line.
 *
 * @param label how messages call it
 * @returns the value in the flag's own unit: `--delay 500ms` is 0.5, `--max-body 1KiB` is 1024
 * @throws UsageError naming the flag, what was met and what was expected
 */
export function readFlag(flag: Flag, text: string, label = spell(flag)): FlagValue {
  return checkFlag(flag, readText(flag, text), label, text);
}

/**
 * Checks one value that is already typed.
 *
 * @param label how messages call it: `--max-pages` or `maxPages`
 * @param met   how the value was written, for the message
 * @throws UsageError naming `label`, what was met and what was expected
 */
export function checkFlag(flag: Flag, value: unknown, label: string, met = show(value)): FlagValue {
  if (!hasType(flag, value)) {
    if (value === '') throw new UsageError(`${label} must not be empty`);
    const got = flag.secret === true ? '' : `, got ${quote(met)}`;
    throw new UsageError(`${label} must be ${expectation(flag)}${got}`);
  }
  if (flag.kind === 'header') checkHeader(label, String(value));
  if (flag.kind === 'agent') checkFieldValue(label, String(value));
  return value as FlagValue;
}

/** `from 1 to 256`, in the flag's own way of writing numbers; '' for what is no number. */
export function range(flag: Flag): string {
  if (flag.min === undefined || flag.max === undefined) return '';
  const write = flag.kind === 'bytes' ? spellBytes : formatNumber;
  return `from ${write(flag.min)} to ${write(flag.max)}`;
}

/** `a, b or c`. */
export function listOf(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** What a value must be, for messages: `a whole number from 1 to 256`. */
function expectation(flag: Flag): string {
  switch (flag.kind) {
    case 'switch':
      return 'true or false';
    case 'count':
      return `a whole number ${range(flag)}`;
    case 'seconds':
    case 'minutes':
      return `a number of ${flag.kind} ${range(flag)} (or with a unit: 500ms, 30s, 10m, 2h)`;
    case 'bytes':
      return `a size ${range(flag)} (in bytes, or as 512KiB, 10MiB, 1MB)`;
    case 'choice':
      return listOf(flag.choices ?? []);
    case 'regex':
      return 'a regular expression';
    case 'selector':
      return 'a CSS selector';
    case 'header':
      return "written as 'Name: value'";
    case 'text':
    case 'agent':
      return 'a text';
    case 'proxies':
      return 'a file name, a provider, a list or lists by country';
    default:
      return flag.kind satisfies never;
  }
}

function readText(flag: Flag, text: string): unknown {
  switch (flag.kind) {
    case 'count':
      return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'seconds':
      return parseDuration(text, 1);
    case 'minutes':
      return parseDuration(text, 60);
    case 'bytes':
      return parseBytes(text);
    default:
      return text;
  }
}

function hasType(flag: Flag, value: unknown): boolean {
  switch (flag.kind) {
    case 'switch':
      return typeof value === 'boolean';
    case 'count':
    case 'bytes':
      return Number.isSafeInteger(value) && isInRange(flag, value as number);
    case 'seconds':
    case 'minutes':
      return Number.isFinite(value) && isInRange(flag, value as number);
    case 'choice':
      return typeof value === 'string' && (flag.choices ?? []).includes(value);
    case 'proxies':
      return typeof value === 'object' ? value !== null : typeof value === 'string' && value.trim() !== '';
    default:
      return typeof value === 'string' && value.trim() !== '';
  }
}

function isInRange(flag: Flag, value: number): boolean {
  return value >= (flag.min ?? -Infinity) && value <= (flag.max ?? Infinity);
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}

function quote(text: string): string {
  return `'${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`;
}
