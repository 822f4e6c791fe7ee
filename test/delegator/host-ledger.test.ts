import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HostLedger } from '../../dist/delegator/host-ledger.js';
import { Bench } from '../frontier/bench.js';
import { sqliteHome } from '../frontier/sqlite-home.js';
import { at } from '../frontier/web.js';

const SEED = at('a', '/');

describe('the ledger of hosts', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start(sqliteHome(), { seeds: [SEED, at('b', '/')] });
  });
  afterEach(async () => bench.close());

  test('starts from what is stored', async () => {
    const stored = await bench.host(SEED);
    expect(await new HostLedger(bench.frontier).get(stored.id)).toEqual(stored);
  });

  test('an answer is judged by what the ones before it did', async () => {
    const ledger = new HostLedger(bench.frontier);
    const host = await bench.host(SEED);
    ledger.change(host, { failures: 1 });
    expect((await ledger.get(host.id)).failures).toBe(1);
    ledger.change(await ledger.get(host.id), { failures: 2, waits: 1 });
    expect(await ledger.get(host.id)).toEqual({ ...host, failures: 2, waits: 1 });
  });

  test('every host is written once, with the last of each fact', async () => {
    const ledger = new HostLedger(bench.frontier);
    const [a, b] = [await bench.host(SEED), await bench.host(at('b', '/'))];
    ledger.change(a, { failures: 1, robotsText: 'one' });
    ledger.change(await ledger.get(a.id), { failures: 0, lastSuccessAt: 5 });
    ledger.change(b, { waits: 3 });
    expect(ledger.updates()).toEqual([
      { hostId: a.id, patch: { failures: 0, lastSuccessAt: 5, robotsText: 'one' } },
      { hostId: b.id, patch: { waits: 3 } },
    ]);
  });

  test('nothing is written of hosts that did not change', async () => {
    const ledger = new HostLedger(bench.frontier);
    await ledger.get((await bench.host(SEED)).id);
    expect(ledger.updates()).toEqual([]);
  });

  test('what it writes is what it says', async () => {
    const ledger = new HostLedger(bench.frontier);
    const host = await bench.host(SEED);
    ledger.change(host, { failures: 3, failingSince: 9, excusedMs: 4 });
    const said = await ledger.get(host.id);
    await bench.apply([], ledger.updates());
    expect(await bench.host(SEED)).toEqual(said);
  });
});
