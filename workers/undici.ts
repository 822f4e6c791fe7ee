/**
 * undici's HTTP/1.1 client without the rest of it (fetch, caches, WebSockets, mocks): a thread that loads it all
 * takes 50 ms of a processor longer to start. These are files of the package's own, which hold for the
 * version that is pinned. The only importer of `undici`.
 */
import { createRequire } from 'node:module';
import type { Agent, buildConnector, Client, Pool } from 'undici';

export const undici = {
  Agent: createRequire(import.meta.url)('undici/lib/dispatcher/agent.js') as typeof Agent,
  buildConnector: createRequire(import.meta.url)('undici/lib/core/connect.js') as typeof buildConnector,
  Client: createRequire(import.meta.url)('undici/lib/dispatcher/client.js') as typeof Client,
  Pool: createRequire(import.meta.url)('undici/lib/dispatcher/pool.js') as typeof Pool,
};
