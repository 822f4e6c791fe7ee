/**
 * Which thread takes which request: a ledger of what is in flight, per thread and per host. A host with a
 * limit of k owns k slots. A connection is kept alive by the thread that used it, so a slot goes back to the
 * thread that had it last for as long as an idle connection may be there; after that to any. So however many
 * threads there are, such a host sees at most k connections in all.
 */

/** From the end of a request to when its idle connection is closed for certain: workers/fetcher.ts, and a margin. */
const LINGER_MS = 6_000;
/** Hosts remembered for the threads they were served by; beyond that, those of no more use are dropped. */
const MANY_HOMES = 4_096;

export interface Slot {
  readonly hostId: number;
  readonly thread: number;
  /** Which of the host's slots; null for a host without a limit. */
  readonly index: number | null;
  /** The only task on its thread, on purpose. */
  readonly isAlone: boolean;
  /**
   * What it takes of the thread and of the limit for all: room for a `task`; `nothing`, for a request that a task under
   * way makes in the place of its own; only a part of that limit, for one it makes `beside` its own; or the `reserve`
   * that each thread has beside its tasks, for what those wait for, whatever the limit is.
   */
  readonly takes: 'task' | 'nothing' | 'beside' | 'reserve';
}

interface HostLoad {
  count: number;
  readonly busy: Set<number>;
}

/** The thread that may still keep a connection of a slot, and since when that is idle. */
interface Home {
  readonly thread: number;
  readonly freedAt: number;
}

export class Slots {
  readonly #concurrency: number;
  readonly #most: number;
  /** What counts for the limit for all. */
  #taken = 0;
  readonly #loads: number[];
  readonly #isLive: boolean[];
  /** Threads that get no more tasks, until one that must run alone can have them. */
  readonly #emptying = new Set<number>();
  /** Threads taken by such a task. */
  readonly #alone = new Set<number>();
  readonly #hosts = new Map<number, HostLoad>();
  /** By host, by index of the slot. */
  readonly #homes = new Map<number, (Home | undefined)[]>();
  readonly #freedEarly = new Set<Slot>();
  /** Threads whose reserve is in use. */
  readonly #reserved = new Set<number>();
  readonly #clock: () => number;

  /**
   * @param clock in ms; must never go back
   * @param most  the limit for all threads together, below what each takes by itself
   */
  constructor(threads: number, concurrency: number, clock: () => number, most = Infinity) {
    this.#clock = clock;
    this.#concurrency = concurrency;
    this.#most = most;
    this.#loads = new Array<number>(threads).fill(0);
    this.#isLive = new Array<boolean>(threads).fill(true);
  }

