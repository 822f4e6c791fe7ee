// Preloaded into the program by NODE_OPTIONS=--require: ends a worker thread in the middle of its work, in a
// way that the path names, as user code or a fault in the machine would. Does nothing in the main thread.
'use strict';
const { subscribe } = require('node:diagnostics_channel');
const { isMainThread, threadId } = require('node:worker_threads');

// A machine that has no room for another thread.
if (threadId > Number(process.env.THREADS_TO_START ?? Infinity)) throw new Error('no room for a thread');

if (!isMainThread) {
  // When the head of a 200 is in: the server has seen the request, the thread has others in hand.
  subscribe('undici:request:headers', ({ request, response }) => {
    if (response.statusCode !== 200) return;
    if (request.path.startsWith('/kill-exit')) process.exit(1);
    if (request.path.startsWith('/kill-throw')) throw new Error('the end of this thread');
    if (request.path.startsWith('/kill-memory')) fillMemory();
  });
}

function fillMemory() {
  const kept = [];
  for (;;) kept.push(new Array(100_000).fill(0.5));
}
