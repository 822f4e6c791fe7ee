/**
 * The executors of the run, called on one page one after the other, each with a time limit. What goes
 * wrong is part of the report; only a validator's word that this is not the page rejects. A thread that user code holds or ends is the main thread's
 * matter (delegator/watchdog.ts).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context, Executor, Validator } from '#src/executor.js';
import type { Held, Holder } from '#src/protocol/holding.js';
import type { Execution, Fault, ExecutorSettings, Work, WorkReport } from '#src/protocol/work.js';
import { FailureError } from '#src/protocol/to-failure.js';
import { failuresOf } from '#src/protocol/work.js';
import { makeContext, type ContextParts } from './context.js';
import { own } from './own-realm.js';
import type { PageView } from './page-view.js';
import { scrape } from './scrape.js';
import { judgeRefusal, judgeThrown, type Verdict } from './judge-thrown.js';

/** How long a module may take to load in a thread, ms. */
const LOAD_MS = 30_000;

/** Levels of a result; SQLite's own limit. */
const MAX_DEPTH = 1_000;

/** An executor that is built in stands in the list of modules under its name. */
const BUILT_IN: Readonly<Record<string, Executor>> = { scrape };

interface Loaded {
  readonly executors: ReadonlyMap<string, Executor>;
  readonly validators: readonly Validator[];
  /** See `WorkReport`. */
  readonly otherCode: Readonly<Record<string, string>>;
}

/** What the modules export, or why one of them cannot be had. */
type Loading = { readonly loaded: Loaded } | { readonly fault: Fault };

/** One run over one page. */
export interface Job {
  readonly held: Held;
  readonly page: PageView;
  readonly work: Work;
  readonly parts: ContextParts;
}

/** What ended one executor. */
type Ended = { readonly output: string } | Verdict;

export class ExecutorRunner {
  readonly #settings: ExecutorSettings;
  readonly #holder: Holder;
  /** All names, in the order they are run. */
  readonly #names: readonly string[];
  #loading: Promise<Loading> | null = null;
  #isOtherCodeSaid = false;

  constructor(settings: ExecutorSettings, holder: Holder) {
    this.#settings = settings;
    this.#holder = holder;
    this.#names = settings.modules.flatMap(({ executors }) => executors);
  }

  /**
   * Lets the validators look at an answer.
   *
   * @returns null, or the report where one of them has a fault: then no executor is run
   * @throws FailureError (rejects) `validation` where one says that this is not the page
   */
  async validate(job: Job): Promise<WorkReport | null> {
    const loading = await this.#load();
    if ('fault' in loading) return faultReport(job, loading.fault);
    for (const validator of loading.loaded.validators) {
      const ended = await this.#call(
        job,
        'validate',
        (context) => validator(job.page, context),
        judgeRefusal,
      );
      if (!('kind' in ended)) continue;
      if (ended.kind === 'fault') return faultReport(job, faultOf('validate', ended));
      throw new FailureError({ code: 'validation', message: ended.error, status: job.page.status });
    }
    return null;
  }

  /** Runs what `job.work` asks for. */
  async run(job: Job): Promise<WorkReport> {
    const loading = await this.#load();
    if ('fault' in loading) return faultReport(job, loading.fault);
    const { executors, otherCode } = loading.loaded;
    this.#sayOtherCode(job, Object.keys(otherCode));
    const executions: Execution[] = [];
    let fault: Fault | null = null;
    let hasFailed = false;
    for (const [name, output] of Object.entries(job.work.results)) job.page.addResult(name, output);
    for (const name of job.work.run) {
      const executor = executors.get(name);
      if (hasFailed || executor === undefined) {
        executions.push(skipped(name));
        continue;
      }
      const execution = await this.#execute(job, name, executor);
      executions.push(execution.recorded);
      if (execution.recorded.output !== null) job.page.addResult(name, execution.recorded.output);
      else hasFailed = true;
      fault = execution.fault;
    }
    this.#holder.endExecutors(job.held);
    return { executions, follows: job.parts.follows, fault, otherCode };
  }

  async #execute(
    job: Job,
    name: string,
    executor: Executor,
  ): Promise<{ readonly recorded: Execution; readonly fault: Fault | null }> {
    const { blamed } = job.work;
    if (blamed?.executor === name) {
      const { error, startedAt } = blamed;
      const recorded = {
        executor: name,
        status: 'failed',
        output: null,
        error,
        startedAt,
        durationMs: null,
      } as const;
      return { recorded, fault: null };
    }
    const startedAt = Date.now();
    const startedTick = performance.now();
    const ended = await this.#call(job, name, (context) => executor(job.page, context), judgeThrown);
    const durationMs = Math.round(performance.now() - startedTick);
    const base = { executor: name, startedAt, durationMs };
    if (!('kind' in ended))
      return { recorded: { ...base, status: 'success', output: ended.output, error: null }, fault: null };
    return {
      recorded: { ...base, status: 'failed', output: null, error: ended.error },
      fault: ended.kind === 'fault' ? faultOf(name, ended) : null,
    };
  }

  /** Calls user code; answers when it did, threw, or its time is up, whichever comes first. */
  async #call(
    { held, parts }: Job,
    name: string,
    code: (context: Context) => unknown,
    judge: (thrown: unknown) => Verdict,
  ): Promise<Ended> {
    const { timeoutMs } = this.#settings;
    const over = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const timeOut = new Promise<Verdict>((resolve) => {
      timer = own.setTimeout(() => {
        resolve({ kind: 'failed', error: `timeout: no result within ${timeoutMs} ms`, stack: '' });
        over.abort();
      }, timeoutMs);
    });
    const place = this.#names.indexOf(name);
    const called = (async (): Promise<Ended> => {
      try {
        const context = makeContext(parts, over.signal);
        return {
          // A validator has no place.
          output: asJson(
            name,
            await this.#holder.hold(held, () => code(context), place === -1 ? null : place),
          ),
        };
      } catch (thrown) {
        return judge(thrown);
      }
    })();
    const ended = await own.race([called, timeOut]);
    own.clearTimeout(timer);
    // Whatever it still waits for has nobody to answer to.
    over.abort();
    return ended;
  }

  /** Results of two sources stand side by side: a person should know. */
  #sayOtherCode({ parts }: Job, names: readonly string[]): void {
    if (this.#isOtherCodeSaid || names.length === 0) return;
    this.#isOtherCodeSaid = true;
    parts.say(
      'warn',
      `the code of ${names.join(', ')} was changed while the run went on; a new thread runs it as it is now`,
    );
  }

  /** The user's modules, loaded when there is a first page: the run has checked that they load, but in a thread of another kind. */
  #load(): Promise<Loading> {
    return (this.#loading ??= loadModules(this.#settings));
  }
}

