/**
 * Limits and give-ups: hosts that answer nothing but trouble, or so much that it shows. How their URLs end
 * may depend on the time a crawl takes, so they are a site of their own, crawled with a short `--give-up`.
 */
import zlib from 'node:zlib';
import { each, paths, pause } from '../support/site.js';
import type { Route, Routes } from '../support/site.js';
import { done, failed, PLAIN, skipped } from './case.js';
import type { Case, Part } from './case.js';
import type { Network } from './network.js';

const PAGES = paths(100);
/** So slow that its pages are not all through their tries when the host is given up. */
const SLOW_MS = 200;
/** Links of the largest page. */
const MANY = 200_000;

/**
 * robots.txt answers, and no page is fetched (RFC 9309 §2.3.1.4: unreachable means closed), until the host
 * is given up and its pages with it.
 */
const UNDEFINED: readonly (readonly [name: string, robots: Route])[] = [
  ['robots.txt answers 500', { status: 500 }],
  ['robots.txt answers 503', { status: 503 }],
  ['robots.txt answers 429', { status: 429 }],
  ['robots.txt never answers', 'silence'],
  ['robots.txt is hung up on', 'hang-up'],
  [
    'robots.txt is corrupt gzip',
    { headers: { 'content-encoding': 'gzip' }, body: zlib.gzipSync('User-agent: *').subarray(0, -8) },
  ],
  ['robots.txt is of a coding nobody has', { headers: { 'content-encoding': 'rot13' }, body: 'x' }],
];

/** Starts the hosts of this topic. */
export async function openGivingUp(network: Network): Promise<Part> {
  const shut = UNDEFINED.map(async ([name, robots]) => {
    const { origin } = await network.site({ '*': PLAIN, '/robots.txt': robots });
    return PAGES.slice(0, 2).map((path) => caseOf(`${name}, ${path}`, origin + path, HOST));
  });
  const faulty = faults(network, 'nothing but 500', each(PAGES, { status: 500, afterMs: SLOW_MS }));
  const torn = faults(network, 'nothing but hang-ups', {
    ...each(PAGES, () => pause(SLOW_MS).then(() => 'hang-up' as const)),
  });
  const refusing = await network.site({
    '*': PLAIN,
    '/wait': { status: 429, headers: { 'retry-after': '1' } },
  });
  const parts = await Promise.all([...shut, faulty, torn]);
  return {
    topic: 'giving up',
    cases: [
      ...parts.flat(),
      // RFC 9110 §10.2.3: it is waited for, four times; it says nothing of the other pages.
      caseOf('Retry-After, five times', `${refusing.origin}/wait`, {
        ...failed('status', { http_status: 429 }),
        requests: 5,
      }),
      caseOf('beside it', `${refusing.origin}/other`, done({ title: 'plain' })),
    ],
  };
}

const HOST = failed('host', { requests: 0 });

/** Pages that fail on their own, or with their host; how many of each is a matter of time. */
async function faults(network: Network, name: string, routes: Routes): Promise<Case[]> {
  const { origin } = await network.site(routes);
  return PAGES.map((path) => caseOf(`${name}, ${path}`, origin + path, { state: 'failed', requests: null }));
}

/** One page, each of whose links is another URL that may not be fetched. */
export async function openManyLinks(network: Network): Promise<Part> {
  const links = Array.from({ length: MANY }, (_, n) => `<a href=/many/${n}>`).join('');
  const { origin } = await network.site({
    '/robots.txt': { headers: {}, body: 'User-agent: *\nDisallow: /many/' },
    '/all': links,
  });
  const urls = Array.from({ length: MANY }, (_, n) => `${origin}/many/${n}`);
  const cases = [
    caseOf('200,000 URLs on one page', `${origin}/all`, done()),
    ...urls.map((url) => ({ ...caseOf(`of many ${url}`, url, skipped('robots')), isLinked: false })),
  ];
  return { topic: 'giving up', cases };
}

function caseOf(name: string, url: string, expect: Case['expect']): Case {
  return { name: `giving up: ${name}`, url, expect, isLinked: true };
}
