/**
 * Sitemaps as they are found, one host each: sitemaps.org for what they mean, and what is read of those that
 * break its rules. A page that is listed is a page of the crawl as if it were linked; a broken sitemap ends by
 * itself, and its host's pages are fetched all the same.
 *
 * @see https://www.sitemaps.org/protocol.html
 */
import { gzipSync } from 'node:zlib';
import { text, to } from '../support/site.js';
import type { Answer, AnswerParts, Routes } from '../support/site.js';
import { BOMB_MIB, gzipMembers } from './bombs.js';
import { done, failed, failedTwice, moved, PLAIN, PLAIN_TITLE, skipped } from './case.js';
import type { Case, End, Part } from './case.js';
import type { Network } from './network.js';
import { gz, index, url, urls, xml } from './sitemap-files.js';

/** Routes, in which HOST stands for the origin of the host itself; the sitemaps it has, and what they list. */
interface SitemapHost {
  readonly name: string;
  readonly answers: Readonly<Record<string, AnswerParts>>;
  /** Sitemap lines of robots.txt; without any, `/sitemap.xml` is found by its name alone. */
  readonly named?: readonly string[];
  readonly robots?: string;
  /** By path. */
  readonly sitemaps: Readonly<Record<string, End>>;
  /** Listed pages that are not fetched, with the reason. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Stand in the file, and are no pages. */
  readonly never?: readonly string[];
}

/** Read, with what it lists. */
function listing(...links: readonly string[]): End {
  return { state: 'done', http_status: 200, links };
}

const MISSING = failed('status', { http_status: 404 });
const FIRST = '<?xml version="1.0" encoding="UTF-8"?>';
const PROTOCOL = 'http://www.sitemaps.org/schemas/sitemap/0.9';

const PLAIN_HOSTS: readonly SitemapHost[] = [
  {
    name: 'as it should be',
    answers: { '/sitemap.xml': xml(`${FIRST}<urlset xmlns="${PROTOCOL}">${url('/a')}${url('/b')}</urlset>`) },
    sitemaps: { '/sitemap.xml': listing('/a', '/b') },
  },
  {
    name: 'named in robots.txt, and at its usual place',
    named: ['/named.xml', 'HOST/named.xml', '/missing.xml'],
    answers: { '/named.xml': xml(urls('/a')), '/sitemap.xml': xml(urls('/a', '/b')) },
    sitemaps: {
      '/named.xml': listing('/a'),
      '/missing.xml': MISSING,
      '/sitemap.xml': listing('/a', '/b'),
    },
  },
  {
    name: 'an index',
    answers: {
      '/sitemap.xml': xml(index('/one.xml', '/two.xml.gz', '/moved.xml', '/lost.xml')),
      '/one.xml': xml(urls('/a')),
      '/two.xml.gz': gz(gzipSync(urls('/b').replaceAll('HOST', ''))),
      '/moved.xml': to('/here.xml', 301),
      '/here.xml': xml(urls('/c')),
    },
    sitemaps: {
      '/sitemap.xml': listing(),
      '/one.xml': listing('/a'),
      '/two.xml.gz': listing('/b'),
      '/moved.xml': moved('/here.xml', 301),
      '/here.xml': listing('/c'),
      '/lost.xml': MISSING,
    },
  },
  // "Sitemap files … may not list" others; many do, and a circle of them is read once.
  {
    name: 'indexes in a circle',
    answers: {
      '/sitemap.xml': xml(index('/sitemap.xml', '/next.xml')),
      '/next.xml': xml(index('/sitemap.xml', '/last.xml')),
      '/last.xml': xml(urls('/a')),
    },
    sitemaps: { '/sitemap.xml': listing(), '/next.xml': listing(), '/last.xml': listing('/a') },
  },
  {
    name: 'the text form',
    named: ['/list.txt'],
    answers: { '/list.txt': text('HOST/a\r\n\r\n  HOST/b?x=1&y=2  \nno address\nftp://127.0.0.1/never\n') },
    sitemaps: { '/list.txt': listing('/a', '/b?x=1&y=2'), '/sitemap.xml': MISSING },
  },
  {
    name: 'gzip twice: as a file, and on the way',
    answers: {
      '/sitemap.xml': {
        headers: { 'content-type': 'application/gzip', 'content-encoding': 'gzip' },
        body: gzipSync(gzipSync(urls('/a').replaceAll('HOST', ''))),
      },
    },
    sitemaps: { '/sitemap.xml': listing('/a') },
  },
];

