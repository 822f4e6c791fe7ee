/** What kept a row from being faster, read from what its parts were busy with. */

/** Medians of one row. Shares are of one core: 1.5 is a core and a half. */
export interface Load {
  readonly pagesPerSecond: number;
  /** What the requests in flight and the latency allow; Infinity without latency. */
  readonly ceiling: number;
  readonly siteShare: number;
  readonly crawlerShare: number;
  /** Of the crawler's main thread, waiting for a core included. */
  readonly mainBusy: number;
  /** What other programs took, as a share of all cores: 1 is the whole machine. */
  readonly othersBusy: number;
  readonly cores: number;
}

export type Limit = 'latency' | 'site' | 'main thread' | 'all cores' | 'crawler';

/** A part this busy has no room left: the rest goes into starting, ending and waiting for each other. */
const SATURATED = 0.85;

/** What each limit is called in a sentence. */
export const LIMITS: Readonly<Record<Limit, string>> = {
  latency: 'the latency',
  site: 'the site, not the crawler',
  'all cores': 'the machine, all cores being busy',
  'main thread': 'the main thread of the crawler',
  crawler: 'the crawler',
};

/**
 * The first of: the latency (requests in flight could not bring more); the site (one thread, always busy); all
 * cores together (before the main thread, which seems busy while it waits for one); the crawler's main thread. If
 * it is none of them, the crawler's worker threads are left.
 */
export function limitOf(load: Load): Limit {
  const { siteShare, crawlerShare, othersBusy, cores } = load;
  if (load.pagesPerSecond >= SATURATED * load.ceiling) return 'latency';
  if (siteShare >= SATURATED) return 'site';
  if (siteShare + crawlerShare + othersBusy * cores >= SATURATED * cores) return 'all cores';
  if (load.mainBusy >= SATURATED) return 'main thread';
  return 'crawler';
}
