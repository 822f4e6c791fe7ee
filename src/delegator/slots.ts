/**
 * Which thread takes which request: a ledger of what is in flight, per thread and per host. A host with a
 * limit of k owns k slots, each tied to one thread for good, and a connection is kept alive by the thread
 * that used it; so however many threads there are, such a host sees at most k connections in all.
 */
export interface Slot {
  readonly hostId: number;
  readonly thread: number;
  /** Which of the host's slots; null for a host without a limit. */
  readonly index: number | null;
  /** The only task on its thread, on purpose. */
  readonly isAlone: boolean;
}

interface HostLoad {
  count: number;
  readonly busy: Set<number>;
}

export class Slots {
  readonly #concurrency: number;
  readonly #loads: number[];
  readonly #isLive: boolean[];
  /** Threads that get no more tasks, until one that must run alone can have them. */
  readonly #emptying = new Set<number>();
  /** Threads taken by such a task. */
  readonly #alone = new Set<number>();
  readonly #hosts = new Map<number, HostLoad>();
  readonly #freedEarly = new Set<Slot>();

  constructor(threads: number, concurrency: number) {
    this.#concurrency = concurrency;
    this.#loads = new Array<number>(threads).fill(0);
    this.#isLive = new Array<boolean>(threads).fill(true);
  }

  get capacity(): number {
    return this.#loads.length * this.#concurrency;
  }

  /** Requests that could be handed out now, hosts aside. */
  free(): number {
    return this.#loads.reduce((sum, _, thread) => sum + this.#room(thread), 0);
  }

  loads(): readonly number[] {
    return this.#loads;
  }

  inFlight(hostId: number): number {
    return this.#hosts.get(hostId)?.count ?? 0;
  }

  busyHosts(): number {
    return this.#hosts.size;
  }

  setLive(thread: number, isLive: boolean): void {
    this.#isLive[thread] = isLive;
  }

  /** Takes a slot, or answers null when host or threads have none. */
  acquire(hostId: number, perHost: number): Slot | null {
    if (perHost === Infinity) {
      const thread = this.#leastLoaded();
      return thread === null ? null : this.#take({ hostId, thread, index: null, isAlone: false });
    }
    const busy = this.#hosts.get(hostId)?.busy;
    for (let index = 0; index < perHost; index++) {
      const thread = (hostId + index) % this.#loads.length;
      if (busy?.has(index) !== true && this.#room(thread) > 0) {
        return this.#take({ hostId, thread, index, isAlone: false });
      }
    }
    return null;
  }

  /**
   * Takes a whole thread, the host's first one, for a single task. Null while that thread still has
   * others; it is given no more of them, so asking again succeeds in the end.
   */
  acquireAlone(hostId: number): Slot | null {
    const thread = hostId % this.#loads.length;
    if (this.#loads[thread] !== 0 || this.#isLive[thread] !== true) {
      this.#emptying.add(thread);
      return null;
    }
    this.#emptying.delete(thread);
    this.#alone.add(thread);
    return this.#take({ hostId, thread, index: 0, isAlone: true });
  }

  /** Forgets which threads are being emptied; whoever still waits for one asks again. */
  stopEmptying(): void {
    this.#emptying.clear();
  }

  /** The host's part of a slot: its response is in, the thread is still at work on it. */
  releaseHost(slot: Slot): void {
    if (this.#freedEarly.has(slot)) return;
    this.#freedEarly.add(slot);
    const host = this.#hosts.get(slot.hostId);
    if (host === undefined) return;
    host.count--;
    if (slot.index !== null) host.busy.delete(slot.index);
    if (host.count === 0) this.#hosts.delete(slot.hostId);
  }

  release(slot: Slot): void {
    this.releaseHost(slot);
    this.#freedEarly.delete(slot);
    this.#loads[slot.thread] = (this.#loads[slot.thread] as number) - 1;
    if (slot.isAlone) this.#alone.delete(slot.thread);
  }

  #take(slot: Slot): Slot {
    this.#loads[slot.thread] = (this.#loads[slot.thread] as number) + 1;
    const host = this.#hosts.get(slot.hostId) ?? { count: 0, busy: new Set<number>() };
    host.count++;
    if (slot.index !== null) host.busy.add(slot.index);
    this.#hosts.set(slot.hostId, host);
    return slot;
  }

  #room(thread: number): number {
    if (this.#isLive[thread] !== true || this.#emptying.has(thread) || this.#alone.has(thread)) return 0;
    return this.#concurrency - (this.#loads[thread] as number);
  }

  #leastLoaded(): number | null {
    let best: number | null = null;
    for (let thread = 0; thread < this.#loads.length; thread++) {
      if (this.#room(thread) > 0 && (best === null || this.#room(thread) > this.#room(best))) best = thread;
    }
    return best;
  }
}
