/**
 * What executors are to do on a page, and what came of it: the part of tasks and outcomes that is about
 * them. Plain data; whatever user code returned or was given travels as JSON text.
 */

/** The executors of a run, in order; part of the settings of every thread. */
export interface ExecutorSettings {
  readonly modules: readonly ExecutorModule[];
  /** How long one executor may take on one page, ms. */
  readonly timeoutMs: number;
  /** The run's folder, absolute. */
  readonly folder: string;
  /** Whether bodies are sent back, to be stored. */
  readonly keepBodies: boolean;
}

/** One module of the user's, as it was found to be when the run began. */
export interface ExecutorModule {
  /** `file:` URL, or the name of one that is built in. */
  readonly url: string;
  /** Names of the functions it exports for pages, in the order they are run. */
  readonly executors: readonly string[];
  /** Whether it exports `validate`, which looks at an answer before anything else does. */
  readonly validates: boolean;
  /** SHA-256 of its source, hex. */
  readonly codeHash: string;
}

/** What a thread answers that has loaded a module to look at it. */
export type Inspection =
  | { readonly kind: 'loaded'; readonly functions: readonly string[] }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string };

/** What is to be done on one page. */
export interface Work {
  /** Key of the task. */
  readonly key: string;
  /** JSON object. */
  readonly params: string;
  /** Executors to run, in order. */
  readonly run: readonly string[];
  /** Outputs, as JSON, of those that succeeded before and are passed over. */
  readonly results: Readonly<Record<string, string>>;
  /** One that is known to end its thread: it fails without being run. */
  readonly blamed: Blamed | null;
}

/** An executor that ended its thread, or held it for too long. */
export interface Blamed {
  readonly executor: string;
  readonly error: string;
  /** When its page was handed out, ms since epoch: the thread took all else that was known of it along. */
  readonly startedAt: number;
}

/** The country that a task wants to be asked from, two letters in lower case; null = any. */
export function countryOf({ params }: Work): string | null {
  if (params === NO_PARAMS) return null;
  const { country } = JSON.parse(params) as { readonly country?: unknown };
  return typeof country === 'string' ? country.toLowerCase() : null;
}

/** Params of a task that has none. */
export const NO_PARAMS = '{}';

/** What came of one executor on one page. */
export interface Execution {
  readonly executor: string;
  readonly status: 'success' | 'failed' | 'skipped';
  /** JSON, of a success. */
  readonly output: string | null;
  /** Of a failure: a code, a colon, a text. */
  readonly error: string | null;
  /** When it began, ms since epoch; null = not run. */
  readonly startedAt: number | null;
  readonly durationMs: number | null;
}

/** Where none of them could be run: the first fails with `error`, the others are skipped. */
export function failuresOf(executors: readonly string[], error: string): readonly Execution[] {
  return executors.map((executor, place) => {
    const base = { executor, output: null, startedAt: null, durationMs: null };
    return place === 0 ? { ...base, status: 'failed', error } : { ...base, status: 'skipped', error: null };
  });
}

/** A task that user code asked for. */
export interface Follow {
  readonly key: string;
  /** Absolute http(s) URL. */
  readonly url: string;
  /** JSON object. */
  readonly params: string;
}

/** An exception of user code that was none of the kinds that mean "not this page": it ends the run, unless --keep-going. */
export interface Fault {
  readonly executor: string;
  /** Class and text. */
  readonly message: string;
  /** Where in the user's own code it was, innermost first; '' = not in it. */
  readonly stack: string;
}

/** All that user code did on one page. */
export interface WorkReport {
  readonly executions: readonly Execution[];
  readonly follows: readonly Follow[];
  readonly fault: Fault | null;
  /** Of executors that ran by another source than the run found when it began: the SHA-256 of it, hex. */
  readonly otherCode?: Readonly<Record<string, string>>;
}

/** An answer to be stored, so that executors that are run on it again see what those before saw. */
export interface KeptBody {
  /** The address that answered, redirects followed. */
  readonly url: string;
  readonly status: number;
  /** JSON: names in lower case, a list where one came more than once. */
  readonly headers: string;
  /** Content codings undone, then gzip. */
  readonly body: Uint8Array;
}
