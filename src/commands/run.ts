/** `run`: executors on a list of tasks. */
import type { RunCommand } from '../cli/run-command.js';
import { resolveTaskConfig } from '../config/task-config.js';
import type { TaskEntry } from '../tasks/entry.js';
import { readTaskList } from '../tasks/list.js';
import { crawlWatched } from './crawl.js';
import type { Invocation } from './invocation.js';

/** Runs `run` as parsed. Answers the exit status. */
export async function runCommand(command: RunCommand, invocation: Invocation): Promise<number> {
  const tasks = await readTasks(command, invocation);
  if (tasks === null) return invocation.stopStatus();
  const { options, labels } = command;
  const config = await resolveTaskConfig(options, tasks, { names: 'flag', labels, env: invocation.env });
  return crawlWatched(config, command.view, invocation);
}

/** Null when it was stopped meanwhile: a person who is waited for may think better of it. */
async function readTasks(
  { list, format, view }: RunCommand,
  { stdin, stderr, stop }: Invocation,
): Promise<readonly TaskEntry[] | null> {
  if (list === '-' && stdin.isTTY === true && !view.quiet)
    stderr.write('reading tasks from standard input; Ctrl-D ends them\n');
  try {
    return await readTaskList(list, format, stdin, stop);
  } catch (error) {
    if (stop.aborted) return null;
    throw error;
  }
}
