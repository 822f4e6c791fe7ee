/**
 * Thread entry: a task in, its outcome out. Never throws; whatever goes wrong is the outcome of that
 * one task. A thread holds nothing between tasks but its connections and what the run's settings made.
 */
import { parentPort, type Transferable, workerData } from 'node:worker_threads';
import { Holder } from '#src/protocol/holding.js';
import type {
  DeclinedOutcome,
  DiskOutcome,
  FailureOutcome,
  Outcome,
  WorkerMessage,
} from '#src/protocol/outcome.js';
import type { ThreadData } from '#src/protocol/settings.js';
import type { Task } from '#src/protocol/task.js';
import type { Downloader } from './downloader.js';
import { FailureError, toFailure } from '#src/protocol/to-failure.js';
import { Asker } from './asker.js';
import { Fetcher } from './fetcher.js';
import { DeclinedError } from './guard.js';
import { DiskError } from './disk-error.js';
import { fetchRobots } from './robots.js';
import type { SitemapReader } from './sitemap.js';
import type { ThreadExecutors } from './thread-executors.js';
import { Visitor } from './visit.js';

// The pool starts every thread with this; `unknown` until here.
const { settings, holding } = workerData as ThreadData;
const holder = new Holder(holding);
const fetcher = new Fetcher(settings);
const post = (message: WorkerMessage, transfer: readonly Transferable[] = []): void =>
  parentPort?.postMessage(message, transfer);
const asker = new Asker(fetcher, post);
const visitor = new Visitor(settings, asker, holder, async () => (await threadExecutors()).executions);
let sitemaps: SitemapReader | null = null;
let executors: Promise<ThreadExecutors> | null = null;
let files: Downloader | null = null;

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
      case 'file':
        return await (await downloader()).download(task, onSetCookies);
      case 'sitemap':
        return await (await sitemapReader()).read(task, onSetCookies);
      case 'request':
        return await (await threadExecutors()).requester.request(task, onSetCookies);
      case 'execute':
        return await (await threadExecutors()).requester.execute(task);
      case 'robots':
        return await fetchRobots(fetcher, task, post, onSetCookies);
      default:
        throw unknownKind(task);
    }
  } catch (thrown) {
    return failed(thrown, startedAt);
  }
}

/** Loaded with its XML parser when there is a first one: most crawls read none. */
async function sitemapReader(): Promise<SitemapReader> {
  const { SitemapReader: Reader } = await import('./sitemap.js');
  return (sitemaps ??= new Reader(settings, asker, holder));
}

/** Loaded when there is a first file. */
async function downloader(): Promise<Downloader> {
  const { Downloader: Files } = await import('./downloader.js');
  if (settings.downloads === null) throw new Error('a file in a run that downloads none');
  return (files ??= new Files(settings.downloads, fetcher, post));
}

/** Loaded when there is a first page for them: most runs have none. */
function threadExecutors(): Promise<ThreadExecutors> {
  return (executors ??= import('./thread-executors.js').then(
    ({ ThreadExecutors: Executors }) => new Executors({ settings, fetcher, asker, holder, post }),
  ));
}

function failed(thrown: unknown, startedAt: number): FailureOutcome | DeclinedOutcome | DiskOutcome {
  const durationMs = Date.now() - startedAt;
  if (thrown instanceof DiskError) return { kind: 'disk', startedAt, durationMs, message: thrown.message };
  if (thrown instanceof DeclinedError) {
    return { kind: 'declined', startedAt, durationMs, reason: 'private', detail: thrown.message };
  }
  return { kind: 'failure', startedAt, durationMs, failure: toFailure(thrown) };
}

function unknownKind(task: never): FailureError {
  const message = `unknown kind of task: ${JSON.stringify(task)}`;
  return new FailureError({ code: 'protocol', message });
}
