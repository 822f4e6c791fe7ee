/** `download`: listing pages, and the files they lead to. */
import type { DownloadCommand } from '../cli/download-command.js';
import { EXIT } from '../cli/exit-status.js';
import type { CrawlConfig } from '../config/config.js';
import { resolveDownloadConfig } from '../config/download-config.js';
import {
  type DownloadSummary,
  downloadSummaryJson,
  formatDownloadSummary,
  formatDryRun,
} from '../observe/download-summary.js';
import { printable } from '../observe/printable.js';
import { paintFor } from '../observe/paint.js';
import { sum } from '../observe/quantity.js';
import type { RunResult } from './run-result.js';
import { DownloadDisplay } from './download-display.js';
import { onCopy } from './dry-run.js';
import type { Invocation } from './invocation.js';
import { limitOf, runWatched } from './watched-run.js';

/** Runs `download` as parsed. Answers the exit status. */
export async function downloadCommand(command: DownloadCommand, invocation: Invocation): Promise<number> {
  const { options, pages, labels, view } = command;
  const config = await resolveDownloadConfig(options, pages, { names: 'flag', labels, env: invocation.env });
  const isDryRun = config.downloads?.isDryRun === true;
  if (isDryRun) return onCopy(config, (copied) => run(copied, view, invocation));
  return run(config, view, invocation);
}

async function run(
  config: CrawlConfig,
  view: DownloadCommand['view'],
  invocation: Invocation,
): Promise<number> {
  const { stdout, stderr, env } = invocation;
  const display = new DownloadDisplay(config, view, invocation);
  const result = await runWatched(config, display, invocation, (ended) => exitStatus(ended, invocation));
  const summary = summarise(result, config, invocation);
  const paint = paintFor(stderr, env);
  if (config.downloads?.isDryRun === true) {
    const { refresh, types } = config.downloads;
    await display.flush();
    const text = formatDryRun({ ...summary, refresh, isByType: types.length > 0 }, paint);
    if (!view.quiet && !display.isUnread()) stderr.write(`\n${text}`);
    return summary.exitStatus;
  }
  if (view.verbose)
    for (const { url, path } of result.files?.numbered ?? [])
      stderr.write(`named: ${printable(url)} → ${printable(path)}\n`);
  if (!view.quiet) stderr.write(`\n${formatDownloadSummary(summary, paint)}`);
  if (view.json) stdout.write(downloadSummaryJson(summary));
  return summary.exitStatus;
}

/** A file that was wanted and is not there is what counts; what a rule of the user's left out is not. */
function exitStatus({ ending, files, seedsWithoutPage }: RunResult, invocation: Invocation): number {
  if (ending === 'stopped') return invocation.stopStatus();
  if (ending !== 'finished' || files === null) return EXIT.limit;
  const { 'content-type': _unwanted, ...refused } = files.passedOver;
  const isIncomplete =
    seedsWithoutPage.length > 0 ||
    files.pagesFailed.length > 0 ||
    sum(Object.values(files.failed)) > 0 ||
    sum(Object.values(refused)) > 0;
  return isIncomplete ? EXIT.incomplete : EXIT.finished;
}

function summarise(result: RunResult, config: CrawlConfig, invocation: Invocation): DownloadSummary {
  const { ending, files, elapsedMs } = result;
  if (files === null || config.downloads === null) throw new Error('a download without files');
  const { listed, wireBytes: _wire, renamed: _renamed, numbered, ...counts } = files;
  return {
    outcome: ending === 'finished' ? 'finished' : ending === 'stopped' ? 'interrupted' : 'limit',
    exitStatus: exitStatus(result, invocation),
    limit: limitOf(result, config),
    into: config.downloads.into,
    database: config.databasePath,
    files: listed,
    ...counts,
    numbered: numbered.length,
    elapsedMs,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    // The one limit there is, --max-time, begins anew with every run.
    resumeCommand: ending === 'finished' ? null : invocation.resumeCommand(null),
  };
}
