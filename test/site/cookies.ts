/**
 * Cookies: pages that are there for those alone who bring one, and what a browser would never send (RFC 6265,
 * with its successor's changes). Cookies know no ports, so each host has an address of its own. Their values
 * are marked: the network notes those that come back to their host, and those that arrive anywhere else.
 */
import { page, text, to } from '../support/site.js';
import type { Answer, AnswerParts, Hit, Route, Routes } from '../support/site.js';
import { done, failed, moved, PLAIN, PLAIN_TITLE, skipped } from './case.js';
import type { Case, End, Part } from './case.js';
import { cookieOf, HAS_ADDRESSES } from './network.js';
import type { Network } from './network.js';

/** Paths of a host that the start page links to, and their ends; what is left to be found behind them. */
interface CookieHost {
  readonly name: string;
  readonly routes: (address: string) => Routes;
  readonly linked: Readonly<Record<string, End>>;
  readonly found?: Readonly<Record<string, End>>;
  readonly sitemap?: End;
  /** Where its robots.txt leads. */
  readonly errands?: readonly string[];
}

const PAGE = done({ title: PLAIN_TITLE, links: [] });
/** A circle of redirects that cookies had a part in is asked once more, but for what had its cookie by then. */
const ROUND = done({ title: PLAIN_TITLE, requests: null });
const AGAIN = failed('redirect', { requests: 2 });

const SESSIONS: readonly CookieHost[] = [
  {
    name: 'a session',
    routes: (at) => ({
      '/': { ...setting(`sid=${cookieOf(at)}; Path=/; HttpOnly; SameSite=Strict`), body: page(['/in/a']) },
      '/in/a': forMembers(at, page(['/in/b'])),
      '/in/b': forMembers(at),
    }),
    linked: { '/': done({ links: ['/in/a'] }) },
    found: { '/in/a': done({ links: ['/in/b'] }), '/in/b': PAGE },
  },
  {
    name: 'a session of a redirect',
    routes: (at) => ({
      '/login': { status: 303, headers: headers(at, '/members') },
      '/members': forMembers(at),
    }),
    linked: { '/login': moved('/members', 303) },
    found: { '/members': PAGE },
  },
  {
    name: 'a session of a refusal',
    routes: (at) => ({
      '/': (hit) => (isMember(hit, at) ? PLAIN : { ...setting(`sid=${cookieOf(at)}; Path=/`), status: 503 }),
    }),
    linked: { '/': done({ title: PLAIN_TITLE, requests: 2 }) },
  },
  // RFC 9309 has nothing of cookies; a wall before robots.txt would hide what it says.
  {
    name: 'robots.txt behind a wall',
    routes: (at) => ({
      '*': PLAIN,
      '/robots.txt': (hit) => (isMember(hit, at) ? text('User-agent: *\nDisallow: /closed\n') : to('/gate')),
      '/gate': { status: 302, headers: headers(at, '/robots.txt') },
    }),
    linked: { '/open': PAGE, '/closed': skipped('robots') },
    errands: ['/gate'],
  },
];

/** Everyone without the cookie is sent to the wall, which sets it and sends them back. */
function wall(at: string): Routes {
  const paths = ['/a', '/b', '/c'];
  return Object.fromEntries(
    paths.flatMap((path): [string, Route][] => [
      [path, (hit) => (isMember(hit, at) ? PLAIN : to(`/wall?back=${path}`))],
      [`/wall?back=${path}`, { status: 302, headers: headers(at, path) }],
    ]),
  );
}

const WALLS: readonly CookieHost[] = [
  {
    name: 'a wall',
    routes: wall,
    linked: {
      '/a': ROUND,
      '/b': ROUND,
      '/c': ROUND,
      '/wall?back=/a': { ...moved('/a'), requests: null },
      '/wall?back=/b': { ...moved('/b'), requests: null },
      '/wall?back=/c': { ...moved('/c'), requests: null },
    },
  },
  {
    name: 'a redirect to itself until the cookie is there',
    routes: (at) => ({
      '/self': (hit) => (isMember(hit, at) ? PLAIN : { status: 302, headers: headers(at, '/self') }),
    }),
    linked: { '/self': { ...ROUND, requests: 2 } },
  },
  {
    name: 'a redirect to itself with a new cookie each time',
    routes: (at) => ({
      '/always': ({ earlier }) => ({
        status: 302,
        headers: { location: '/always', 'set-cookie': `n=${earlier}-${cookieOf(at)}` },
      }),
    }),
    linked: { '/always': AGAIN },
  },
  {
    name: 'two pages that pass the visitor to and fro with new cookies',
    routes: (at) => {
      const sent =
        (location: string): Route =>
        ({ earlier }) => ({
          status: 302,
          headers: { location, 'set-cookie': `n=${earlier}-${cookieOf(at)}; Path=/` },
        });
      return { '/to': sent('/fro'), '/fro': sent('/to') };
    },
    linked: { '/to': AGAIN, '/fro': AGAIN },
  },
];

