/**
 * The worker threads: one Piscina pool whose tasks are sent to the thread the delegator chose. A thread
 * that dies is replaced, and every task it had is reported as lost; whose fault it was is for the
 * delegator to find out. Nothing but this file imports piscina.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { type CrawlError, PoolError, UserCodeError } from '../errors.js';
import type { Outcome, WorkerMessage } from '../protocol/outcome.js';
import { clearCells, executorAt, type Holding, makeHolding } from '../protocol/holding.js';
import type { ThreadData, WorkerSettings } from '../protocol/settings.js';
import type { Task } from '../protocol/task.js';

/**
 * Room for what lives no longer than a page, MiB a thread. Node would take three times as much, and a quarter more
 * memory in all with eight threads, for no speed to be measured. With 6 or 12 pages that are parsed as trees take 1.4 and
 * 1.8 times as long.
 */
const YOUNG_MIB = 16;

/** How long a thread may take to end once it is told to, ms: only a call into native code that does not return takes long. */
const END_MS = 10_000;
/** The same when all are ended, and nothing more is lost by leaving one behind. */
const CLOSE_MS = 3_000;

export interface PoolOptions {
  readonly threads: number;
  /** Tasks one thread may have at once. */
  readonly concurrency: number;
  /** Heap limit of one thread, MiB. */
  readonly memoryMiB: number;
  readonly settings: WorkerSettings;
}

/** What the pool tells its owner. Threads are numbered 0 … threads − 1 and keep their number when replaced. */
export interface PoolListener {
  onMessage(message: WorkerMessage): void;
  onThread(thread: number, isLive: boolean, reason: string | null): void;
  /** No thread can be started any more, or one cannot be ended. */
  onBroken(error: CrawlError): void;
}

/** What the delegator needs of its threads. */
export interface Pool {
  /** What each of them is in the middle of. */
  readonly holding: Holding;
  /** Names the owner, who is told what has happened since the start, too, once this call is over. */
  listen(listener: PoolListener): void;
  /** Runs a task on a live thread. Never rejects: a thread that dies answers `lost`. */
  run(task: Task, thread: number): Promise<Outcome | Lost>;
  /** Ends one thread, which is replaced; its tasks are lost with `endedFor`. */
  end(thread: number, flightId: number | null): void;
  /** Ends all threads at once, whatever they are doing. False where one cannot be ended: the process will not end by itself. */
  close(): Promise<boolean>;
}

/** The task's thread died before it answered. */
export interface Lost {
  readonly kind: 'lost';
  readonly message: string;
  /** The flight for whose sake the thread was ended; null = it died by itself. */
  readonly endedFor: number | null;
  /** The place of the executor that was at work in it, in the order of the run; null = none. */
  readonly executor: number | null;
}

export class WorkerPool implements Pool {
  readonly holding: Holding;
  readonly #piscina: Piscina;
  #listener: PoolListener | null = null;
  /** What nobody has been told of yet. */
  readonly #untold: ((listener: PoolListener) => void)[] = [];
  #closing: Promise<boolean> | null = null;
  /** Those that have loaded their modules. */
  readonly #loaded = new WeakSet<Worker>();
  /** By thread number; undefined while a replacement starts. */
  readonly #workers: (Worker | undefined)[];
  /** By thread: the flight it was ended for, until it is replaced. */
  readonly #endedFor = new Map<number, number>();
  #next = 0;
  /** Why a thread without a task died, which is told once. */
  #lastError: string | null = null;

