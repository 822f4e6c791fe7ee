/** `crawl` and `run` of the library: the commands of the same names, for programs. */
import type { RunResult } from '../commands/run-result.js';
import { readTaskEnds } from '../commands/read-status.js';
import { resolveConfig } from '../config/config.js';
import type { CrawlOptions, TaskOptions } from '../config/options.js';
import { resolveTaskConfig } from '../config/task-config.js';
import type { JsonValue } from '../protocol/json.js';
import type { FinishedPage } from '../status/finished-page.js';
import type { TaskEnds } from '../status/task-ends.js';
import { readTaskFile, type TaskList, tasksOf } from '../tasks/list.js';
import type { ItemStream } from './item-stream.js';
import { type Run, type RunControls, runConfig, start, type Stoppable } from './start.js';

/** How a run over a task list came out. */
export interface TaskRunResult extends RunResult, TaskEnds {}

/**
 * A crawl, or a run over a task list, that has begun. Its loop gives pages: all but redirects, sitemaps and what was never
 * asked for, as where robots.txt does not allow it. Of a task list the result tells these, too.
 */
export interface CrawlRun<
  Result = RunResult,
  Results extends object = Readonly<Record<string, JsonValue>>,
> extends Run<Result, FinishedPage<Results>> {}

/**
 * Crawls a site into `options.db`, continuing what is in the file already.
 *
 * @throws UsageError (rejects, as all others) for refused options; UserCodeError for a fault in an executor;
 *         StoreError, PoolError, InvariantError for a run that cannot go on. What was filed before is safe in the file.
 */
export function crawl<Results extends object = Readonly<Record<string, JsonValue>>>(
  options: CrawlOptions & Stoppable,
  controls: RunControls = {},
): CrawlRun<RunResult, Results> {
  return start<CrawlOptions, RunResult, FinishedPage<Results>>(options, controls, async (given, under) =>
    runConfig(await resolveConfig(given), { pages: untyped(under.stream) }, under),
  );
}

/**
 * Asks for every address of a task list and runs executors on the answers; what succeeded in an earlier run over the
 * same file is passed over.
 *
 * @param tasks a file name, or the list itself: keys known from an earlier run, objects with `key` and params, or a
 *              map from keys to params
 * @throws UsageError (rejects) also for a list with a mistake in it, with its place; else as `crawl`
 */
export function run<Results extends object = Readonly<Record<string, JsonValue>>>(
  tasks: TaskList,
  options: TaskOptions & Stoppable = {},
  controls: RunControls = {},
): CrawlRun<TaskRunResult, Results> {
  return start<TaskOptions, TaskRunResult, FinishedPage<Results>>(options, controls, async (given, under) => {
    const entries =
      typeof tasks === 'string' || tasks instanceof URL ? await readTaskFile(tasks) : tasksOf(tasks);
    const config = await resolveTaskConfig(given, entries);
    const result = await runConfig(config, { pages: untyped(under.stream) }, under);
    const keys = entries.map(({ key }) => key);
    const executors = config.modules.flatMap((module) => module.executors);
    return { ...result, ...readTaskEnds(config.databasePath, keys, executors) };
  });
}

/** Sound: the caller says what executors answer. */
function untyped<Results extends object>(
  stream: ItemStream<FinishedPage<Results>>,
): ItemStream<FinishedPage> {
  return stream as ItemStream<object> as ItemStream<FinishedPage>;
}
