/** A run as the library gives it: a promise of its result, and a loop over its pages. */
import { type PageSink, type RunResult, runCrawl } from '../commands/crawl-run.js';
import type { CrawlConfig } from '../config/config.js';
import type { Filed, Notice } from '../delegator/events.js';
import { UsageError } from '../errors.js';
import type { JsonValue } from '../protocol/json.js';
import type { FinishedPage } from '../status/finished-page.js';
import { PageStream } from './page-stream.js';

/** What is not a flag. */
export interface Stoppable {
  /** Stops the run in an orderly way; it can be gone on with. */
  readonly signal?: AbortSignal | undefined;
}

export interface CrawlControls extends Stoppable {
  /**
   * Called for every request that came back and was filed. What it or `onNotice` throws ends the crawl and
   * rejects it; nothing that was filed is lost, and the same call goes on.
   */
  readonly onFiled?: (filed: Filed) => void;
  readonly onNotice?: (notice: Notice) => void;
}

/**
 * A run that has begun. As a promise it gives the result; `for await` gives what it is finished with, page by page,
 * from the moment the loop begins: all but redirects, sitemaps and what was never asked for, as where robots.txt does not
 * allow it. Of a task list the result tells these, too.
 *
 * The run waits for a slow loop: it asks for nothing more while 64 pages wait to be taken. A loop that is left early
 * stops the run in an orderly way and waits for its end, so that the file is closed behind the loop. An error ends the
 * loop, after what was filed before it, and rejects the promise; whoever loops need not await the promise, too.
 */
export interface CrawlRun<
  Result = RunResult,
  Results extends object = Readonly<Record<string, JsonValue>>,
> extends Promise<Result> {
  /** There is one sequence of pages: a second loop goes on where the first is. */
  [Symbol.asyncIterator](): AsyncIterableIterator<FinishedPage<Results>, undefined, undefined>;
}

/** What a run needs while it is under way. */
export interface Under {
  readonly sink: PageSink;
  readonly stop: AbortSignal;
  readonly controls: CrawlControls;
}

/** Begins at once; whatever is wrong rejects the run. */
export function start<Result, Results extends object>(
  signals: readonly (AbortSignal | undefined)[],
  controls: CrawlControls,
  begin: (under: Under) => Promise<Result>,
): CrawlRun<Result, Results> {
  const left = new AbortController();
  const stream = new PageStream(async () => {
    left.abort();
    await result;
  });
  const result = (async () => {
    const stop = AbortSignal.any([left.signal, ...signals.filter(isSignal)]);
    return begin({ sink: stream, stop, controls });
  })();
  // A promise of its own: an error that nobody takes is still reported by the platform.
  const run = result.then(
    (value) => {
      stream.end();
      return value;
    },
    (error: unknown) => {
      stream.fail(error);
      throw error;
    },
  );
  return Object.assign(run, {
    [Symbol.asyncIterator]: () => {
      stream.begin();
      // The loop is told.
      run.catch(() => undefined);
      // Sound: the caller says what executors answer.
      return stream as AsyncIterableIterator<FinishedPage, undefined, undefined> as AsyncIterableIterator<
        FinishedPage<Results>,
        undefined,
        undefined
      >;
    },
  });
}

/** Runs a checked configuration. */
export function runConfig(config: CrawlConfig, { sink, stop, controls }: Under): Promise<RunResult> {
  return runCrawl({
    config,
    commandLine: 'library',
    stop,
    sink,
    exitStatus: () => null,
    errorStatus: () => null,
    hooks: {
      onStart: () => undefined,
      onFiled: (filed) => controls.onFiled?.(filed),
      onNotice: (notice) => controls.onNotice?.(notice),
    },
  });
}

function isSignal(signal: unknown): signal is AbortSignal {
  if (signal === undefined) return false;
  if (signal instanceof AbortSignal) return true;
  throw new UsageError('signal must be an AbortSignal');
}