  constructor(options: PoolOptions) {
    this.holding = makeHolding(options.threads);
    this.#workers = new Array<Worker | undefined>(options.threads).fill(undefined);
    this.#piscina = new Piscina({
      filename: new URL('../workers/page.js', import.meta.url).href,
      minThreads: options.threads,
      maxThreads: options.threads,
      // One more than tasks: the reserve of delegator/slots.ts.
      concurrentTasksPerWorker: options.concurrency + 1,
      // With the default a resting thread's event loop stands still, and its kept-alive sockets with it.
      atomics: 'disabled',
      recordTiming: false,
      workerData: { settings: options.settings, holding: this.holding } satisfies ThreadData,
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMiB, maxYoungGenerationSizeMb: YOUNG_MIB },
      // Distribution is synchronous within run(), so the thread chosen there is the one asked for here.
      loadBalancer: (_task, workers) => {
        const id = this.#workers[this.#next]?.threadId;
        const chosen = workers.find((worker) => worker.id === id);
        if (chosen === undefined) throw new PoolError(`thread ${this.#next} is gone`);
        return chosen;
      },
    });
    for (const [thread, worker] of this.#piscina.threads.entries()) {
      this.#workers[thread] = worker;
      // The pool takes the first ones for ready from the start; their first word is that they are.
      worker.once('message', () => this.#loaded.add(worker));
    }
    this.#piscina.on('message', (message: unknown) => {
      // A thread's port is in the hands of user code, too.
      if (isMessage(message)) this.#tell((listener) => listener.onMessage(message));
    });
    this.#piscina.on('workerCreate', ({ id }: { id: number }) => this.#adopt(id));
    // The pool forgets a dead worker just after it says so.
    this.#piscina.on('workerDestroy', () => queueMicrotask(() => this.#dismiss()));
    this.#piscina.on('error', (error: unknown) => (this.#lastError = reasonOf(error)));
  }

  listen(listener: PoolListener): void {
    queueMicrotask(() => {
      this.#listener = listener;
      for (const tell of this.#untold.splice(0)) tell(listener);
    });
  }

  async run(task: Task, thread: number): Promise<Outcome | Lost> {
    this.#next = thread;
    try {
      // Null is what a thread died of: user code may throw that.
      const outcome = (await this.#piscina.run(task)) as Outcome | null;
      if (outcome === null) throw new PoolError('null was thrown');
      return outcome;
    } catch (cause) {
      const endedFor = this.#endedFor.get(thread) ?? null;
      const reason = reasonOf(cause);
      const message = endedFor === null ? reason : 'held its thread for too long';
      return { kind: 'lost', message, endedFor, executor: executorAt(this.holding, thread) };
    }
  }

  end(thread: number, flightId: number | null): void {
    if (flightId !== null) this.#endedFor.set(thread, flightId);
    const worker = this.#workers[thread];
    if (worker !== undefined) void this.#end(worker, thread);
  }

  close(): Promise<boolean> {
    return (this.#closing ??= this.#close());
  }

  /** Not in the middle of loading: Node aborts the process when it finds a thread ended between two steps of that. */
  async #close(): Promise<boolean> {
    const loading = this.#piscina.threads.filter((worker) => !this.#loaded.has(worker));
    await isOver(Promise.all(loading.map(isLoadedOrGone)), CLOSE_MS);
    return isOver(this.#piscina.destroy(), CLOSE_MS);
  }

  #tell(event: (listener: PoolListener) => void): void {
    if (this.#listener === null) this.#untold.push(event);
    else event(this.#listener);
  }

  async #end(worker: Worker, thread: number): Promise<void> {
    if ((await isOver(worker.terminate(), END_MS)) || this.#closing !== null) return;
    const error = new UserCodeError(
      `thread ${thread + 1} cannot be ended: user code is in a call that does not return`,
      {
        hint: 'calls that block outside of JavaScript (execSync, native add-ons) need a time-out of their own; nothing is lost',
      },
    );
    this.#tell((listener) => listener.onBroken(error));
  }

  /** Gives a replacement that is ready the number of the one it replaces. */
  #adopt(threadId: number): void {
    const worker = this.#piscina.threads.find((candidate) => candidate.threadId === threadId);
    const thread = this.#workers.indexOf(undefined);
    if (worker === undefined || thread === -1 || this.#workers.includes(worker)) return;
    this.#workers[thread] = worker;
    this.#loaded.add(worker);
    this.#endedFor.delete(thread);
    clearCells(this.holding, thread);
    this.#tell((listener) => listener.onThread(thread, true, null));
  }

  #dismiss(): void {
    if (this.#closing !== null) return;
    const alive = this.#piscina.threads;
    const lastError = this.#lastError;
    this.#lastError = null;
    for (const [thread, worker] of this.#workers.entries()) {
      if (worker === undefined || alive.includes(worker)) continue;
      this.#workers[thread] = undefined;
      this.#tell((listener) => listener.onThread(thread, false, lastError));
    }
    // The pool starts a replacement at once, unless the last one died while starting: then it never does
    // again, and work tied to the missing thread would wait for ever.
    if (alive.length < this.#workers.length) {
      const error = new PoolError(
        `worker threads cannot be started: one died while starting (${lastError ?? 'no reason given'})`,
        {
          hint: 'nothing that was fetched is lost; the same command goes on where this one stopped',
        },
      );
      this.#tell((listener) => listener.onBroken(error));
    }
  }
}

function isLoadedOrGone(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('message', resolve);
    worker.once('exit', () => resolve());
  });
}

/** Whether something was over in time. */
async function isOver(ending: Promise<unknown>, withinMs: number): Promise<boolean> {
  const inTime = new AbortController();
  const late = pause(withinMs, false, { signal: inTime.signal });
  // What is over in time ends the wait for it.
  late.catch(() => undefined);
  const isInTime = await Promise.race([ending.then(() => true), late]);
  inTime.abort();
  return isInTime;
}

const KINDS: ReadonlySet<unknown> = new Set<WorkerMessage['kind']>([
  'body-read',
  'started',
  'cookies-set',
  'ask',
  'asked',
  'said',
  'files-progress',
]);

function isMessage(message: unknown): message is WorkerMessage {
  return typeof message === 'object' && message !== null && KINDS.has((message as { kind?: unknown }).kind);
}

const MAX_REASON_CHARS = 300;

/** What a thread died of, which may be anything that user code threw. */
function reasonOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).slice(0, MAX_REASON_CHARS);
}
