/** A file of ours in a folder that is taken away after the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Connection, openForWriting } from '../../dist/database.js';
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
