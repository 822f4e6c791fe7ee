/**
 * Hosts as they change within one batch of answers: each answer is judged by what the ones before it
 * did, and every host is written once.
 */
import type { Awaitable, Frontier, HostFacts, HostPatch, HostUpdate } from '../frontier/frontier.js';

export class HostLedger {
  readonly #frontier: Frontier;
  readonly #facts = new Map<number, HostFacts>();
  readonly #patches = new Map<number, HostPatch>();

  constructor(frontier: Frontier) {
    this.#frontier = frontier;
  }

  get(hostId: number): Awaitable<HostFacts> {
    return this.#facts.get(hostId) ?? this.#frontier.hostById(hostId);
  }

  change(host: HostFacts, { robotsText, ...patch }: HostPatch): void {
    this.#facts.set(host.id, { ...host, ...patch });
    this.#patches.set(host.id, {
      ...this.#patches.get(host.id),
      ...patch,
      ...(robotsText === undefined ? {} : { robotsText }),
    });
  }

  updates(): HostUpdate[] {
    return [...this.#patches].map(([hostId, patch]) => ({ hostId, patch }));
  }
}
