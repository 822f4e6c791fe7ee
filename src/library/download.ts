/** `download` of the library: the command of the same name, for programs. */
import type { RunResult } from '../commands/run-result.js';
import type { FilesResult } from '../commands/downloads.js';
import { onCopy } from '../commands/dry-run.js';
import { resolveDownloadConfig } from '../config/download-config.js';
import type { DownloadOptions } from '../config/download-options.js';
import { InvariantError } from '../errors.js';
import type { FinishedFile } from '../status/finished-file.js';
import { type Run, type RunControls, runConfig, start, type Stoppable } from './start.js';

/** How a download came out. */
export interface DownloadRunResult extends RunResult {
  readonly files: FilesResult;
}

/**
 * A download that has begun. Its loop gives files as each is whole and has a name, or has failed, or is passed over: all
 * but those that lay there already, and what was never asked for, as where robots.txt does not allow it. Of a dry run it
 * gives the files that would be asked for.
 */
export interface DownloadRun extends Run<DownloadRunResult, FinishedFile> {}

/**
 * Fetches the files that listing pages link to into `options.into`. What lies there whole is left alone, what was cut off
 * is gone on with.
 *
 * @param pages addresses of listing pages, one or several
 * @throws UsageError (rejects, as all others) for refused options or pages; StoreError where the file or the folder cannot be
 *         written; PoolError, InvariantError for a run that cannot go on
 */
export function download(
  pages: string | URL | readonly (string | URL)[],
  options: DownloadOptions & Stoppable = {},
  controls: RunControls = {},
): DownloadRun {
  return start<DownloadOptions, DownloadRunResult, FinishedFile>(options, controls, async (given, under) => {
    const config = await resolveDownloadConfig(given, [pages].flat().map(String));
    const { stream } = under;
    const { files, ...result } = given.dryRun
      ? await onCopy(config, (copied) => runConfig(copied, { wanted: stream }, under))
      : await runConfig(config, { files: stream }, under);
    if (files === null) throw new InvariantError('a download without files');
    return { ...result, files };
  });
}
