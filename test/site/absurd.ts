/**
 * Hosts that ask for waits nobody would wait: a year by Retry-After, three years by Crawl-delay. What they get
 * is in the README: an hour, and a minute. A crawl of them stops at `--max-time`, and can be resumed.
 */
import type { Case, End, Part } from './case.js';
import type { Network } from './network.js';

/** Left for a later run; whether it was asked for before the wait began is a matter of time. */
const LATER = { state: 'queued', requests: null } as const satisfies End;

const YEAR_S = 366 * 24 * 3600;

/** Starts the hosts of this topic. */
export async function openAbsurd(network: Network): Promise<Part> {
  const refusing = async (name: string, retryAfter: string): Promise<Case> => {
    const answer = { status: 503, headers: { 'retry-after': retryAfter } };
    const { origin } = await network.site({ '/refused': answer });
    return caseOf(name, `${origin}/refused`, LATER);
  };
  const slow = await network.site({
    '/robots.txt': { headers: {}, body: `User-agent: *\nCrawl-delay: ${3 * YEAR_S}\nDisallow: /closed` },
  });
  return {
    topic: 'absurd',
    cases: [
      await refusing('Retry-After: a year', `${YEAR_S}`),
      await refusing('Retry-After: beyond all numbers', '9'.repeat(400)),
      await refusing('Retry-After: the last day there is', 'Fri, 31 Dec 9999 23:59:59 GMT'),
      caseOf('Crawl-delay: three years', `${slow.origin}/open`, LATER),
      // Judged when it is its turn, and not asked for in any case.
      caseOf('beside it', `${slow.origin}/closed`, { state: 'queued', requests: 0 }),
    ],
  };
}

function caseOf(name: string, url: string, expect: End): Case {
  return { name: `absurd: ${name}`, url, expect, isLinked: true };
}
