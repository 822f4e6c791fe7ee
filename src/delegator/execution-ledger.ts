/**
 * What executors are to do on a page that is handed out, and what they came to: between the leases and the table of
 * executions.
 */
import type { AdmitTask, Lease } from '../frontier/frontier.js';
import {
  type Blamed,
  type Execution,
  type ExecutorModule,
  failuresOf,
  type KeptBody,
  NO_PARAMS,
  type Work,
  type WorkReport,
} from '../protocol/work.js';
import type { ExecutionTable } from '../store/executions.js';

/** A request as a task describes it. */
export interface TaskRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | null;
}

export interface ExecutionLedgerOptions {
  readonly modules: readonly ExecutorModule[];
  /** Of executors that are forced: since when a success counts, ms since epoch. */
  readonly since: ReadonlyMap<string, number>;
  /** The request that params describe. */
  readonly requestOf: (params: string) => TaskRequest;
  /** Called for each execution that is stored, with the key of its task. */
  readonly onExecution: (execution: Execution, key: string) => void;
}

/** The page or task that executors are run on. */
export type Subject = Pick<Lease, 'kind' | 'pageId' | 'key'>;

/** What executors came to on one page. */
export interface Done {
  readonly lease: Subject;
  readonly report: WorkReport;
  readonly kept: KeptBody | null;
}

const PLAIN: TaskRequest = { method: 'GET', headers: [], body: null };

export class ExecutionLedger {
  readonly #table: ExecutionTable;
  readonly #options: ExecutionLedgerOptions;
  readonly #names: readonly string[];
  readonly #hashes: ReadonlyMap<string, string>;
  /** Pages on which an executor ended its thread: it is not run on them again in this run. */
  readonly #blamed = new Map<number, Blamed>();

  constructor(table: ExecutionTable, options: ExecutionLedgerOptions) {
    this.#table = table;
    this.#options = options;
    this.#names = options.modules.flatMap(({ executors }) => executors);
    this.#hashes = new Map(
      options.modules.flatMap(({ executors, codeHash }) =>
        executors.map((name) => [name, codeHash] as const),
      ),
    );
  }

  /** What is to be done on the page of a lease. */
  workFor(lease: Subject): Work {
    const blamed = this.#blamed.get(lease.pageId) ?? null;
    const task = lease.kind === 'page' ? undefined : this.#table.taskOf(lease.pageId);
    // A page that was never fetched, so that nothing was ever run on it.
    if (task === undefined)
      return {
        key: this.#table.keyOf(lease.key),
        params: NO_PARAMS,
        run: this.#names,
        results: {},
        blamed,
      };
    const run: string[] = [];
    const results: Record<string, string> = {};
    const known = new Map(this.#table.executionsOf(task.id).map((row) => [row.executor, row]));
    for (const name of this.#names) {
      const row = known.get(name);
      const isDone = row?.status === 'success' && (row.lastRun ?? 0) >= (this.#options.since.get(name) ?? 0);
      if (isDone && row.output !== null) results[name] = row.output;
      else run.push(name);
    }
    return { key: task.key, params: task.params, run, results, blamed };
  }

  /** How the page of a lease is to be asked for. */
  requestFor(lease: Lease, { params }: Work): TaskRequest {
    return lease.kind === 'task' ? this.#options.requestOf(params) : PLAIN;
  }

  storedFor(lease: Lease): KeptBody | undefined {
    return this.#table.storedAnswer(lease.pageId);
  }

  /** The name of an executor by its place in the order of the run; null where there is none. */
  nameAt(place: number | null): string | null {
    return place === null ? null : (this.#names[place] ?? null);
  }

  /** An executor ended its thread on this page: it fails there without being run. */
  blame(lease: Lease, blamed: Blamed): void {
    this.#blamed.set(lease.pageId, blamed);
  }

  /** The page could not be had: the first executor that waits for it fails, the others are skipped. */
  reportOfFailure(lease: Subject, error: string): WorkReport {
    return { executions: failuresOf(this.workFor(lease).run, error), follows: [], fault: null };
  }

  /** Stores what came of it; called in the transaction that settles the lease. */
  store(done: Done, admitTask: AdmitTask): void {
    const { lease, report, kept } = done;
    // A run without executors, which keeps bodies for later ones, makes no tasks of its pages.
    if (report.executions.length > 0) this.#storeExecutions(done);
    for (const { key, url, params } of report.follows)
      this.#table.addTask(key, admitTask(key, url, lease.pageId), params);
    if (kept !== null) this.#table.keepBody(lease.pageId, kept);
    this.#blamed.delete(lease.pageId);
  }

  #storeExecutions({ lease, report }: Done): void {
    const task = this.#table.taskOf(lease.pageId);
    const taskId = task?.id ?? this.#table.addPage(lease.key, lease.pageId, NO_PARAMS);
    for (const execution of report.executions) {
      const { executor, startedAt } = execution;
      const hash = report.otherCode?.[executor] ?? this.#hashes.get(executor) ?? null;
      this.#table.write(taskId, execution, startedAt === null ? null : hash);
      this.#options.onExecution(execution, task?.key ?? lease.key);
    }
  }
}
