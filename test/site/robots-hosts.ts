/**
 * robots.txt as it is found: one host each. What may be fetched is RFC 9309; what it leaves open is as the
 * big engines document it. Published test cases of the matcher itself are in test/policy/; here is what
 * comes over the wire. Answers that close a host for good are in giving-up.ts.
 */
import zlib from 'node:zlib';
import { to } from '../support/site.js';
import type { AnswerParts, Route } from '../support/site.js';
import { done, PLAIN, PLAIN_TITLE, skipped } from './case.js';
import type { Case, Part } from './case.js';
import type { Network } from './network.js';

/** robots.txt (a text, or an answer), paths that may be fetched, paths that may not. */
interface RobotsHost {
  readonly name: string;
  readonly robots: string | AnswerParts;
  readonly allowed?: readonly string[];
  readonly refused?: readonly string[];
  /** Where robots.txt leads, on the same host. */
  readonly hops?: Readonly<Record<string, Route>>;
}

const CLOSED = 'User-agent: *\nDisallow: /closed\n';
const SHUT = { allowed: ['/open'], refused: ['/closed', '/closed/page'] };
const OPEN = { allowed: ['/open', '/closed'] };
const MIB = 1024 * 1024;

const FORMS: readonly RobotsHost[] = [
  { name: 'as it should be', robots: CLOSED, ...SHUT },
  // §2.3: UTF-8, where a mark at the start is no part of the first line.
  { name: 'byte order mark', robots: `\uFEFF${CLOSED}`, ...SHUT },
  // §2.2: lines end with CR, LF or both.
  { name: 'CR line ends', robots: CLOSED.replaceAll('\n', '\r'), ...SHUT },
  { name: 'CR LF line ends', robots: CLOSED.replaceAll('\n', '\r\n'), ...SHUT },
  { name: 'no last line end', robots: CLOSED.trimEnd(), ...SHUT },
  {
    name: 'blanks everywhere',
    robots: ' \t user-agent \t:\t * \n\n\n  DISALLOW :  /closed  # not this\n',
    ...SHUT,
  },
  { name: 'missing colon', robots: 'User-agent *\nDisallow /closed\n', ...SHUT },
  { name: 'misspelt', robots: 'Useragent: *\nDissallow: /closed\n', ...SHUT },
  // §2.2.4: other lines are passed over, and do not end a run of user-agent lines.
  {
    name: 'other lines between',
    robots:
      'User-agent: orbweaver\nCrawl-delay: 0\nSitemap: /sitemap.xml\nFoo: bar\n\nUser-agent: other\nDisallow: /closed\n',
    ...SHUT,
  },
  {
    name: 'an HTML page',
    robots: {
      headers: { 'content-type': 'text/html' },
      body: '<html><p>Disallow: /\n<p>User-agent: *\nDisallow: /</html>',
    },
    ...OPEN,
  },
  { name: 'an empty file', robots: '', ...OPEN },
  { name: 'any content type', robots: { headers: { 'content-type': 'image/png' }, body: CLOSED }, ...SHUT },
  {
    name: 'NUL and bytes',
    robots: { headers: {}, body: Buffer.concat([Buffer.from([0, 0xff, 0xfe, 10]), Buffer.from(CLOSED)]) },
    ...SHUT,
  },
];

const GROUPS: readonly RobotsHost[] = [
  // §2.2.1: ours, and only if there is none, the one for all.
  {
    name: 'our group before that of all',
    robots: `${CLOSED}User-agent: Orbweaver\nDisallow: /ours\n`,
    allowed: ['/closed'],
    refused: ['/ours'],
  },
  {
    name: 'our name in capitals',
    robots: 'User-agent: ORBWEAVER/2.0\nDisallow: /closed\nUser-agent: *\nDisallow: /\n',
    ...SHUT,
  },
  {
    name: 'our groups together',
    robots: `User-agent: orbweaver\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: orbweaver\nDisallow: /b\n`,
    allowed: ['/c'],
    refused: ['/a', '/b'],
  },
  {
    name: 'several agents, one group',
    robots: 'User-agent: a\nUser-agent: Orbweaver\nUser-agent: b\nDisallow: /closed\n',
    ...SHUT,
  },
  { name: 'a group for others', robots: 'User-agent: otherbot\nDisallow: /\n', ...OPEN },
  { name: 'a longer name than ours', robots: 'User-agent: orbweaver-news\nDisallow: /\n', ...OPEN },
  { name: 'our group is empty', robots: `${CLOSED}User-agent: orbweaver\n`, ...OPEN },
  { name: 'rules before any agent', robots: 'Disallow: /\nUser-agent: *\nDisallow: /closed\n', ...SHUT },
  // Said for others, it is none of our business.
  {
    name: 'an absurd Crawl-delay for others',
    robots: `User-agent: slow\nCrawl-delay: 999999999\nUser-agent: *\nCrawl-delay: nonsense\nDisallow: /closed\n`,
    ...SHUT,
  },
];