  get capacity(): number {
    return Math.min(this.#loads.length * this.#concurrency, this.#most);
  }

  /** Whether the limit for all is reached. */
  get areAllTaken(): boolean {
    return this.#taken >= this.#most;
  }

  /** Requests that could be handed out now, hosts aside. */
  free(): number {
    const room = this.#loads.reduce((sum, _, thread) => sum + this.#room(thread), 0);
    return Math.max(0, Math.min(room, this.#most - this.#taken));
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
    if (isLive) return;
    // Its connections died with it.
    for (const homes of this.#homes.values()) {
      for (const [index, home] of homes.entries()) {
        if (home?.thread === thread) homes[index] = undefined;
      }
    }
  }

  /** Takes a slot, or answers null when host or threads have none. */
  acquire(hostId: number, perHost: number): Slot | null {
    if (this.areAllTaken) return null;
    if (perHost === Infinity) {
      const thread = this.#leastLoaded();
      return thread === null
        ? null
        : this.#take({ hostId, thread, index: null, isAlone: false, takes: 'task' });
    }
    const busy = this.#hosts.get(hostId)?.busy;
    for (let index = 0; index < Math.min(perHost, this.capacity); index++) {
      if (busy?.has(index) === true) continue;
      const thread = this.#homeOf(hostId, index) ?? this.#leastLoaded();
      if (thread !== null && this.#room(thread) > 0)
        return this.#take({ hostId, thread, index, isAlone: false, takes: 'task' });
    }
    return null;
  }

  /**
   * Takes a whole thread for a single task, in the host's first slot. Null while that slot is in use or the
   * thread still has others; it is given no more of them, so asking again succeeds in the end.
   */
  acquireAlone(hostId: number): Slot | null {
    if (this.#hosts.get(hostId)?.busy.has(0) === true) return null;
    const thread = this.#homeOf(hostId, 0) ?? this.#leastBusy();
    if (this.#loads[thread] !== 0 || this.#isLive[thread] !== true || this.areAllTaken) {
      this.#emptying.add(thread);
      return null;
    }
    this.#emptying.delete(thread);
    this.#alone.add(thread);
    return this.#take({ hostId, thread, index: 0, isAlone: true, takes: 'task' });
  }

  /**
   * Takes the host's part of a slot alone, for a request that a thread makes in the middle of a task; where it can be
   * had, one whose idle connection, if there is any, is that thread's.
   */
  acquireHost(hostId: number, perHost: number, thread: number): Slot | null {
    const index = this.#freeIndex(hostId, perHost, thread);
    return index === undefined
      ? null
      : this.#take({ hostId, thread, index, isAlone: false, takes: 'nothing' });
  }

  /**
   * As `acquireHost`, for a request that a thread makes beside that of its task. It can be done without, so it takes no
   * slot whose connection another thread may keep: an idle one beside it would be more than the host's limit.
   */
  acquireBeside(hostId: number, perHost: number, thread: number): Slot | null {
    if (this.areAllTaken) return null;
    const limit = perHost === Infinity ? Infinity : Math.min(perHost, this.capacity);
    const index = this.#freeIndex(hostId, limit, thread);
    if (index === undefined) return null;
    const home = index === null ? null : this.#homeOf(hostId, index);
    if (home !== null && home !== thread) return null;
    return this.#take({ hostId, thread, index, isAlone: false, takes: 'beside' });
  }

  /** Takes a slot on the reserve of a thread. */
  acquireReserve(hostId: number, perHost: number): Slot | null {
    const thread = this.#isLive.findIndex((isLive, at) => isLive && !this.#reserved.has(at));
    const index = thread === -1 ? undefined : this.#freeIndex(hostId, perHost, thread);
    return index === undefined
      ? null
      : this.#take({ hostId, thread, index, isAlone: false, takes: 'reserve' });
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
    if (slot.index !== null) {
      host.busy.delete(slot.index);
      this.#rememberHome(slot, slot.index);
    }
    if (host.count === 0) this.#hosts.delete(slot.hostId);
  }

  release(slot: Slot): void {
    this.releaseHost(slot);
    this.#freedEarly.delete(slot);
    if (slot.takes !== 'nothing') this.#taken--;
    if (slot.takes === 'task') this.#loads[slot.thread] = (this.#loads[slot.thread] as number) - 1;
    if (slot.takes === 'reserve') this.#reserved.delete(slot.thread);
    if (slot.isAlone) this.#alone.delete(slot.thread);
  }

  /** A slot of the host that is free: one that is this thread's own before another's. Undefined = none. */
  #freeIndex(hostId: number, perHost: number, thread: number): number | null | undefined {
    if (perHost === Infinity) return null;
    const busy = this.#hosts.get(hostId)?.busy;
    const free = Array.from({ length: perHost }, (_, index) => index).filter(
      (index) => busy?.has(index) !== true,
    );
    return free.find((index) => [null, thread].includes(this.#homeOf(hostId, index))) ?? free[0];
  }

  #take(slot: Slot): Slot {
    if (slot.takes !== 'nothing') this.#taken++;
    if (slot.takes === 'task') this.#loads[slot.thread] = (this.#loads[slot.thread] as number) + 1;
    if (slot.takes === 'reserve') this.#reserved.add(slot.thread);
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

  /** The thread that may still hold a connection of this slot; null when none does. */
  #homeOf(hostId: number, index: number): number | null {
    const home = this.#homes.get(hostId)?.[index];
    return home === undefined || this.#clock() - home.freedAt >= LINGER_MS ? null : home.thread;
  }

  #rememberHome({ hostId, thread }: Slot, index: number): void {
    const homes = this.#homes.get(hostId) ?? [];
    homes[index] = { thread, freedAt: this.#clock() };
    this.#homes.set(hostId, homes);
    if (this.#homes.size > MANY_HOMES) this.#forgetHomes();
  }

  #forgetHomes(): void {
    for (const [hostId, homes] of this.#homes) {
      if (homes.every((_, index) => this.#homeOf(hostId, index) === null)) this.#homes.delete(hostId);
    }
  }

  /** The live thread with the fewest tasks, one that is being emptied or used alone as the others. */
  #leastBusy(): number {
    let best = 0;
    for (const [thread, load] of this.#loads.entries()) {
      if (this.#isLive[best] !== true || (this.#isLive[thread] === true && load < (this.#loads[best] ?? 0)))
        best = thread;
    }
    return best;
  }

  #leastLoaded(): number | null {
    let best: number | null = null;
    for (let thread = 0; thread < this.#loads.length; thread++) {
      if (this.#room(thread) > 0 && (best === null || this.#room(thread) > this.#room(best))) best = thread;
    }
    return best;
  }
}
