/** `report`: what is broken, redirected, lonely, slow or twice. */
import { realpathSync } from 'node:fs';
import { EXIT } from '../cli/exit-status.js';
import type { Failing, ReportCommand } from '../cli/report-command.js';
import { writeToStream, writeWhole } from '../export/write.js';
import { printable, printableJson } from '../observe/printable.js';
import { formatBytes, formatNumber } from '../observe/quantity.js';
import { reportPage } from '../report/html/page.js';
import { DEFAULT_LIMIT, type Report, TEXT_LIMIT } from '../report/report.js';
import { reportText } from '../report/text.js';
import type { Invocation } from './invocation.js';
import { placeOf, writing } from './output-file.js';
import { readReport } from './read-report.js';

/** What each choice of --fail-on counts, and its name. */
const FAILINGS: Readonly<Record<Failing, readonly [name: string, count: (report: Report) => number]>> = {
  broken: ['broken addresses', ({ broken }) => broken.total],
  'no-access': ['addresses that need permission', ({ noAccess }) => noAccess.total],
  unchecked: ['addresses that could not be checked', ({ unchecked }) => unchecked.total],
  'redirect-chains': ['redirects of more than one hop', ({ redirectChains }) => redirectChains.longerThanOne],
};

/** Answers 1 when there is what --fail-on names, else 0; the status of a signal that stopped it. */
export async function reportCommand(command: ReportCommand, invocation: Invocation): Promise<number> {
  const { file, json, html, limit, failOn } = command;
  const isText = !json && html === null;
  const report = readReport(file, { limit: limit ?? (isText ? TEXT_LIMIT : DEFAULT_LIMIT) });
  const { stdout, stderr, stop } = invocation;
  try {
    if (json) await writeToStream(stdout, [`${printableJson(JSON.stringify({ file, ...report }))}\n`], stop);
    if (html === '-') await writeToStream(stdout, [reportPage(report, file)], stop);
    else if (html !== null) await writePage(html, report, file, invocation);
    if (isText) await writeToStream(stdout, [reportText(report, file)], stop);
  } catch (error) {
    if (stop.aborted) return invocation.stopStatus();
    throw error;
  }
  const found = failOn.filter((failing) => FAILINGS[failing][1](report) > 0);
  for (const failing of found) {
    const [name, count] = FAILINGS[failing];
    stderr.write(`${name}: ${formatNumber(count(report))} (--fail-on ${failing})\n`);
  }
  return found.length > 0 ? EXIT.incomplete : EXIT.finished;
}

async function writePage(
  out: string,
  report: Report,
  file: string,
  { stderr, stop }: Invocation,
): Promise<void> {
  const page = reportPage(report, file);
  await writing(out, writeWhole(placeOf('--html', out, realpathSync(file)), page, stop));
  stderr.write(`${printable(out)} is written: ${formatBytes(Buffer.byteLength(page))}\n`);
}