async function loadModules({ modules }: ExecutorSettings): Promise<Loading> {
  const executors = new Map<string, Executor>();
  const validators: Validator[] = [];
  const otherCode: Record<string, string> = {};
  for (const { url, executors: names, validates, codeHash } of modules) {
    try {
      const { exported, hash } =
        url in BUILT_IN ? { exported: BUILT_IN, hash: codeHash } : await inTime(loadModule(url));
      if (hash !== codeHash) for (const name of names) otherCode[name] = hash;
      for (const name of names) {
        if (typeof exported[name] !== 'function') throw new TypeError(`${name} is no function any more`);
        executors.set(name, exported[name] as Executor);
      }
      if (validates) validators.push(exported['validate'] as Validator);
    } catch (thrown) {
      const { message, stack } = faultOf('', judgeThrown(thrown));
      const text = `its module cannot be loaded in the thread of a page: ${message}`;
      return { fault: { executor: names[0] ?? 'validate', message: text, stack } };
    }
  }
  return { loaded: { executors, validators, otherCode } };
}

/** @throws Error (rejects) also where its source was written meanwhile, so that nobody knows which one was loaded */
async function loadModule(
  url: string,
): Promise<{ readonly exported: Readonly<Record<string, unknown>>; readonly hash: string }> {
  const hash = hashOf(url);
  const exported = (await import(url)) as Readonly<Record<string, unknown>>;
  if (hashOf(url) !== hash) throw new Error('its source was written while it was loaded');
  return { exported, hash };
}

/** As the run takes it before it begins (src/executors/modules.ts). */
function hashOf(url: string): string {
  return createHash('sha256')
    .update(readFileSync(fileURLToPath(url), 'utf8'))
    .digest('hex');
}

/** @throws Error (rejects) for a module that takes too long: what it waits for may never come */
async function inTime<T>(loading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = own.setTimeout(() => reject(new Error(`not loaded within ${LOAD_MS / 1000} s`)), LOAD_MS);
  });
  try {
    return await own.race([loading, late]);
  } finally {
    own.clearTimeout(timer);
  }
}

/** A fault before the first executor: none is run, and that is on record. */
function faultReport({ work }: Job, fault: Fault): WorkReport {
  const error = `exception: in ${fault.executor}: ${fault.message}`;
  return { executions: failuresOf(work.run, error), follows: [], fault };
}

/** @throws TypeError for what JSON cannot hold */
function asJson(name: string, value: unknown): string {
  if (value === undefined) return 'null';
  let text: string | undefined;
  try {
    text = own.stringify(value) as string | undefined;
  } catch (cause) {
    throw new TypeError(`${name} answered what JSON cannot hold: ${(cause as Error).message}`, { cause });
  }
  if (typeof text !== 'string')
    throw new TypeError(`${name} answered a ${typeof value}, which JSON cannot hold`);
  if (isDeep(text)) throw new TypeError(`${name} answered what is nested deeper than ${MAX_DEPTH} levels`);
  return text;
}

/** Whether objects and arrays stand in each other deeper than SQLite and most readers of JSON go. */
function isDeep(json: string): boolean {
  // Most results are short, and each level takes two characters.
  if (json.length <= 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function skipped(executor: string): Execution {
  return { executor, status: 'skipped', output: null, error: null, startedAt: null, durationMs: null };
}

function faultOf(executor: string, { error, stack }: Verdict): Fault {
  return { executor, message: error.replace(/^exception: /, ''), stack };
}
