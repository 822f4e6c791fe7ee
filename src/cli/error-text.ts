/** An error that ended the run, as the lines a person reads on standard error. */
import { CrawlError, StoreError } from '../errors.js';
import { printable } from '../observe/printable.js';

/**
 * `orbweaver: <message>` and, where there is one, the hint on a line of its own. What was not thrown
 * on purpose is our fault: it is shown with its stack, and where to report it.
 */
export function formatError(error: unknown): string {
  if (error instanceof CrawlError && error.code !== 'invariant') {
    const lines = [`orbweaver: ${printable(error.message)}`];
    const hint = error.hint ?? hintFor(error);
    if (hint !== undefined && hint !== '') lines.push(...hintLines(hint));
    return lines.join('\n') + '\n';
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = trace.split('\n').map((line) => printable(line));
  return [
    'orbweaver: this is a fault of Orbweaver, not of yours; the file keeps what was done',
    ...lines.map((line) => `  ${line}`),
    '  Please report it: https://github.com/orbweaver/orbweaver/issues',
    '',
  ].join('\n');
}

/** What SQLite's own words leave out. */
function hintFor(error: CrawlError): string | undefined {
  if (!(error instanceof StoreError) || !error.message.includes('SQLITE_FULL')) return undefined;
  return 'nothing is lost: once there is room, the same command goes on';
}

/** Hints are sentences to whoever reads them, and fragments to whoever writes them. */
function hintLines(hint: string): string[] {
  const sentence = hint.charAt(0).toUpperCase() + hint.slice(1);
  return sentence.split('\n').map((line) => `  ${printable(line)}`);
}