const SLOPPY: readonly SitemapHost[] = [
  {
    name: 'an unescaped &',
    answers: { '/sitemap.xml': xml(`<urlset>${url('/a?x=1&y=2')}${url('/a?x=1&amp;y=3')}</urlset>`) },
    sitemaps: { '/sitemap.xml': listing('/a?x=1&y=2', '/a?x=1&y=3') },
  },
  {
    name: 'prefixes, CDATA and addresses of images',
    answers: {
      '/sitemap.xml': xml(
        `<s:urlset xmlns:s="${PROTOCOL}"><s:url><s:loc><![CDATA[HOST/a]]></s:loc>
           <image:image><image:loc>HOST/never.png</image:loc></image:image></s:url></s:urlset>`,
      ),
    },
    sitemaps: { '/sitemap.xml': listing('/a') },
    never: ['/never.png'],
  },
  // Half an address is another address.
  {
    name: 'cut off in mid-address',
    answers: { '/sitemap.xml': xml(`<urlset>${url('/a')}<url><loc>HOST/nev`) },
    sitemaps: { '/sitemap.xml': listing('/a') },
    never: ['/nev'],
  },
  {
    name: 'an HTML page',
    answers: { '/sitemap.xml': { headers: { 'content-type': 'text/html' }, body: '<a href=/never>x</a>' } },
    sitemaps: { '/sitemap.xml': listing() },
    never: ['/never'],
  },
  {
    name: 'an image',
    answers: { '/sitemap.xml': { headers: { 'content-type': 'image/png' }, body: Buffer.alloc(64, 0x89) } },
    sitemaps: { '/sitemap.xml': listing() },
  },
  {
    name: 'nothing',
    answers: { '/sitemap.xml': { status: 204 } },
    sitemaps: { '/sitemap.xml': failed('status', { http_status: 204 }) },
  },
  // What no page may do, none may do by being listed: robots.txt, filters, traps, schemes.
  {
    name: 'pages that may not be fetched',
    robots: 'User-agent: *\nDisallow: /closed\n',
    answers: {
      '/sitemap.xml': xml(
        urls('/a', '/closed/a', '/excluded/never', '/x/x/x/x/y', '/a').replace(
          '</urlset>',
          '<url><loc>mailto:a@b</loc></url><url><loc>http://[</loc></url><url><loc></loc></url></urlset>',
        ),
      ),
    },
    sitemaps: { '/sitemap.xml': listing('/a', '/closed/a', '/x/x/x/x/y') },
    refused: { '/closed/a': 'robots', '/x/x/x/x/y': 'trap' },
    never: ['/excluded/never'],
  },
];

