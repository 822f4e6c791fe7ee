/**
 * Fetches a list of pages and does nothing else, in as many threads as a crawl has. Called with the file of the list,
 * the number of threads, the requests in flight in each, and a file for what answered with 200; beside it, in a file of the
 * same name and `.ms`, is how long that took from the first request to the last answer.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Agent, type Dispatcher } from 'undici';

interface Share {
  readonly urls: readonly string[];
  readonly atOnce: number;
}

interface Fetched {
  readonly got: readonly string[];
  readonly startedAt: number;
  readonly endedAt: number;
}

async function fetchAll({ urls, atOnce }: Share): Promise<Fetched> {
  const startedAt = Date.now();
  const agent = new Agent({ connections: atOnce, pipelining: 1 });
  const got: string[] = [];
  let next = 0;
  const line = async (): Promise<void> => {
    while (next < urls.length) {
      const url = urls[next++]!;
      if ((await statusOf(agent, url)) === 200) got.push(url);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, line));
  const endedAt = Date.now();
  await agent.close();
  return { got, startedAt, endedAt };
}

/** 0 where no answer came. Bodies are let go as they arrive. */
function statusOf(agent: Agent, url: string): Promise<number> {
  const { origin, pathname } = new URL(url);
  return new Promise((settle) => {
    let status = 0;
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => undefined,
      onResponseStart: (_, code) => void (status = code),
      onResponseData: () => undefined,
      onResponseEnd: () => settle(status),
      onResponseError: () => settle(0),
    };
    agent.dispatch({ origin, path: pathname, method: 'GET' }, handler);
  });
}

async function main([list = '', threads = '', atOnce = '', file = '']: readonly string[]): Promise<void> {
  const urls = readFileSync(list, 'utf8').split('\n').filter(Boolean);
  const shares = Array.from({ length: Number(threads) }, (_, thread): Share => ({
    urls: urls.filter((_, index) => index % Number(threads) === thread),
    atOnce: Number(atOnce),
  }));
  const all = await Promise.all(shares.map((share) => inThread(share)));
  const got = all.flatMap((each) => each.got);
  writeFileSync(file, got.map((url) => `${url}\n`).join(''));
  const startedAt = Math.min(...all.map((each) => each.startedAt));
  writeFileSync(`${file}.ms`, `${Math.max(...all.map(({ endedAt }) => endedAt)) - startedAt}`);
}

function inThread(share: Share): Promise<Fetched> {
  const thread = new Worker(fileURLToPath(import.meta.url), { workerData: share });
  return new Promise((settle, fail) => {
    thread.once('message', settle);
    thread.once('error', fail);
  });
}

if (isMainThread) await main(process.argv.slice(2));
else parentPort?.postMessage(await fetchAll(workerData as Share)); // Given by the main thread.