const RULES: readonly RobotsHost[] = [
  { name: 'closed altogether', robots: 'User-agent: *\nDisallow: /\n', refused: ['/', '/any', '/any?query'] },
  { name: 'an empty Disallow', robots: 'User-agent: *\nDisallow:\n', ...OPEN },
  // §2.2.2: the longest match, and of equals Allow.
  {
    name: 'Allow against Disallow',
    robots: 'User-agent: *\nAllow: /page\nDisallow: /\n',
    allowed: ['/page'],
    refused: ['/other'],
  },
  { name: 'a tie', robots: 'User-agent: *\nDisallow: /tie\nAllow: /tie\n', allowed: ['/tie'] },
  {
    name: 'the longer Disallow',
    robots: 'User-agent: *\nAllow: /dir\nDisallow: /dir/closed\n',
    allowed: ['/dir/open'],
    refused: ['/dir/closed/x'],
  },
  // §2.2.3: * and $.
  {
    name: 'wildcards',
    robots: 'User-agent: *\nDisallow: /*.php\nDisallow: /*/print$\n',
    allowed: ['/x.html', '/a/print/x'],
    refused: ['/a.php', '/a.php5?x', '/a/print'],
  },
  {
    name: 'an end mark',
    robots: 'User-agent: *\nDisallow: /exact$\n',
    allowed: ['/exact/', '/exact?x', '/exactly'],
    refused: ['/exact'],
  },
  {
    name: 'a dollar in the middle',
    robots: 'User-agent: *\nDisallow: /a$b\n',
    allowed: ['/a'],
    refused: ['/a$b'],
  },
  {
    name: 'queries',
    robots: 'User-agent: *\nDisallow: /*?*session=\n',
    allowed: ['/x?page=1'],
    refused: ['/x?session=1', '/x?a=1&session=2'],
  },
  {
    name: 'paths have case',
    robots: 'User-agent: *\nDisallow: /Closed\n',
    allowed: ['/closed'],
    refused: ['/Closed'],
  },
  // §2.2.2: compared octet by octet, however they are written.
  {
    name: 'percent-encoded rule',
    robots: 'User-agent: *\nDisallow: /%63losed\nDisallow: /%e6%bc%a2\n',
    allowed: ['/open'],
    refused: ['/closed', '/%E6%BC%A2'],
  },
  {
    name: 'raw UTF-8 rule',
    robots: 'User-agent: *\nDisallow: /漢\n',
    allowed: ['/open'],
    refused: ['/%E6%BC%A2/x'],
  },
  {
    name: 'encoded slash',
    robots: 'User-agent: *\nDisallow: /a%2Fb\n',
    allowed: ['/a/b'],
    refused: ['/a%2Fb'],
  },
  {
    name: 'encoded star and dollar',
    robots: 'User-agent: *\nDisallow: /x%2Ay\nDisallow: /z%24\n',
    allowed: ['/xxy', '/z'],
    refused: ['/x*y', '/z$'],
  },
  // Linear time: without it this takes longer than anybody waits.
  {
    name: 'hostile patterns',
    robots: `User-agent: *\n${Array.from({ length: 200 }, (_, n) => `Disallow: /${'*a'.repeat(500)}${n}*z$\n`).join('')}`,
    allowed: [`/${'a'.repeat(1900)}`],
  },
];

