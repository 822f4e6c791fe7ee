/** What would be done, without a trace: on a copy of the file, which goes afterwards. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrawlConfig } from '../config/config.js';
import { openForReading } from '../database/open.js';
import { MIGRATIONS } from '../migrations.js';

/** A copy is brought up to date as the file would be. */
const OLDEST_VERSION = 1;

/**
 * Runs with a copy of the file of a configuration in its place, or with a new file where there is none.
 * @throws StoreError for a file that cannot be read
 */
export async function onCopy<T>(config: CrawlConfig, run: (copied: CrawlConfig) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'orbweaver-dry-run-'));
  const databasePath = join(folder, 'copy.db');
  try {
    if (existsSync(config.databasePath)) {
      const reader = openForReading(config.databasePath, MIGRATIONS, OLDEST_VERSION);
      try {
        await reader.connection.backup(databasePath);
      } finally {
        reader.close();
      }
    }
    return await run({ ...config, databasePath });
  } catch (error) {
    // The copy is nobody's business.
    if (error instanceof Error) error.message = error.message.replaceAll(databasePath, config.databasePath);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
