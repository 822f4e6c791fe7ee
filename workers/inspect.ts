/** Thread entry: loads one module of the user's and says which functions it exports. Nothing of it is called. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Inspection } from '#src/protocol/work.js';

async function inspect(url: string): Promise<Inspection> {
  try {
    const exported = (await import(url)) as Readonly<Record<string, unknown>>;
    const functions = Object.keys(exported).filter((name) => isCallable(exported[name]));
    return { kind: 'loaded', functions };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { kind: 'failed', message: `${error.name}: ${error.message}`, stack: ownLines(error.stack ?? '') };
  }
}

/** A class is a function, too, but cannot be called. */
function isCallable(value: unknown): boolean {
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value));
}

/** Where in the user's files it happened. */
function ownLines(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => line.includes('file:') && !line.includes('node:internal'))
    .join('\n');
}

parentPort?.postMessage(await inspect(workerData as string));
