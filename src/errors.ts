/**
 * Errors that end a run. What goes wrong with one URL is never thrown: it is a `Failure`
 * (protocol/failure.ts) and the crawl goes on.
 */

/** Stable names for the reasons a run cannot start or go on; each maps to one exit status. */
export type CrawlErrorCode = 'usage' | 'store' | 'pool' | 'user-code' | 'invariant';

/**
 * The base of everything Orbweaver throws on purpose. `message` says what was met and what was
 * expected; `hint`, where there is one, says what the user can do about it.
 */
export class CrawlError extends Error {
  readonly code: CrawlErrorCode;
  readonly hint: string | undefined;

  constructor(code: CrawlErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
  }
}

/** A flag, option or argument was refused. Nothing was started. Exit status 2. */
export class UsageError extends CrawlError {
  constructor(message: string, options?: { hint?: string; cause?: unknown }) {
    super('usage', message, options);
  }
}

/**
 * A file that a flag names could not be read.
 *
 * @param label    how messages call the flag
 * @param cause    what the file system threw
 * @param expected what the file should have been, where a folder stands
 */
export function unreadable(label: string, file: string, cause: unknown, expected = 'a file'): UsageError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new UsageError(`${label}: there is no file ${file}`, { cause });
  if (code === 'EISDIR')
    return new UsageError(`${label}: ${file} is a folder, expected ${expected}`, { cause });
  return new UsageError(`${label}: cannot read ${file}: ${message}`, { cause });
}

/**
 * Why a text is no JSON: the line where it ceases to be. The platform's own words are not repeated, as they quote the
 * text, and with it a password.
 *
 * @param label how messages call the text
 */
export function notJson(label: string, text: string, hint?: string): UsageError {
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (mayGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const line = text.slice(0, bad).split('\n').length;
  return new UsageError(`${label} is not JSON: see line ${line}`, hint === undefined ? {} : { hint });
}

/** Whether a text is the beginning of some JSON. */
function mayGoOn(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError; // What `JSON.parse` throws.
    return /end of JSON|Unterminated/.test(message) || message.includes(`at position ${text.length}`);
  }
}

/** The database file cannot be opened, is full, is not ours or is newer. Exit status 4. */
export class StoreError extends CrawlError {
  constructor(message: string, options?: { hint?: string; cause?: unknown }) {
    super('store', message, options);
  }
}

/** Worker threads cannot be started or kept alive. Exit status 70. */
export class PoolError extends CrawlError {
  constructor(message: string, options?: { hint?: string; cause?: unknown }) {
    super('pool', message, options);
  }
}

/** User code has a fault. What was done before is stored. Exit status 5. */
export class UserCodeError extends CrawlError {
  constructor(message: string, options?: { hint?: string; cause?: unknown }) {
    super('user-code', message, options);
  }
}

/** Something that cannot be, is: our fault, never the user's. Exit status 70. */
export class InvariantError extends CrawlError {
  constructor(message: string, options?: { hint?: string; cause?: unknown }) {
    super('invariant', message, options);
  }
}
