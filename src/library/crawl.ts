/** `crawl` and `run` of the library: the commands of the same names, for programs. */
import type { RunResult } from '../commands/crawl-run.js';
import { readTaskEnds } from '../commands/read-status.js';
import { resolveConfig } from '../config/config.js';
import type { CrawlOptions, TaskOptions } from '../config/options.js';
import { resolveTaskConfig } from '../config/task-config.js';
import type { JsonValue } from '../protocol/json.js';
import type { TaskEnds } from '../status/task-ends.js';
import { readTaskFile, type TaskList, tasksOf } from '../tasks/list.js';
import { type CrawlControls, type CrawlRun, runConfig, start, type Stoppable } from './start.js';

/** How a run over a task list came out. */
export interface TaskRunResult extends RunResult, TaskEnds {}

/**
 * Crawls a site into `options.db`, continuing what is in the file already.
 *
 * @throws UsageError (rejects, as all others) for refused options; UserCodeError for a fault in an executor;
 *         StoreError, PoolError, InvariantError for a run that cannot go on. What was filed before is safe in the file.
 */
export function crawl<Results extends object = Readonly<Record<string, JsonValue>>>(
  options: CrawlOptions & Stoppable,
  controls: CrawlControls = {},
): CrawlRun<RunResult, Results> {
  const { signal, rest } = split(options);
  return start([signal, controls.signal], controls, async (under) =>
    runConfig(await resolveConfig(rest), under),
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
  controls: CrawlControls = {},
): CrawlRun<TaskRunResult, Results> {
  const { signal, rest } = split(options);
  return start([signal, controls.signal], controls, async (under) => {
    const entries =
      typeof tasks === 'string' || tasks instanceof URL ? await readTaskFile(tasks) : tasksOf(tasks);
    const config = await resolveTaskConfig(rest, entries);
    const result = await runConfig(config, under);
    const keys = entries.map(({ key }) => key);
    const executors = config.modules.flatMap((module) => module.executors);
    return { ...result, ...readTaskEnds(config.databasePath, keys, executors) };
  });
}

/** What is no object is refused with the options. */
function split<Options extends object>(
  options: Options & Stoppable,
): { readonly signal: AbortSignal | undefined; readonly rest: Options } {
  if (typeof options !== 'object' || options === null) return { signal: undefined, rest: options };
  const { signal, ...rest } = options;
  // Sound: what was taken out belongs to the other half of the type.
  return { signal, rest: rest as Options };
}