const ANSWERS: readonly RobotsHost[] = [
  // §2.3.1.3: a 4xx other than 429 is no robots.txt.
  ...[400, 401, 403, 404, 410, 451].map((status): RobotsHost => ({
    name: `${status}`,
    robots: { status, headers: {}, body: 'User-agent: *\nDisallow: /\n' },
    ...OPEN,
  })),
  { name: 'a redirect to nowhere', robots: { status: 302 }, ...OPEN },
  // §2.3.1.2: five in a row are followed, and the rules are for the host that was asked.
  { name: 'one redirect', robots: to('/r1', 301), hops: { '/r1': plainText(CLOSED) }, ...SHUT },
  { name: 'five redirects', robots: to('/r1'), hops: hops(5), ...SHUT },
  { name: 'six redirects', robots: to('/r1'), hops: hops(6), ...OPEN },
  { name: 'redirects in a circle', robots: to('/r1'), hops: { '/r1': to('/robots.txt') }, ...OPEN },
  { name: 'gzip', robots: { headers: { 'content-encoding': 'gzip' }, body: zlib.gzipSync(CLOSED) }, ...SHUT },
  {
    name: 'br',
    robots: { headers: { 'content-encoding': 'br' }, body: zlib.brotliCompressSync(CLOSED) },
    ...SHUT,
  },
  // §2.5: at least 500 KiB are read; what is behind them is not.
  { name: '1 MB of it', robots: `${CLOSED}${'# nothing\n'.repeat(100_000)}Disallow: /open\n`, ...SHUT },
  { name: 'one line of 1 MB', robots: `${CLOSED}Disallow: /${'x'.repeat(1_000_000)}`, ...SHUT },
  {
    name: '20,000 rules',
    robots: `${CLOSED}${Array.from({ length: 20_000 }, (_, n) => `Disallow: /${n}/\n`).join('')}`,
    ...SHUT,
  },
  {
    name: 'a bomb',
    robots: {
      headers: { 'content-encoding': 'gzip' },
      body: Buffer.concat([
        zlib.gzipSync(CLOSED),
        ...new Array<Buffer>(512).fill(zlib.gzipSync(Buffer.alloc(MIB, '\n'))),
      ]),
    },
    ...SHUT,
  },
];

/** Starts the hosts of this topic. */
export async function openRobotsHosts(network: Network): Promise<Part> {
  const other = await network.site({ '*': PLAIN, '/robots.txt': plainText(CLOSED) });
  const away: RobotsHost = { name: 'on another host', robots: to(`${other.origin}/robots.txt`), ...SHUT };
  const hosts = [...FORMS, ...GROUPS, ...RULES, ...ANSWERS, away];
  const parts = await Promise.all(hosts.map((host) => openHost(network, host)));
  return {
    topic: 'robots.txt',
    cases: parts.flatMap(({ cases }) => cases),
    errands: parts.flatMap(({ errands }) => errands),
  };
}

async function openHost(network: Network, host: RobotsHost): Promise<{ cases: Case[]; errands: string[] }> {
  const { robots, allowed = [], refused = [], hops: more = {} } = host;
  const answer = typeof robots === 'string' ? plainText(robots) : robots;
  const { origin } = await network.site({ '*': PLAIN, '/robots.txt': answer, ...more });
  const cases = [
    ...allowed.map((path) => caseAt(host.name, origin, path, true)),
    ...refused.map((path) => caseAt(host.name, origin, path, false)),
  ];
  return { cases, errands: Object.keys(more).map((path) => origin + path) };
}

function caseAt(name: string, origin: string, path: string, isAllowed: boolean): Case {
  return {
    name: `robots.txt: ${name}, ${path.slice(0, 40)}`,
    url: origin + path,
    expect: isAllowed ? done({ title: PLAIN_TITLE }) : skipped('robots'),
    isLinked: true,
  };
}

function hops(count: number): Record<string, Route> {
  const leading = Array.from({ length: count - 1 }, (_, n) => [`/r${n + 1}`, to(`/r${n + 2}`)] as const);
  return { ...Object.fromEntries(leading), [`/r${count}`]: plainText(CLOSED) };
}

function plainText(body: string): AnswerParts {
  return { headers: { 'content-type': 'text/plain' }, body };
}
