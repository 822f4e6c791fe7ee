/** As sqlite.test.ts, with more random webs than `npm test` has time for. */
import { anyOrderContract } from './any-order.js';
import { sqliteHome } from './sqlite-home.js';

anyOrderContract('the SQLite frontier', sqliteHome, 240);
