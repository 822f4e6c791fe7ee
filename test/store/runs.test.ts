import { describe, expect, test } from 'vitest';
import { RunTable } from '../../dist/store/runs.js';
import { openFile } from './file.js';

describe('the table of runs', () => {
  test('has a row without an end for a run that was killed, and a whole one for one that was not', () => {
    const connection = openFile();
    const runs = new RunTable(connection);
    runs.begin('orbweaver --seed /a', '1.0.0', 100);
    const second = runs.begin('orbweaver --seed /a --workers 2', '1.0.1', 200);
    runs.end(second, {
      endedAt: 900,
      outcome: 'finished',
      exitStatus: 0,
      pages: 5,
      requests: 7,
      bytes: 1_024,
      counts: { done: 6, failed: 1, skipped: 2, queued: 0 },
    });
    expect(connection.prepare('SELECT * FROM runs ORDER BY id').all()).toEqual([
      {
        id: 1,
        command_line: 'orbweaver --seed /a',
        version: '1.0.0',
        started_at: 100,
        ended_at: null,
        outcome: null,
        exit_status: null,
        pages: 0,
        requests: 0,
        bytes: 0,
        done: null,
        failed: null,
        skipped: null,
        queued: null,
      },
      {
        id: 2,
        command_line: 'orbweaver --seed /a --workers 2',
        version: '1.0.1',
        started_at: 200,
        ended_at: 900,
        outcome: 'finished',
        exit_status: 0,
        pages: 5,
        requests: 7,
        bytes: 1_024,
        done: 6,
        failed: 1,
        skipped: 2,
        queued: 0,
      },
    ]);
  });
});
