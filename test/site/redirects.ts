/**
 * Redirects: RFC 9110 §15.4 for what is one, §10.2.2 and the WHATWG URL and Fetch standards for how its
 * Location is read. A redirect is `done` with its target; one that leads nowhere is `failed: redirect`.
 */
import { each, page, to } from '../support/site.js';
import type { Route } from '../support/site.js';
import { done, failed, moved, PLAIN, skipped } from './case.js';
import type { Case, Part, PathCase } from './case.js';
import { KEY, VALID } from './certificates.js';
import type { Network } from './network.js';

const NOWHERE = failed('redirect');

/** Each of these statuses leads on. */
const STATUSES = [301, 302, 303, 307, 308].map((status): PathCase => ({
  name: `${status}`,
  path: `/by-${status}`,
  answer: to('/target-of-all', status),
  expect: moved('/target-of-all', status),
}));

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

/** Location → where it leads from /dir/at. */
const TARGETS: readonly (readonly [name: string, location: string, target: string])[] = [
  ['relative', 'beside', '/dir/beside'],
  ['up a folder', '../above', '/above'],
  ['query only', '?page=2', '/dir/query-only?page=2'],
  ['with a fragment', '/part#middle', '/part'],
  ['blanks around', '  /blanks  ', '/blanks'],
  ['blanks within', '/a b c', '/a%20b%20c'],
  // Fetch standard, "location URL": bytes are UTF-8 if they can be …
  ['UTF-8', utf8('/straße/漢字'), '/stra%C3%9Fe/%E6%BC%A2%E5%AD%97'],
  // … and each a character otherwise.
  ['Latin-1', '/caf\u00e9', '/caf%C3%A9'],
  ['backslashes', '\\back\\slash', '/back/slash'],
  ['dots', '/x/./y/../z', '/x/z'],
];

const LEADING = TARGETS.map(([name, location, target]): PathCase => ({
  name,
  path: `/dir/${name.replaceAll(/\W+/g, '-')}`,
  answer: to(location),
  expect: moved(target),
}));

/** What is no redirect to follow. */
const LOST: readonly (readonly [name: string, answer: Route])[] = [
  ['no Location', { status: 301 }],
  ['an empty Location', to('')],
  ['a Location of blanks', to('   ')],
  ['an invalid Location', to('http://')],
  ['an invalid port', to('http://127.0.0.1:99999/')],
  ['an invalid address', to('http://[::1/')],
  ['mailto', to('mailto:somebody@example.org')],
  ['javascript', to('javascript:location="/never"')],
  ['file', to('file:///etc/passwd')],
  ['data', to('data:text/html,<a href=/never>')],
  ['ftp', to('ftp://127.0.0.1/never')],
  ['two Locations', { status: 302, headers: { Location: ['/never-1', '/never-2'] } }],
  // §15.4.1: a choice for people.
  ['300', to('/never', 300)],
  // §15.4.5: an answer to a condition nobody set.
  ['304', { status: 304 }],
  // §15.4.6, §15.4.7: out of use.
  ['305', to('/never', 305)],
  ['306', to('/never', 306)],
];

const NOWHERES = LOST.map(([name, answer]): PathCase => ({
  name,
  path: `/lost/${name.replaceAll(' ', '-')}`,
  answer,
  expect: NOWHERE,
}));

const CIRCLES: readonly PathCase[] = [
  { name: 'to itself', path: '/self', answer: to('/self'), expect: NOWHERE },
  { name: 'to itself with a fragment', path: '/self-part', answer: to('/self-part#x'), expect: NOWHERE },
  { name: 'a circle of two', path: '/two-a', answer: to('/two-b'), expect: NOWHERE },
  { name: 'its other half', path: '/two-b', answer: to('/two-a'), expect: NOWHERE, isLinked: false },
  // What leads into a circle is a redirect like any other.
  { name: 'into a circle', path: '/into', answer: to('/three-a'), expect: moved('/three-a') },
  { name: 'a circle of three', path: '/three-a', answer: to('/three-b'), expect: NOWHERE, isLinked: false },
  { name: 'its second', path: '/three-b', answer: to('/three-c'), expect: NOWHERE, isLinked: false },
  { name: 'its third', path: '/three-c', answer: to('/three-a'), expect: NOWHERE, isLinked: false },
];

