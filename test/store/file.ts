/** A file of ours in a folder that is taken away after the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Connection } from '../../dist/database/connection.js';
import { openForWriting } from '../../dist/database/open.js';
import { MIGRATIONS } from '../../dist/migrations.js';

export function openFile(): Connection {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-'));
  const { connection, close } = openForWriting(join(folder, 'crawl.db'), MIGRATIONS, false);
  onTestFinished(() => {
    close();
    rmSync(folder, { recursive: true });
  });
  return connection;
}
