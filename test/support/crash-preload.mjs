// Loaded into the program before its own code (node --import): kills it just before a certain step, or a
// little after that step began, so that a test can choose a moment that no timing from outside would hit.
//
//   CRASH_STEP    which step, counted from 1: statements that SQLite is given, and files that are removed, linked, renamed
//   CRASH_MATCH   count only steps whose text contains this
//   CRASH_AFTER   microseconds from the beginning of the step to the kill; absent = before it begins
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread, Worker } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';

const last = Number(process.env.CRASH_STEP ?? Infinity);
const match = process.env.CRASH_MATCH ?? '';
const afterUs = process.env.CRASH_AFTER;
let steps = 0;

// Worker threads inherit the flags of the process; the file is the main thread's alone.
if (isMainThread) {
  const killAfter = afterUs === undefined ? die : await armed(Number(afterUs));
  const step = (text) => {
    if (text.includes(match) && ++steps === last) killAfter();
  };
  watchStatements(step);
  watchFiles(step);
}

function die() {
  process.kill(process.pid, 'SIGKILL');
}

// A thread that waits for the word and kills: this one will be inside SQLite by then.
async function armed(waitUs) {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const code = `const { parentPort, workerData: { flag, waitMs } } = require('node:worker_threads');
    parentPort.postMessage('ready');
    Atomics.wait(flag, 0, 0);
    const from = performance.now();
    while (performance.now() - from < waitMs);
    process.kill(process.pid, 'SIGKILL');`;
  const thread = new Worker(code, { eval: true, execArgv: [], workerData: { flag, waitMs: waitUs / 1000 } });
  await new Promise((resolve) => thread.once('message', resolve));
  thread.unref();
  return () => {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  };
}

function watchStatements(step) {
  const database = BetterSqlite3.prototype;
  for (const name of ['exec', 'pragma']) {
    const original = database[name];
    database[name] = function (text, ...rest) {
      step(text);
      return original.call(this, text, ...rest);
    };
  }
  const probe = new BetterSqlite3(':memory:');
  const statement = Object.getPrototypeOf(probe.prepare('SELECT 1'));
  probe.close();
  for (const name of ['run', 'get', 'all', 'iterate']) {
    const original = statement[name];
    statement[name] = function (...parameters) {
      step(this.source);
      return original.apply(this, parameters);
    };
  }
}

function watchFiles(step) {
  const words = { rmSync: 'remove', unlinkSync: 'unlink', linkSync: 'link', renameSync: 'rename' };
  for (const [name, word] of Object.entries(words)) {
    const original = fs[name];
    fs[name] = (path, ...rest) => {
      step(`${word} ${String(path)}`);
      return original(path, ...rest);
    };
  }
  syncBuiltinESMExports();
}
