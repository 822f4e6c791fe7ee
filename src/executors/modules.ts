/**
 * The user's modules, looked at before anything starts: do they load, what do they export, in which order, and what
 * is their source. They are loaded in a thread of its own, so that code which hangs, exits or throws harms nobody.
 */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { UsageError } from '../errors.js';
import type { ExecutorModule, Inspection } from '../protocol/work.js';

/** Executors that are built in, by the name that takes the place of a module's. */
export const BUILT_IN: ReadonlySet<string> = new Set(['scrape']);

const VALIDATOR = 'validate';
/** How long a module may take to load, ms. */
const LOAD_MS = 30_000;
/** The same for having its syntax looked at, and how many lines of what was found are told. */
const CHECK_MS = 5_000;
const CHECK_LINES = 3;

/**
 * Looks at the modules of a run, in their order.
 *
 * @param names paths, `file:` URLs, or the name of one that is built in
 * @param label how messages call the option
 * @throws UsageError (rejects) for a module that cannot be read, does not load or exports no function, and for two
 *         executors of one name
 */
export async function readModules(
  names: readonly string[],
  label: string,
): Promise<readonly ExecutorModule[]> {
  const modules: ExecutorModule[] = [];
  for (const name of names) modules.push(BUILT_IN.has(name) ? builtIn(name) : await readModule(name, label));
  refuseTwins(modules, label);
  return modules;
}

function builtIn(name: string): ExecutorModule {
  return { url: name, executors: [name], validates: false, codeHash: name };
}

async function readModule(name: string, label: string): Promise<ExecutorModule> {
  const file = pathOf(name, label);
  const source = readSource(file, label);
  const url = pathToFileURL(file).href;
  const found = await inspect(url);
  if (found.kind === 'failed') throw notLoaded(file, label, found);
  const executors = (await inSourceOrder(found.functions, source)).filter(
    (exported) => exported !== VALIDATOR && exported !== 'default',
  );
  const validates = found.functions.includes(VALIDATOR);
  if (executors.length === 0 && !validates) {
    throw new UsageError(`${label}: ${file} exports no function by a name (classes are none)`, {
      hint: 'write: export async function price(page, context) { return … }',
    });
  }
  return { url, executors, validates, codeHash: createHash('sha256').update(source).digest('hex') };
}

/** @throws UsageError for a URL that is no file's */
function pathOf(name: string, label: string): string {
  // A letter alone is a drive.
  if (!/^[a-z][a-z\d+.-]+:/i.test(name)) return resolve(name);
  try {
    return fileURLToPath(name);
  } catch (cause) {
    throw new UsageError(`${label}: ${name} is no file`, {
      cause,
      hint: "expected a path, or a URL as new URL('./my.mjs', import.meta.url) makes it",
    });
  }
}

function readSource(file: string, label: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : message;
    throw new UsageError(`${label}: cannot read ${file}: ${reason}`, {
      cause,
      hint: `expected a module of your functions, or the word ${[...BUILT_IN].join(' or ')}`,
    });
  }
}

function notLoaded(
  file: string,
  label: string,
  { message, stack }: Inspection & { kind: 'failed' },
): UsageError {
  return new UsageError(`${label}: ${file} does not load: ${message}`, {
    hint: whatToDo(file, message) || (message.startsWith('SyntaxError') ? syntaxErrorIn(file) : '') || stack,
  });
}

/** '' where the message says it all. */
function whatToDo(file: string, message: string): string {
  if (/\.[cm]?ts$/.test(file) && /unknown file extension|strip/i.test(message))
    return `Node.js ${process.versions.node} does not load TypeScript; use 22.18 or newer, or compile it`;
  // An import is looked for beside the module, wherever the program itself is.
  if (/cannot find package 'orbweaver'/i.test(message))
    return (
      'install orbweaver in the folder of the module, or do without the import: ' +
      "Object.assign(new Error('sold out'), { name: 'TaskError' }) is a TaskError, too"
    );
  return '';
}

/** Line, code and caret of a syntax error, which the error itself does not have; '' where none is found in this file. */
function syntaxErrorIn(file: string): string {
  const { status, stderr } = spawnSync(process.execPath, ['--check', file], {
    encoding: 'utf8',
    timeout: CHECK_MS,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Flags of this process are none of its business.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (status === 0 || status === null) return '';
  const lines = stderr.split('\n');
  // The file is named with its line: what stands before are warnings.
  const start = lines.findIndex((line) => /:\d+$/.test(line));
  return start < 0
    ? ''
    : lines
        .slice(start, start + CHECK_LINES)
        .join('\n')
        .trimEnd();
}

/** Loads a module in a thread of its own and answers what it exports. */
function inspect(url: string): Promise<Inspection> {
  return new Promise((answer) => {
    const worker = new Worker(new URL('../workers/inspect.js', import.meta.url), { workerData: url });
    const end = (inspection: Inspection): void => {
      clearTimeout(timer);
      void worker.terminate();
      answer(inspection);
    };
    const failed = (message: string): void => end({ kind: 'failed', message, stack: '' });
    const timer = setTimeout(() => failed(`not within ${LOAD_MS / 1000} s`), LOAD_MS);
    worker.once('message', end);
    worker.once('error', (error: Error) =>
      end({ kind: 'failed', message: error.message, stack: error.stack ?? '' }),
    );
    worker.once('exit', (code) => failed(`it ended its thread with status ${code}`));
  });
}

/** A module's own list of its exports is sorted by name; people mean the order they wrote them in. */
async function inSourceOrder(names: readonly string[], source: string): Promise<readonly string[]> {
  const lexer = await import('es-module-lexer');
  // A promise, whatever its type says.
  await Promise.resolve(lexer.init);
  try {
    const [, exports] = lexer.parse(source);
    const order = exports.map((each) => ('name' in each ? each.name : ''));
    const placeOf = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
    return [...names].sort((a, b) => placeOf(a) - placeOf(b));
  } catch {
    // Not what the lexer reads (CommonJS, some TypeScript): the order of the names is an order, too.
    return names;
  }
}

function refuseTwins(modules: readonly ExecutorModule[], label: string): void {
  const urls = modules.map(({ url }) => url);
  const twice = urls.find((url, place) => urls.indexOf(url) < place);
  if (twice !== undefined) throw new UsageError(`${label}: ${twice} is given twice`);
  const owners = new Map<string, string>();
  for (const { url, executors } of modules) {
    for (const executor of executors) {
      const owner = owners.get(executor);
      if (owner !== undefined)
        throw new UsageError(
          `${label}: there are two executors called ${executor}: in ${owner} and in ${url}`,
        );
      owners.set(executor, url);
    }
  }
  if (owners.has('all'))
    throw new UsageError(`${label}: an executor cannot be called all: --force all means every one of them`);
  for (const name of owners.keys()) refuseShadow(name, owners, label);
}

/** In a file of one task (`export --format json-files`) results stand beside the task's name and params. */
function refuseShadow(name: string, owners: ReadonlyMap<string, string>, label: string): void {
  const [, of] = /^(.+)_(?:status|last_run|error)$/.exec(name) ?? [];
  if (name !== 'name' && name !== 'params' && (of === undefined || !owners.has(of))) return;
  throw new UsageError(
    `${label}: an executor cannot be called ${name}: exports have that name for something else`,
  );
}
