/** A run as the library gives it: a promise of its result, and a loop over what it is finished with. */
import { runCrawl } from '../commands/crawl-run.js';
import type { RunResult } from '../commands/run-result.js';
import type { Sinks } from '../commands/sinks.js';
import type { CrawlConfig } from '../config/config.js';
import type { Filed, Notice } from '../delegator/events.js';
import { UsageError } from '../errors.js';
import { ItemStream } from './item-stream.js';

/** What is not a flag. */
export interface Stoppable {
  /** Stops the run in an orderly way; it can be gone on with. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunControls extends Stoppable {
  /**
   * Called for every request that came back and was filed. What it or `onNotice` throws ends the run and
   * rejects it; nothing that was filed is lost, and the same call goes on.
   */
  readonly onFiled?: (filed: Filed) => void;
  readonly onNotice?: (notice: Notice) => void;
}

/**
 * A run that has begun. As a promise it gives the result; `for await` gives what it is finished with, one by one, from the
 * moment the loop begins.
 *
 * The run waits for a slow loop: it asks for nothing more while 64 items wait to be taken. A loop that is left early
 * stops the run in an orderly way and waits for its end, so that the file is closed behind the loop. An error ends the
 * loop, after what was filed before it, and rejects the promise; whoever loops need not await the promise, too.
 */
export interface Run<Result, Item> extends Promise<Result> {
  /** There is one sequence of items: a second loop goes on where the first is. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Item, undefined, undefined>;
}

/** What a run needs while it is under way. */
export interface Under<Item> {
  readonly stream: ItemStream<Item>;
  readonly stop: AbortSignal;
  readonly controls: RunControls;
}

/**
 * Begins at once; whatever is wrong rejects the run.
 *
 * @param options as given; what is no object is for `begin` to refuse
 * @param begin   is handed the options without the signal
 */
export function start<Options extends object, Result, Item>(
  options: Options & Stoppable,
  controls: RunControls,
  begin: (options: Options, under: Under<Item>) => Promise<Result>,
): Run<Result, Item> {
  const left = new AbortController();
  const stream = new ItemStream<Item>(async () => {
    left.abort();
    await result;
  });
  const result = (async () => {
    const { signal, rest } = split(options);
    const stop = AbortSignal.any([left.signal, ...[signal, controls.signal].filter(isSignal)]);
    return begin(rest, { stream, stop, controls });
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
      return stream;
    },
  });
}

/** Runs a checked configuration. */
export function runConfig(
  config: CrawlConfig,
  sinks: Sinks,
  { stop, controls }: Omit<Under<unknown>, 'stream'>,
): Promise<RunResult> {
  return runCrawl({
    config,
    commandLine: 'library',
    stop,
    sinks,
    exitStatus: () => null,
    errorStatus: () => null,
    hooks: {
      onStart: () => undefined,
      onFiled: (filed) => controls.onFiled?.(filed),
      onNotice: (notice) => controls.onNotice?.(notice),
    },
  });
}

function split<Options extends object>(
  options: Options & Stoppable,
): { readonly signal: AbortSignal | undefined; readonly rest: Options } {
  if (typeof options !== 'object' || options === null) return { signal: undefined, rest: options };
  const { signal, ...rest } = options;
  // Sound: what was taken out belongs to the other half of the type.
  return { signal, rest: rest as Options };
}

function isSignal(signal: unknown): signal is AbortSignal {
  if (signal === undefined) return false;
  if (signal instanceof AbortSignal) return true;
  throw new UsageError('signal must be an AbortSignal');
}
