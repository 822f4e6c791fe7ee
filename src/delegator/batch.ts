/** A batch of answers while it is being judged: what will be filed of it, in one go. */
import type { Frontier, Lease, Settlement } from '../frontier/frontier.js';
import { withoutPassword } from '../proxies/proxy-url.js';
import type { Answer } from '../store/records.js';
import type { Filed } from './events.js';
import type { Done } from './execution-ledger.js';
import type { Flight } from './flights.js';
import { HostLedger } from './host-ledger.js';

export class Batch {
  readonly now: number;
  readonly ledger: HostLedger;
  readonly settlements: Settlement[] = [];
  readonly answers: Answer[] = [];
  readonly filed: Filed[] = [];
  readonly done: Done[] = [];

  constructor(frontier: Frontier, now: number) {
    this.now = now;
    this.ledger = new HostLedger(frontier);
  }

  /** What became of a lease, and the answer it rests on. */
  note(
    { id, kind, key, url }: Lease,
    settlement: Settlement,
    outcome: Filed['outcome'],
    { isSent, proxy }: Pick<Flight, 'isSent' | 'proxy'>,
  ): void {
    this.settlements.push(settlement);
    // Nothing was asked, so nothing was answered; and a rerun is about executors, the page's record stays as it is.
    if (outcome.kind === 'declined' || outcome.kind === 'disk' || !isSent || kind === 'rerun') return;
    this.answers.push({
      id,
      key: kind === 'task' ? null : key,
      url,
      outcome,
      isLast: stateOf(settlement) !== 'retry',
      proxy: proxy === null ? null : withoutPassword(proxy),
    });
  }
}

/** How a settlement is told to those who watch. */
export function stateOf(settlement: Settlement): Filed['state'] {
  switch (settlement.kind) {
    case 'page':
    case 'sitemap':
    case 'answer':
    case 'file':
    case 'redirect':
      return 'done';
    case 'failed':
    case 'skipped':
      return settlement.kind;
    default:
      return 'retry';
  }
}
