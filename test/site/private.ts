/**
 * Addresses that nobody named, and that only this machine can reach: links, redirects, sitemaps and robots.txt
 * lead there in every spelling the WHATWG URL standard reads. Servers stand behind some of them, and must see no
 * connection at all; where clouds keep secrets nobody stands, and nobody may look.
 */
import { networkInterfaces } from 'node:os';
import { page, text, to } from '../support/site.js';
import { done, moved, PLAIN, PLAIN_TITLE, skipped } from './case.js';
import type { Case, Part } from './case.js';
import { HAS_ADDRESSES } from './network.js';
import type { Network } from './network.js';

/** Of the loopback network, and none of the site's. */
const INNER = '127.0.3.1';
const HAS_IPV6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
);

/** Spellings of one host, with the host that the standard makes of them. */
const INNER_SPELLINGS = [
  ['as it is', '127.0.3.1'],
  ['octal', '0177.0.03.01'],
  ['hexadecimal', '0x7f.0x0.0x3.0x1'],
  ['one number', '2130707201'],
  ['one hexadecimal number', '0x7F000301'],
  ['few parts', '127.769'],
  ['percent-encoded', '%31%32%37.0.3.1'],
  ['full-width digits', '１２７。０。３。１'],
  ['a dot at the end', '127.0.3.1.'],
  ['in IPv6', '[::ffff:127.0.3.1]'],
  ['in IPv6, in hexadecimal', '[0:0:0:0:0:FFFF:7f00:301]'],
] as const;

/** RFC 6890 and what clouds document; nothing is ever sent there. */
const OTHERS = [
  ['this host', '0.0.0.0'],
  ['of a home', '192.168.0.1'],
  ['of a company', '10.1.2.3'],
  ['link-local', '169.254.1.1'],
  ['multicast', '224.0.0.1'],
  ['all hosts', '255.255.255.255'],
  ['local in IPv6', '[fd12:3456::1]'],
  ['link-local in IPv6', '[fe80::1]'],
  ['by a translator', '[64:ff9b::127.0.3.1]'],
  ['metadata', '169.254.169.254'],
  ['metadata as one number', '0xA9FEA9FE'],
  ['metadata in IPv6', '[::ffff:a9fe:a9fe]'],
  ['metadata of its own in IPv6', '[fd00:ec2::254]'],
  ['metadata elsewhere', '100.100.100.200'],
] as const;

/** Starts the hosts of this topic, where there are addresses for them. The crawl must not allow private ones. */
export async function openPrivate(network: Network): Promise<Part> {
  if (!HAS_ADDRESSES) return { topic: 'private', cases: [] };
  const { port } = await network.forbidden(INNER);
  const local = HAS_IPV6
    ? [['IPv6 loopback', `[::1]:${(await network.forbidden('::1')).port}`] as const]
    : [];
  const hosts = [
    ...INNER_SPELLINGS.map(([name, host]) => [name, `${host}:${port}`] as const),
    ['a name', `localhost:${port}`] as const,
    ...local,
    ...OTHERS,
  ];
  const ways = hosts.map(([name, host], n) => ({ name, origin: `http://${host}`, n }));
  const links = ways.map(({ origin, n }) => `${origin}/linked/${n}`);
  const site = await network.site({
    '*': PLAIN,
    '/': page(links),
    '/sitemap.xml': text(ways.map(({ origin, n }) => `${origin}/listed/${n}`).join('\n')),
    '/robots.txt': text(
      `Sitemap: http://${INNER}:${port}/map.xml\nSitemap: http://169.254.169.254/map.xml\n`,
    ),
    ...Object.fromEntries(ways.map(({ origin, n }) => [`/to/${n}`, to(utf8(`${origin}/redirected/${n}`))])),
  });
  const ruled = await network.site({ '*': PLAIN, '/robots.txt': to(`http://${INNER}:${port}/robots.txt`) });
  return {
    topic: 'private',
    cases: [
      caseAt('a page of links', `${site.origin}/`, done({ links }), true),
      ...ways.flatMap(({ name, origin, n }) => [
        caseAt(`redirect, ${name}`, `${site.origin}/to/${n}`, moved(`${origin}/redirected/${n}`), true),
        ...['linked', 'redirected', 'listed'].map((way) =>
          caseAt(`${way}, ${name}`, keyOf(`${origin}/${way}/${n}`), skipped('private')),
        ),
      ]),
      // RFC 9309 §2.3.1.3: no crawler outside could have read it, and all is allowed.
      caseAt('a robots.txt that is there', `${ruled.origin}/`, done({ title: PLAIN_TITLE }), true),
    ],
    sitemaps: [
      caseAt(
        'a sitemap of such pages',
        `${site.origin}/sitemap.xml`,
        done({ links: ways.map(({ origin, n }) => `${origin}/listed/${n}`) }),
      ),
      caseAt('a sitemap that is there', `http://${INNER}:${port}/map.xml`, skipped('private')),
      caseAt('a sitemap of metadata', 'http://169.254.169.254/map.xml', skipped('private')),
    ],
  };
}

function caseAt(name: string, url: string, expect: Case['expect'], isLinked = false): Case {
  return { name: `private: ${name}`, url, expect, isLinked };
}

/** As bytes of a header. */
function utf8(address: string): string {
  return Buffer.from(address).toString('latin1');
}

function keyOf(url: string): string {
  return new URL(url).href;
}
