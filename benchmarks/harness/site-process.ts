/**
 * The site's own process: a demo wiki, and an account of what serving it costs. Speaks over the channel that
 * {@link startSite} opened: announces its origin, answers every message with its usage, and ends with the
 * channel, so that it cannot outlive the benchmark.
 */
import { subscribe } from 'node:diagnostics_channel';
import { startDemo } from '#src/demo/server.js';
import type { SiteUsage } from './site.js';

const [pages, latencyMs, latencyJitterMs] = process.argv.slice(2).map(Number);
let connections = 0;
subscribe('net.server.socket', () => connections++);
const server = await startDemo({
  pages: pages!,
  latencyMs: latencyMs!,
  latencyJitterMs: latencyJitterMs!,
});

process.on('disconnect', () => process.exit());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const usage: SiteUsage = { cpuMs: (user + system) / 1000, requests: server.requests(), connections };
  process.send!(usage);
});
process.send!(server.origin);
