/**
 * Thread entry: a task in, its outcome out. Never throws; whatever goes wrong is the outcome of that
 * one task. A thread holds nothing between tasks but its connections and what the run's settings made.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { FailureOutcome, Outcome, WorkerMessage } from '#src/protocol/outcome.js';
import type { WorkerSettings } from '#src/protocol/settings.js';
import type { Task } from '#src/protocol/task.js';
import { FailureError, toFailure } from '#src/protocol/to-failure.js';
import { Fetcher } from './fetcher.js';
import { fetchRobots } from './robots.js';
import { Visitor } from './visit.js';

// The pool starts every thread with the run's settings; `unknown` until here.
const settings = workerData as WorkerSettings;
const fetcher = new Fetcher(settings);
const post = (message: WorkerMessage): void => parentPort?.postMessage(message);
const visitor = new Visitor(settings, fetcher, post);

/** Does one task. The promise always resolves. */
export default async function perform(task: Task): Promise<Outcome> {
  // An answer that makes a failure sets cookies as any other does.
  let setCookies: readonly string[] = [];
  const outcome = await outcomeOf(task, (lines) => (setCookies = lines));
  return setCookies.length === 0 ? outcome : { ...outcome, setCookies };
}

async function outcomeOf(task: Task, onSetCookies: (lines: readonly string[]) => void): Promise<Outcome> {
  const startedAt = Date.now();
  try {
    switch (task.kind) {
      case 'fetch':
        return await visitor.visit(task, onSetCookies);
      case 'robots':
        return await fetchRobots(fetcher, task, post, onSetCookies);
      default:
        throw unknownKind(task);
    }
  } catch (thrown) {
    return failed(thrown, startedAt);
  }
}

function failed(thrown: unknown, startedAt: number): FailureOutcome {
  const durationMs = Date.now() - startedAt;
  return { kind: 'failure', startedAt, durationMs, failure: toFailure(thrown) };
}

function unknownKind(task: never): FailureError {
  const message = `unknown kind of task: ${JSON.stringify(task)}`;
  return new FailureError({ code: 'protocol', message });
}
