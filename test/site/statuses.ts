/**
 * Statuses: which are final and which are asked again is the table in the README. What is asked again has a
 * host of its own, since failures in a row rest the host they are on.
 */
import type { Route } from '../support/site.js';
import { failed, failedTwice, otherType, PLAIN } from './case.js';
import type { Case, End, Part, PathCase } from './case.js';
import type { Network } from './network.js';
import { partOf } from './network.js';

const LINKING = '<a href=/never>never</a>';

function answering(status: number, headers: Record<string, string> = {}): Route {
  return { status, headers: { 'content-type': 'text/html', ...headers }, body: LINKING };
}

/** Final: the answer is about this URL. Links of error pages are not followed. */
const FINAL = [400, 401, 402, 403, 404, 405, 410, 418, 421, 422, 451, 499, 999];
/** Final, though no sign of health: the server cannot do it. RFC 9110 §15.6.2, §15.6.6. */
const FINAL_FAULTS = [501, 505, 507, 511, 598];
/** Asked again: RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 9110 §15.6, and those a large proxy made up. */
const AGAIN = [408, 425, 500, 502, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530];

const ONE_HOST: readonly PathCase[] = [
  ...[...FINAL, ...FINAL_FAULTS.slice(0, 2)].map((status) =>
    statusCase(status, failed('status', { http_status: status })),
  ),
  // RFC 9110 §15.3.5, §15.3.6: no content.
  statusCase(204, otherType({ http_status: 204 })),
  statusCase(205, otherType({ http_status: 205 })),
  // §15.3.7: part of a page, and nobody asked for parts.
  statusCase(206, failed('status', { http_status: 206 })),
  {
    name: 'a 404 of 20 MB',
    path: '/heavy',
    answer: { status: 404, headers: { 'content-type': 'text/html' }, body: LINKING.padEnd(20_000_000) },
    expect: failed('status', { http_status: 404 }),
  },
  {
    name: 'a 404 that redirects',
    path: '/404-location',
    answer: answering(404, { location: '/never', refresh: '0;url=/never' }),
    expect: failed('status', { http_status: 404 }),
  },
];

/** RFC 6585 §4, RFC 9110 §15.6.4: about our rate. Asked five times, since the host answers others. */
const REFUSALS: readonly (readonly [name: string, status: number, retryAfter: string | null])[] = [
  ['429', 429, null],
  ['503', 503, null],
  ['429, Retry-After: 0', 429, '0'],
  ['503, Retry-After of words', 503, 'soon'],
  ['503, Retry-After negative', 503, '-5'],
  ['429, Retry-After in the past', 429, 'Sun, 06 Nov 1994 08:49:37 GMT'],
];

/** Starts the hosts of this topic. */
export async function openStatuses(network: Network): Promise<Part> {
  const shared = await network.topic('status', ONE_HOST);
  const own = [
    ...FINAL_FAULTS.slice(2).map((status) => [status, 1] as const),
    ...AGAIN.map((status) => [status, 2] as const),
  ];
  const parts = [
    ...own.map(([status, requests]) => {
      const expect = { ...failedTwice('status', { http_status: status }), requests };
      return ownHost(network, statusCase(status, expect));
    }),
    ...REFUSALS.map(([name, status, retryAfter]) =>
      ownHost(network, {
        name,
        path: '/refused',
        answer: answering(status, retryAfter === null ? {} : { 'retry-after': retryAfter }),
        expect: { ...failed('status', { http_status: status }), requests: 5 },
      }),
    ),
  ];
  return { ...shared, cases: [...shared.cases, ...(await Promise.all(parts)).flat()] };
}

function statusCase(status: number, expect: End): PathCase {
  return { name: `${status}`, path: `/status-${status}`, answer: answering(status), expect };
}

async function ownHost(network: Network, each: PathCase): Promise<readonly Case[]> {
  const site = await network.site({ '*': PLAIN, [each.path]: each.answer });
  return partOf('status', site.origin, [each]).cases;
}
