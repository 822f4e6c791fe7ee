/** `explain`: why one URL was or was not crawled. */
import { EXIT } from '../cli/exit-status.js';
import type { ExplainCommand } from '../cli/explain-command.js';
import { readFixedSettings, type StoredRule } from '../config/fixed-settings.js';
import { asStoreError } from '../database/connection.js';
import { openForReading } from '../database/open.js';
import { UsageError } from '../errors.js';
import { explain, type Explanation } from '../explain/explain.js';
import { findTask } from '../explain/facts.js';
import { MIGRATIONS } from '../migrations.js';
import { printableJson } from '../observe/printable.js';
import { SettingsTable } from '../store/settings.js';
import { type CanonicalUrl, originOf } from '../url/canonicalise.js';
import { isPath, parseAddress } from '../url/seed.js';
import { compileStripParams } from '../url/strip-params.js';
import { fateOf, reasonOf } from './explain-reason.js';
import { explainText } from './explain-text.js';
import type { Invocation } from './invocation.js';

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
  const database = openForReading(file, MIGRATIONS);
  const { connection } = database;
  try {
    // One moment of the file, should a crawl be writing it.
    return connection.transaction(() => {
      const crawl = readFixedSettings(new SettingsTable(connection).read() ?? {});
      const task = findTask(connection, address.trim());
      return explain(connection, crawl, task?.url ?? keyOf(address, crawl), task);
    })();
  } catch (error) {
    throw asStoreError(error, `cannot read ${file}`);
  } finally {
    database.close();
  }
}

/** A path is one on the site of the seeds, where they share one. */
function keyOf(address: string, { seeds, stripParams }: StoredRule): CanonicalUrl {
  const [origin, ...others] = new Set(seeds.map(originOf));
  if (isPath(address) && origin === undefined)
    throw new UsageError(`'${address}' is a path, and the file holds no crawl`, {
      hint: 'give the whole URL, or the key of a task',
    });
  if (isPath(address) && others.length > 0) {
    const sites = [origin, ...others].join(', ');
    throw new UsageError(`'${address}' is a path, and the seeds are on ${others.length + 1} sites`, {
      hint: `give the whole URL; the sites are ${sites}`,
    });
  }
  return compileStripParams(stripParams)(parseAddress('URL', address, origin ?? 'https://example.org')).key;
}
