import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Slot, Slots } from '../../dist/delegator/slots.js';

function acquireAll(slots: Slots, hostId: number, perHost: number): Slot[] {
  const taken: Slot[] = [];
  for (let slot = slots.acquire(hostId, perHost); slot !== null; slot = slots.acquire(hostId, perHost)) {
    taken.push(slot);
  }
  return taken;
}

function required(slot: Slot | null): Slot {
  if (slot === null) throw new Error('there was no slot');
  return slot;
}

let now = 0;
const clock = (): number => now;

describe('slots', () => {
  beforeEach(() => {
    now = 1_000;
  });

  test.each([
    ['a host with a limit never has more', 3, 4, 2, 2],
    ['a host without a limit may have all', 3, 4, Infinity, 12],
    ['a limit beyond the capacity is the capacity', 2, 2, 100, 4],
    ['one thread serves a host as often as it may', 1, 8, 5, 5],
  ])('%s', (_, threads, concurrency, perHost, count) => {
    expect(acquireAll(new Slots(threads, concurrency, clock), 1, perHost)).toHaveLength(count);
  });

  test('the slots of a host with a limit are spread over the threads that have least to do', () => {
    const slots = new Slots(4, 2, clock);
    required(slots.acquire(9, 1));
    expect(acquireAll(slots, 3, 3).map(({ index, thread }) => [index, thread])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  test('a slot goes back to its thread while that may keep its connection, and then to any', () => {
    const slots = new Slots(2, 1, clock);
    slots.release(required(slots.acquire(5, 1)));
    const other = required(slots.acquire(6, 1));
    expect(other.thread).toBe(0);
    now += 5_999;
    expect(slots.acquire(5, 1)).toBeNull();
    now += 1;
    expect(slots.acquire(5, 1)).toMatchObject({ thread: 1 });
  });

  test('a limit for all threads holds for tasks and for requests beside them, and those of user code are no more', () => {
    const slots = new Slots(2, 4, clock, 3);
    expect([slots.capacity, slots.free()]).toEqual([3, 3]);
    const [first] = [required(slots.acquire(1, Infinity)), required(slots.acquireBeside(1, Infinity, 0))];
    expect(slots.free()).toBe(1);
    const beside = required(slots.acquireBeside(2, Infinity, 0));
    expect(slots.acquireBeside(2, Infinity, 0)).toBeNull();
    expect(slots.acquire(2, Infinity)).toBeNull();
    expect(slots.acquireAlone(3)).toBeNull();
    expect(slots.acquireHost(2, Infinity, 0)).not.toBeNull();
    expect(slots.acquireReserve(2, Infinity)).not.toBeNull();
    slots.release(beside);
    slots.release(first);
    // The reserve, too, is a request of a thread.
    expect(slots.free()).toBe(1);
  });

  test('a request that can be done without takes no slot whose connection another thread may keep', () => {
    const slots = new Slots(2, 4, clock);
    slots.release(required(slots.acquire(5, 1)));
    expect(slots.acquireBeside(5, 1, 1)).toBeNull();
    slots.release(required(slots.acquireBeside(5, 1, 0)));
    now += 6_000;
    expect(slots.acquireBeside(5, 1, 1)).toMatchObject({ thread: 1, index: 0 });
  });

  test('a slot does not wait for a dead thread', () => {
    const slots = new Slots(2, 1, clock);
    slots.release(required(slots.acquire(5, 1)));
    slots.setLive(0, false);
    expect(slots.acquire(5, 1)).toMatchObject({ thread: 1 });
  });

  test('requests of a host without a limit go to the thread that has least to do', () => {
    const slots = new Slots(3, 2, clock);
    expect(acquireAll(slots, 1, Infinity).map(({ thread }) => thread)).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test('a slow host keeps one thread, not every host that shares it', () => {
    const slots = new Slots(2, 1, clock);
    required(slots.acquire(2, 1));
    const next = required(slots.acquire(4, 1));
    expect(next.thread).toBe(1);
    slots.release(next);
    expect(slots.acquire(6, 1)).toMatchObject({ thread: 1 });
  });

  test('a host is free before the thread is', () => {
    const slots = new Slots(2, 4, clock);
    const slot = required(slots.acquire(1, 1));
    expect(slots.acquire(1, 1)).toBeNull();
    slots.releaseHost(slot);
    expect([slots.inFlight(1), slots.busyHosts(), slots.loads()[0]]).toEqual([0, 0, 1]);
    const next = required(slots.acquire(1, 1));
    slots.release(slot);
    expect([slots.inFlight(1), slots.loads()[0]]).toEqual([1, 1]);
    slots.release(next);
    expect([slots.inFlight(1), slots.loads()[0]]).toEqual([0, 0]);
  });

  test('freeing a host twice frees it once', () => {
    const slots = new Slots(1, 4, clock);
    const slot = required(slots.acquire(1, 2));
    required(slots.acquire(1, 2));
    slots.releaseHost(slot);
    slots.releaseHost(slot);
    expect(slots.inFlight(1)).toBe(1);
  });

  test('a dead thread takes nothing until it is replaced', () => {
    const slots = new Slots(2, 3, clock);
    slots.setLive(0, false);
    expect(slots.free()).toBe(3);
    expect(acquireAll(slots, 1, Infinity).map(({ thread }) => thread)).toEqual([1, 1, 1]);
    expect(slots.acquire(2, 1)).toBeNull();
    slots.setLive(0, true);
    expect(slots.acquire(2, 1)).toMatchObject({ thread: 0 });
  });

  describe('taking a thread alone', () => {
    test('waits until the thread is empty and lets nothing else in meanwhile', () => {
      const slots = new Slots(2, 2, clock);
      const [one, two] = [required(slots.acquire(4, 1)), required(slots.acquire(5, 1))];
      expect(slots.acquireAlone(2)).toBeNull();
      expect(slots.acquire(6, 1)).toMatchObject({ thread: two.thread });
      expect(slots.acquire(7, 1)).toBeNull();
      slots.release(one);
      const alone = required(slots.acquireAlone(2));
      expect(alone).toMatchObject({ thread: one.thread, isAlone: true });
      expect(slots.acquire(7, 1)).toBeNull();
      slots.release(alone);
      expect(slots.acquire(7, 1)).not.toBeNull();
    });

    test('waits for a thread whose host part is free but whose task is not done', () => {
      const slots = new Slots(1, 2, clock);
      const other = required(slots.acquire(1, 1));
      slots.releaseHost(other);
      expect(slots.acquireAlone(1)).toBeNull();
    });

    test('waits for the first slot of its host', () => {
      const slots = new Slots(2, 2, clock);
      const other = required(slots.acquire(1, 1));
      expect(slots.acquireAlone(1)).toBeNull();
      slots.release(other);
      expect(slots.acquireAlone(1)).toMatchObject({ thread: other.thread });
    });

    test('happens one at a time', () => {
      const slots = new Slots(1, 2, clock);
      const first = required(slots.acquireAlone(1));
      expect(slots.acquireAlone(2)).toBeNull();
      slots.release(first);
      expect(slots.acquireAlone(2)).not.toBeNull();
    });

    test('waits for a dead thread to be replaced', () => {
      const slots = new Slots(1, 2, clock);
      slots.setLive(0, false);
      expect(slots.acquireAlone(1)).toBeNull();
      slots.setLive(0, true);
      expect(slots.acquireAlone(1)).not.toBeNull();
    });

    test('counts as a request of its host', () => {
      const slots = new Slots(2, 2, clock);
      required(slots.acquireAlone(1));
      expect(acquireAll(slots, 1, 2)).toHaveLength(1);
      expect(slots.inFlight(1)).toBe(2);
    });
  });

  test('whatever happens, limits hold, slots stay with their threads and all comes back', () => {
    const step = fc.record({
      kind: fc.constantFrom(
        'acquire',
        'acquire',
        'acquire',
        'alone',
        'free-host',
        'release',
        'release',
        'die',
        'revive',
      ),
      pick: fc.nat({ max: 1_000 }),
    });
    const limit = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Infinity));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(limit, { minLength: 1, maxLength: 5 }),
        fc.array(step, { maxLength: 60 }),
        (threads, concurrency, limits, steps) => {
          const slots = new Slots(threads, concurrency, clock);
          const held: Slot[] = [];
          const freed = new Set<Slot>();
          const homes = new Map<string, number>();
          for (const { kind, pick } of steps) {
            const hostId = pick % limits.length;
            const perHost = limits[hostId] ?? 1;
            const slot = held[pick % Math.max(1, held.length)];
            if (kind === 'acquire' || kind === 'alone') {
              const taken = kind === 'acquire' ? slots.acquire(hostId, perHost) : slots.acquireAlone(hostId);
              if (taken !== null) held.push(taken);
            } else if (kind === 'die') {
              slots.setLive(pick % threads, false);
              for (const [slotName, thread] of homes) if (thread === pick % threads) homes.delete(slotName);
            } else if (kind === 'revive') slots.setLive(pick % threads, true);
            else if (slot !== undefined && kind === 'free-host') {
              slots.releaseHost(slot);
              freed.add(slot);
            } else if (slot !== undefined) {
              slots.release(slot);
              held.splice(held.indexOf(slot), 1);
            }
            for (const [id, perHost] of limits.entries()) {
              const own = held.filter((each) => each.hostId === id && !freed.has(each));
              expect(own.length).toBeLessThanOrEqual(perHost);
              expect(slots.inFlight(id)).toBe(own.length);
              const tied = own.flatMap(({ index }) => (index === null ? [] : [index]));
              expect(new Set(tied).size).toBe(tied.length);
              for (const { index, thread } of own) {
                if (perHost === Infinity || index === null) continue;
                expect(homes.get(`${id} ${index}`) ?? thread).toBe(thread);
                homes.set(`${id} ${index}`, thread);
              }
            }
            for (const [thread, load] of slots.loads().entries()) {
              const own = held.filter((each) => each.thread === thread);
              expect(load).toBe(own.length);
              expect(load).toBeLessThanOrEqual(concurrency);
              if (own.some(({ isAlone }) => isAlone)) expect(load).toBe(1);
            }
            expect(slots.free()).toBeGreaterThanOrEqual(0);
          }
          for (const slot of held) slots.release(slot);
          expect([slots.busyHosts(), ...slots.loads()]).toEqual([0, ...new Array<number>(threads).fill(0)]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
