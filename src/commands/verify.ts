/** `verify`: checks a file at rest and prints what it found. */
import { EXIT } from '../cli/exit-status.js';
import type { VerifyCommand } from '../cli/verify-command.js';
import { openForReading } from '../database.js';
import { MIGRATIONS } from '../migrations.js';
import { printable } from '../observe/printable.js';
import { formatNumber, plural } from '../observe/quantity.js';
import { digestOf } from '../verify/digest.js';
import { type Finding, checkInvariants } from '../verify/invariants.js';
import type { Invocation } from './invocation.js';

/** Answers 0 when nothing is wrong, 1 when there is a fault. */
export function verifyCommand({ file, json }: VerifyCommand, { stdout }: Invocation): number {
  const database = openForReading(file, MIGRATIONS);
  try {
    // One moment of the file, should a crawl be writing it.
    const { faults, open, pages, links, digest } = database.connection.transaction(() => ({
      ...checkInvariants(database.connection),
      digest: digestOf(database.connection),
    }))();
    const state = faults.length > 0 ? 'faulty' : open.length > 0 ? 'unfinished' : 'whole';
    if (json) stdout.write(`${JSON.stringify({ file, state, digest, pages, links, faults, open })}\n`);
    else stdout.write(report(file, { faults, open, pages, links, digest }));
    return faults.length > 0 ? EXIT.incomplete : EXIT.finished;
  } finally {
    database.close();
  }
}

function report(
  file: string,
  found: {
    faults: readonly Finding[];
    open: readonly Finding[];
    pages: number;
    links: number;
    digest: string;
  },
): string {
  const { faults, open, pages, links, digest } = found;
  const verdict =
    faults.length > 0
      ? 'has faults'
      : open.length > 0
        ? 'is sound, and not finished'
        : 'is whole and consistent';
  const lines = [
    `${printable(file)} ${verdict}: ${plural(pages, 'page')}, ${plural(links, 'link')}`,
    ...faults.map((fault) => `  fault: ${describe(fault)}`),
    ...open.map((finding) => `  open: ${describe(finding)}`),
    `  digest ${digest}`,
  ];
  return `${lines.join('\n')}\n`;
}

function describe({ text, count, example }: Finding): string {
  return `${formatNumber(count)} ${text}${example === null ? '' : `, for example ${printable(example)}`}`;
}