/** Cookies that are not to be sent there, or not at all: who brings one is refused. */
const UNWANTED: readonly (readonly [name: string, set: (value: string) => string[]])[] = [
  ['for another host', (value) => [`sid=${value}; Domain=127.0.0.1`]],
  ['for half an address', (value) => [`sid=${value}; Domain=0.0.1`, `b=${value}; Domain=.1`]],
  ['for another path', (value) => [`sid=${value}; Path=/elsewhere`]],
  ['taken back', (value) => [`sid=${value}; Path=/`, 'sid=; Max-Age=0; Path=/']],
  ['out of date', (value) => [`sid=${value}; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT`]],
  ['of 5,000 bytes', (value) => [`sid=${value}${'x'.repeat(5_000)}; Path=/`]],
  // RFC 6265bis §5.7: such names promise what they do not keep.
  ['of a false __Host-', (value) => [`__Host-sid=${value}; Path=/deep`, `__Secure-sid=${value}; Path=/`]],
];

const REFUSED = UNWANTED.map(([name, set]): CookieHost => ({
  name,
  routes: (at) => ({
    '/': { ...setting(...set(cookieOf(at))), body: page(['/next']) },
    '/next': ({ headers: { cookie } }) => (cookie === undefined ? PLAIN : { status: 400 }),
  }),
  linked: { '/': done({ links: ['/next'] }) },
  found: { '/next': PAGE },
}));

/** Where cookies would arrive, if they went to others: by links, redirects, and what sitemaps list. */
function awayTo(other: string): CookieHost {
  return {
    name: 'a way to others',
    routes: (at) => ({
      '/': { ...setting(`sid=${cookieOf(at)}; Path=/`), body: page(['/away', `${other}/linked`]) },
      '/away': to(`${other}/redirected`),
      '/sitemap.xml': text(`${other}/listed`),
    }),
    linked: { '/': done({ links: ['/away', `${other}/linked`] }) },
    found: { '/away': moved(`${other}/redirected`) },
    sitemap: done({ links: [`${other}/listed`] }),
  };
}

/** Starts the hosts of this topic, where there are addresses for them. */
export async function openCookies(network: Network): Promise<Part> {
  if (!HAS_ADDRESSES) return { topic: 'cookies', cases: [] };
  const { origin: other } = await network.site({ '*': PLAIN }, '127.0.2.1');
  const hosts = [...SESSIONS, ...WALLS, ...REFUSED, awayTo(other)];
  const parts = await Promise.all(hosts.map((host, n) => openHost(network, host, `127.0.1.${n + 1}`)));
  return {
    topic: 'cookies',
    cases: parts.flatMap(({ cases }) => cases),
    sitemaps: parts.flatMap(({ sitemaps }) => sitemaps),
    errands: parts.flatMap(({ errands }) => errands),
  };
}

async function openHost(
  network: Network,
  { name, routes, linked, found = {}, sitemap, errands = [] }: CookieHost,
  address: string,
): Promise<{ cases: Case[]; sitemaps: Case[]; errands: string[] }> {
  const { origin } = await network.site(routes(address), address);
  const caseAt = (path: string, expect: End, isLinked: boolean): Case => ({
    name: `cookies: ${name}, ${path}`,
    url: origin + path,
    expect,
    isLinked,
  });
  return {
    cases: [
      ...Object.entries(linked).map(([path, end]) => caseAt(path, end, true)),
      ...Object.entries(found).map(([path, end]) => caseAt(path, end, false)),
    ],
    sitemaps: sitemap === undefined ? [] : [caseAt('/sitemap.xml', sitemap, false)],
    errands: errands.map((path) => origin + path),
  };
}

function isMember({ headers: { cookie = '' } }: Hit, address: string): boolean {
  return cookie.split('; ').includes(`sid=${cookieOf(address)}`);
}

function forMembers(address: string, body: string = PLAIN): (hit: Hit) => Answer {
  return (hit) => (isMember(hit, address) ? body : { status: 403 });
}

/** A redirect that brings the host's cookie. */
function headers(address: string, location: string): NonNullable<AnswerParts['headers']> {
  return { location, 'set-cookie': `sid=${cookieOf(address)}; Path=/` };
}

function setting(...lines: readonly string[]): AnswerParts {
  return { headers: { 'content-type': 'text/html', 'set-cookie': [...lines] }, body: PLAIN };
}