const TOO_LARGE = failed('too-large', { http_status: 200, links: [] });
const LAUGHS = Array.from({ length: 20 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');

const HARMFUL: readonly SitemapHost[] = [
  {
    name: 'a bomb',
    answers: { '/sitemap.xml': gz(gzipMembers(BOMB_MIB, ' ')) },
    sitemaps: { '/sitemap.xml': TOO_LARGE },
  },
  {
    name: 'a bomb on the way',
    answers: {
      '/sitemap.xml': {
        headers: { 'content-type': 'application/xml', 'content-encoding': 'gzip' },
        body: gzipMembers(BOMB_MIB, ' '),
      },
    },
    sitemaps: { '/sitemap.xml': TOO_LARGE },
  },
  // Nobody reads entities of its own: they are text.
  {
    name: 'a billion laughs',
    answers: {
      '/sitemap.xml': xml(`<!DOCTYPE x [<!ENTITY l0 "HOST/never">${LAUGHS}]><urlset>${url('/a')}</urlset>`),
    },
    sitemaps: { '/sitemap.xml': listing('/a') },
    never: ['/never'],
  },
  {
    name: 'an entity that is a file',
    answers: {
      '/sitemap.xml': xml(
        `<!DOCTYPE x [<!ENTITY f SYSTEM "HOST/never">]><urlset>${url('/a')}<x>&f;</x></urlset>`,
      ),
    },
    sitemaps: { '/sitemap.xml': listing('/a') },
    never: ['/never'],
  },
  // The protocol allows 50,000.
  {
    name: 'more entries than anyone may have',
    answers: {
      '/sitemap.xml': xml(urls(...Array.from({ length: 100_001 }, (_, n) => `/never/${n % 10}?${n}`))),
    },
    sitemaps: { '/sitemap.xml': TOO_LARGE },
  },
  {
    name: '100,000 elements deep',
    answers: {
      '/sitemap.xml': xml(`${'<url>'.repeat(100_000)}<loc>HOST/never</loc>${'</url>'.repeat(100_000)}`),
    },
    sitemaps: { '/sitemap.xml': failedTwice('decode', { http_status: 200, links: [] }) },
    never: ['/never'],
  },
  {
    name: '500',
    answers: { '/sitemap.xml': { status: 500 } },
    sitemaps: { '/sitemap.xml': failedTwice('status', { http_status: 500, links: [] }) },
  },
  {
    name: 'corrupt gzip',
    answers: { '/sitemap.xml': gz(gzipSync(urls('/never')).subarray(0, -12)) },
    sitemaps: { '/sitemap.xml': failedTwice('decode', { http_status: 200, links: [] }) },
  },
  {
    name: 'a redirect to itself',
    answers: { '/sitemap.xml': to('/sitemap.xml') },
    sitemaps: { '/sitemap.xml': failed('redirect', { links: [] }) },
  },
  {
    name: 'closed by robots.txt',
    robots: 'User-agent: *\nDisallow: /maps/\n',
    named: ['/maps/closed.xml'],
    answers: { '/maps/closed.xml': xml(urls('/never')) },
    sitemaps: { '/maps/closed.xml': skipped('robots'), '/sitemap.xml': MISSING },
    never: ['/never'],
  },
];

/** Starts the hosts of this topic. The crawl must exclude `/excluded/`. */
export async function openSitemaps(network: Network): Promise<Part> {
  const parts = await Promise.all([
    ...[...PLAIN_HOSTS, ...SLOPPY, ...HARMFUL].map((host) => openHost(network, host)),
    elsewhere(network),
  ]);
  return {
    topic: 'sitemap',
    cases: parts.flatMap(({ cases }) => cases),
    sitemaps: parts.flatMap(({ sitemaps }) => sitemaps),
    never: parts.flatMap(({ never }) => never),
  };
}

interface Opened {
  readonly cases: readonly Case[];
  readonly sitemaps: readonly Case[];
  readonly never: readonly string[];
}

async function openHost(network: Network, host: SitemapHost): Promise<Opened> {
  const { name, named = [], robots = '', answers, sitemaps, refused = {}, never = [] } = host;
  const gone = Object.entries(sitemaps).filter(([, { http_status: status }]) => status === 404);
  const missing = Object.fromEntries(gone.map(([path]) => [path, { status: 404 }]));
  const site = await network.site({ '*': PLAIN, ...missing });
  const { origin } = site;
  const lines = named.map((each) => `Sitemap: ${each}\n`).join('');
  const routes: Routes = { '/robots.txt': text(robots + lines), ...answers };
  for (const [path, route] of Object.entries(routes)) site.route(path, inPlace(route as AnswerParts, origin));
  return {
    cases: [
      caseAt(`${name}, the page that tells of it`, `${origin}/`, done({ title: PLAIN_TITLE }), true),
      ...Object.entries(refused).map(([path, reason]) =>
        caseAt(`${name}, ${path}`, origin + path, skipped(reason)),
      ),
    ],
    sitemaps: Object.entries(sitemaps).map(([path, end]) => caseAt(`${name}, ${path}`, origin + path, end)),
    never: never.map((path) => origin + path),
  };
}

/** One host's robots.txt names a sitemap of another, which lists pages of a third. */
async function elsewhere(network: Network): Promise<Opened> {
  const third = await network.site({ '*': PLAIN });
  const second = await network.site({ '*': PLAIN, '/for-others.xml': xml(urls(`${third.origin}/a`)) });
  const first = await network.site({
    '*': PLAIN,
    '/robots.txt': text(`Sitemap: ${second.origin}/for-others.xml\n`),
  });
  const name = 'on another host';
  return {
    cases: [caseAt(`${name}, the page that tells of it`, `${first.origin}/`, done(), true)],
    sitemaps: [caseAt(name, `${second.origin}/for-others.xml`, listing(`${third.origin}/a`))],
    never: [`${second.origin}/`, `${third.origin}/`],
  };
}

function caseAt(name: string, at: string, expect: End, isLinked = false): Case {
  return { name: `sitemap: ${name}`, url: at, expect, isLinked };
}

function inPlace(answer: AnswerParts, origin: string): Answer {
  const { body } = answer;
  return typeof body === 'string' ? { ...answer, body: body.replaceAll('HOST', origin) } : answer;
}
