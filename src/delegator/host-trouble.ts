/** Hosts in trouble, told to those who watch: that one rests, is given up, or must not be connected to. */
import type { HostFacts } from '../frontier/frontier.js';
import type { Batch } from './batch.js';
import type { CrawlListener } from './events.js';

export class HostTrouble {
  readonly #listener: CrawlListener;

  constructor(listener: CrawlListener) {
    this.#listener = listener;
  }

  /** Nothing of a host at an address we do not connect to is asked for any more. */
  leaveAlone(batch: Batch, host: HostFacts, detail: string): void {
    if (host.givenUp !== null) return;
    batch.ledger.change(host, { givenUp: 'private' });
    this.#listener.onNotice({ kind: 'host-private', host: host.host, detail });
  }

  /** Says aloud what an answer did to its host, where it did something new. */
  async tell(batch: Batch, before: HostFacts, detail: string): Promise<void> {
    const after = await batch.ledger.get(before.id);
    const { host } = after;
    if (after.givenUp !== null && after.givenUp !== 'private' && before.givenUp === null) {
      this.#listener.onNotice({ kind: 'host-given-up', host, code: after.givenUp, detail });
    } else if ((after.blockedUntil ?? 0) > Math.max(before.blockedUntil ?? 0, batch.now)) {
      const forMs = (after.blockedUntil ?? 0) - batch.now;
      this.#listener.onNotice({ kind: 'host-blocked', host, forMs, detail });
    }
  }
}
