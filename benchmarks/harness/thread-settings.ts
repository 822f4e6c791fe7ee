/** What a worker thread is started with, for benchmarks of a part of it: nothing that asks for more work. */
import type { WorkerSettings } from '#src/protocol/settings.js';

/** For loopback alone. */
export const THREAD_SETTINGS: WorkerSettings = {
  rule: { profile: 'web', scope: 'origin', scopeKeys: [], include: [], exclude: [] },
  within: null,
  stripParams: [],
  obeyNofollow: true,
  userAgent: 'Orbweaver',
  headers: [],
  openHosts: ['127.0.0.1'],
  allowPrivate: false,
  ca: [],
  timeoutMs: 30_000,
  maxBodyBytes: 10 * 2 ** 20,
  maxRedirects: 0,
  executors: null,
  downloads: null,
};
