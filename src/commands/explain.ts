/** `explain`: why one URL was or was not crawled. */
import { EXIT } from '../cli/exit-status.js';
import type { ExplainCommand } from '../cli/explain-command.js';
import { readFixedSettings } from '../config/fixed-settings.js';
import type { Connection } from '../database/connection.js';
import { explain, type Explanation, OLDEST_VERSION } from '../explain/explain.js';
import { findTask } from '../explain/facts.js';
import { printableJson } from '../observe/printable.js';
import { SettingsTable } from '../store/settings.js';
import { fateOf, reasonOf } from './explain-reason.js';
import { explainText } from './explain-text.js';
import type { Invocation } from './invocation.js';
import { readOneMoment } from './one-moment.js';
import { storedKey } from './stored-address.js';

/** Answers 0 for a URL that was crawled or is queued, else 1. */
export function explainCommand({ url, file, json }: ExplainCommand, { stdout }: Invocation): number {
  const explanation = read(file, url);
  const typed = url.trim();
  const now = Date.now();
  const fate = fateOf(explanation);
  if (json) {
    const reason = reasonOf(explanation, now);
    stdout.write(`${printableJson(JSON.stringify({ file, typed, fate, reason, ...explanation }))}\n`);
  } else {
    stdout.write(explainText(explanation, typed, file, now));
  }
  return fate === 'not-crawled' ? EXIT.incomplete : EXIT.finished;
}

/** @throws StoreError when the file cannot be read; UsageError for an address that is none */
function read(file: string, address: string): Explanation {
  const ask = (connection: Connection): Explanation => {
    const crawl = readFixedSettings(new SettingsTable(connection).read() ?? {});
    const task = findTask(connection, address.trim());
    return explain(connection, crawl, task?.url ?? storedKey(address, crawl), task);
  };
  return readOneMoment(file, ask, OLDEST_VERSION);
}
