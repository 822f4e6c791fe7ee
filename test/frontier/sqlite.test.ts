import { anyOrderContract } from './any-order.js';
import { frontierContract } from './contract.js';
import { sqliteHome } from './sqlite-home.js';

frontierContract('the SQLite frontier', sqliteHome);
anyOrderContract('the SQLite frontier', sqliteHome);
