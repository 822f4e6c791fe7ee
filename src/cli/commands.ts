/** The commands there are, in the order of help. A new one is a file with its grammar, and a line here. */
import { CRAWL } from './crawl-command.js';
import { DEMO } from './demo-command.js';
import { DIFF } from './diff-command.js';
import { DOWNLOAD } from './download-command.js';
import { EXPLAIN } from './explain-command.js';
import { EXPORT } from './export-command.js';
import { PATH } from './path-command.js';
import { PROXIES } from './proxies-command.js';
import { REPORT } from './report-command.js';
import { RUN } from './run-command.js';
import { STATUS } from './status-command.js';
import { VERIFY } from './verify-command.js';
import { WALK } from './walk-command.js';

export const COMMANDS = [
  CRAWL,
  RUN,
  DOWNLOAD,
  WALK,
  STATUS,
  REPORT,
  EXPORT,
  DEMO,
  VERIFY,
  EXPLAIN,
  PATH,
  DIFF,
  PROXIES,
] as const;

/** The command meant when none is named. */
export const DEFAULT_COMMAND = CRAWL;

export type AnyGrammar = (typeof COMMANDS)[number];
