/** What becomes of a task whose thread ended under it, without executors and with some, in a real file. */
import { describe, expect, test } from 'vitest';
import { ExecutionLedger } from '../../dist/delegator/execution-ledger.js';
import type { Flight } from '../../dist/delegator/flights.js';
import { type Loss, Losses } from '../../dist/delegator/losses.js';
import type { Lost } from '../../dist/delegator/pool.js';
import type { Lease } from '../../dist/frontier/frontier.js';
import { ExecutionTable } from '../../dist/store/executions.js';
import { openFile } from '../store/file.js';

const LEASE: Lease = {
  id: 7,
  hostId: 1,
  kind: 'page',
  pageId: 7,
  isStored: false,
  key: 'http://a.test/7',
  url: 'http://a.test/7',
  depth: 0,
  attempts: 0,
  refusals: 0,
  isRespelt: false,
  hops: 0,
  isReasked: false,
  suspect: 0,
};
const STARTED_AT = 5_000;

/** A flight of the lease, number 3, in a thread that it shares unless told otherwise. */
function flightOf(lease: Lease, isAlone = false): Flight {
  return {
    flightId: 3,
    errand: { kind: 'fetch', lease },
    url: lease.url,
    slot: { hostId: 1, thread: 0, index: null, isAlone, takes: 'task' },
    startedAt: STARTED_AT,
    hasCookie: false,
    proxy: null,
    isSent: true,
  };
}

function lost(endedFor: number | null, executor: number | null = null): Lost {
  return { kind: 'lost', message: 'it ended', endedFor, executor };
}

function suspect(level: number): Lease {
  return { ...LEASE, suspect: level };
}

describe('without executors', () => {
  const losses = new Losses(null);
  const judge = (lease: Lease, isAlone: boolean, how: Lost) =>
    losses.judge(lease, flightOf(lease, isAlone), how);

  test('all that shared a thread that died are tried again, each alone', () => {
    expect(judge(LEASE, false, lost(null))).toEqual({
      settlement: { kind: 'release', id: 7, suspect: 1 },
      failure: { code: 'worker-lost', message: 'it ended' },
    });
  });

  test('one that shared a thread with another culprit keeps what is held against it', () => {
    expect(judge(suspect(2), false, lost(null)).settlement).toMatchObject({ kind: 'release', suspect: 2 });
  });

  test.each([0, 1, 2])(
    'a thread ended for the sake of another page changes nothing for suspect %i',
    (level) => {
      expect(judge(suspect(level), false, lost(99)).settlement).toEqual({
        kind: 'release',
        id: 7,
        suspect: level,
      });
    },
  );

  test('one that ends its thread alone is tried once more, and fails the second time', () => {
    expect(judge(suspect(1), true, lost(null)).settlement).toEqual({ kind: 'release', id: 7, suspect: 2 });
    expect(judge(suspect(2), true, lost(null)).settlement).toEqual({
      kind: 'failed',
      id: 7,
      code: 'worker-lost',
      detail: 'ended its thread twice: it ended',
    });
  });

  test('one that held its thread fails at once, shared or not', () => {
    for (const isAlone of [false, true])
      expect(judge(LEASE, isAlone, lost(3))).toEqual({
        settlement: { kind: 'failed', id: 7, code: 'decode', detail: 'it ended' },
        failure: { code: 'decode', message: 'it ended' },
      });
  });
});

describe('with executors', () => {
  function start(): { ledger: ExecutionLedger; judge: (lease: Lease, isAlone: boolean, how: Lost) => Loss } {
    const ledger = new ExecutionLedger(new ExecutionTable(openFile()), {
      modules: [{ url: 'file:///m.mjs', executors: ['first', 'second'], validates: false, codeHash: '' }],
      since: new Map(),
      requestOf: () => ({ method: 'GET', headers: [], body: null }),
      onExecution: () => undefined,
    });
    const losses = new Losses(ledger);
    return { ledger, judge: (lease, isAlone, how) => losses.judge(lease, flightOf(lease, isAlone), how) };
  }

  test('the one that held the thread fails on that page, which is asked for again for the others', () => {
    const { ledger, judge } = start();
    expect(judge(suspect(1), false, lost(3, 1)).settlement).toEqual({ kind: 'release', id: 7, suspect: 1 });
    expect(ledger.workFor(LEASE).blamed).toEqual({
      executor: 'second',
      error: 'timeout: it ended',
      startedAt: STARTED_AT,
    });
    expect(ledger.workFor({ ...LEASE, pageId: 8 }).blamed).toBeNull();
  });

  test('the one that ends its thread alone, twice, fails on that page', () => {
    const { ledger, judge } = start();
    expect(judge(suspect(1), true, lost(null, 0)).settlement).toMatchObject({ suspect: 2 });
    expect(ledger.workFor(LEASE).blamed).toBeNull();
    expect(judge(suspect(2), true, lost(null, 0)).settlement).toEqual({ kind: 'release', id: 7, suspect: 1 });
    expect(ledger.workFor(LEASE).blamed).toMatchObject({
      executor: 'first',
      error: 'worker-lost: ended its thread twice: it ended',
    });
  });

  test('where it cannot be told which executor held a shared thread, the page is tried alone', () => {
    const { ledger, judge } = start();
    expect(judge(LEASE, false, lost(3)).settlement).toEqual({ kind: 'release', id: 7, suspect: 1 });
    expect(ledger.workFor(LEASE).blamed).toBeNull();
  });

  test('a page that holds its thread alone, outside every executor, fails itself', () => {
    const { ledger, judge } = start();
    expect(judge(suspect(1), true, lost(3)).settlement).toMatchObject({ kind: 'failed', code: 'decode' });
    expect(judge(suspect(1), true, lost(3, 2)).settlement).toMatchObject({ kind: 'failed', code: 'decode' });
    expect(ledger.workFor(LEASE).blamed).toBeNull();
  });
});