/** `count` redirects in a row, of which the first 20 lead on and the next fails. */
function chain(name: string, count: number): PathCase[] {
  return Array.from({ length: Math.min(count, 21) }, (_, hop) => ({
    name: `hop ${hop} of ${name}`,
    path: `/${name}/${hop}`,
    answer: to(`/${name}/${hop + 1}`),
    expect: hop < 20 ? moved(`/${name}/${hop + 1}`) : NOWHERE,
    isLinked: hop === 0,
  }));
}

const OTHERS: readonly PathCase[] = [
  ...Array.from({ length: 5 }, (_, index): PathCase => ({
    name: `the same target, ${index}`,
    path: `/many/${index}`,
    answer: to('/one-target', index % 2 === 0 ? 301 : 302),
    expect: moved('/one-target', index % 2 === 0 ? 301 : 302),
  })),
  {
    name: 'that target, asked for once',
    path: '/one-target',
    answer: PLAIN,
    expect: done({ requests: 1 }),
    isLinked: false,
  },
  {
    name: 'the same Location twice',
    path: '/twice',
    answer: { status: 302, headers: { Location: ['/said-twice', '/said-twice'] } },
    expect: moved('/said-twice'),
  },
  // RFC 3986 §6.2.2.2: one address in two spellings; asked for once in the one the server wants.
  {
    name: 'to another spelling of itself',
    path: '/spelt-~x',
    answer: ({ path }) => (path === '/spelt-%7Ex' ? PLAIN : to('/spelt-%7Ex')),
    expect: done({ title: 'plain', requests: 2 }),
  },
  // RFC 9309 §2.2: robots.txt is asked of the target, whoever leads there.
  {
    name: 'to a disallowed path',
    path: '/to-closed',
    answer: to('/closed/page'),
    expect: moved('/closed/page'),
  },
  {
    name: 'that disallowed path',
    path: '/closed/page',
    answer: PLAIN,
    expect: skipped('robots'),
    isLinked: false,
  },
  {
    name: 'with a body of 20 MB',
    path: '/heavy',
    answer: {
      status: 302,
      headers: { location: '/behind-heavy', 'content-type': 'text/html' },
      body: page(['/never']).padEnd(20_000_000),
    },
    expect: moved('/behind-heavy'),
  },
];

/** Starts the hosts of this topic. */
export async function openRedirects(network: Network): Promise<Part> {
  const elsewhere = (await network.site({ '*': PLAIN })).origin;
  const dead = network.closed();
  const secure = await network.raw(
    ({ socket }) =>
      socket.end(
        `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${PLAIN.length}\r\n\r\n${PLAIN}`,
      ),
    { tls: { cert: VALID, key: KEY } },
  );
  const away: PathCase[] = [
    {
      name: 'to another host',
      path: '/away',
      answer: to(`${elsewhere}/here`),
      expect: moved(`${elsewhere}/here`),
    },
    {
      name: 'without a scheme',
      path: '/away-2',
      answer: to(`${elsewhere.slice('http:'.length)}/there`),
      expect: moved(`${elsewhere}/there`),
    },
    { name: 'to https', path: '/secure', answer: to(`${secure}/`), expect: moved(`${secure}/`) },
    { name: 'to nobody', path: '/dead', answer: to(`${dead}/`), expect: moved(`${dead}/`) },
  ];
  const part = await network.topic(
    'redirect',
    [
      ...STATUSES,
      ...LEADING,
      ...NOWHERES,
      ...CIRCLES,
      ...chain('chain', 20),
      ...chain('endless', 25),
      ...OTHERS,
      ...away,
    ],
    {
      ...each(
        Array.from({ length: 4 }, (_, hop) => `/endless/${21 + hop}`),
        to('/never'),
      ),
      '/robots.txt': {
        headers: { 'content-type': 'text/plain' },
        body: 'User-agent: *\nDisallow: /closed/\n',
      },
    },
  );
  const nobody: Case = {
    name: 'redirect: that nobody',
    url: `${dead}/`,
    expect: failed('connect', { requests: 0 }),
    isLinked: false,
  };
  return { ...part, cases: [...part.cases, nobody] };
}
