/**
 * The hostile site: ordinary pages and every case there is, reached from one start page. It says how each
 * URL must end and which requests must never arrive, and counts those that do.
 */
import { page, paths } from '../support/site.js';
import { openAbsurd } from './absurd.js';
import { done, PLAIN, PLAIN_TITLE } from './case.js';
import type { Case, End, Part } from './case.js';
import { openCodings } from './codings.js';
import { openCookies } from './cookies.js';
import { openGivingUp, openManyLinks } from './giving-up.js';
import { openHeld } from './held.js';
import { openHtml } from './html.js';
import { Network } from './network.js';
import { openPrivate } from './private.js';
import { openRedirects } from './redirects.js';
import { openRobotsHosts } from './robots-hosts.js';
import { openSitemaps } from './sitemaps.js';
import { openStatuses } from './statuses.js';
import { openText } from './text.js';
import { openTransport } from './transport.js';

const ORDINARY = paths(60, '/page/');
/** How many of them the start page links to; the others are found from these. */
const LINKED_ORDINARY = 6;

type Opener = (network: Network) => Promise<Part>;

/** Every case whose end does not depend on time: one digest, however it is crawled. */
const STEADY: readonly Opener[] = [
  openTransport,
  openCodings,
  openRedirects,
  openText,
  openHtml,
  openStatuses,
  openRobotsHosts,
  openSitemaps,
  openCookies,
  openPrivate,
];

export class HostileSite {
  readonly network: Network;
  /** The start page, and a page on each address, without which that would be private. */
  readonly seeds: readonly string[];
  /** By URL: all that a crawl ends with, ordinary pages and targets of cases included. */
  readonly expected: ReadonlyMap<string, Case>;
  /** URLs of the ordinary pages. */
  readonly ordinary: readonly string[];
  /** By URL: sitemaps that somebody thought of. */
  readonly sitemaps: ReadonlyMap<string, Case>;
  /** Look like links, and are none. */
  readonly never: ReadonlySet<string>;
  readonly #errands: ReadonlySet<string>;

  private constructor(
    network: Network,
    seeds: readonly string[],
    ordinary: readonly Case[],
    parts: readonly Part[],
  ) {
    this.network = network;
    this.seeds = seeds;
    this.ordinary = ordinary.map(({ url }) => url);
    const sitemaps = parts.flatMap(({ sitemaps: each = [] }) => each);
    this.sitemaps = new Map(sitemaps.map((each) => [each.url, each]));
    this.expected = withTargets([...ordinary, ...parts.flatMap(({ cases }) => cases)], sitemaps);
    this.never = new Set(parts.flatMap(({ never = [] }) => never));
    this.#errands = new Set(parts.flatMap(({ errands = [] }) => errands));
    for (const url of this.never) {
      if (this.expected.has(url)) throw new Error(`both expected and never to be asked for: ${url}`);
    }
  }

  /** The site of all cases that end the same however they are crawled. */
  static steady(): Promise<HostileSite> {
    return HostileSite.#open(STEADY);
  }

  /** The site of limits and give-ups. */
  static givingUp(): Promise<HostileSite> {
    return HostileSite.#open([openGivingUp]);
  }

  /** The site of a page that holds its thread until a limit, and of one with very many links. */
  static held(): Promise<HostileSite> {
    return HostileSite.#open([openHeld, openManyLinks]);
  }

  /** The site of waits that have a limit. */
  static absurd(): Promise<HostileSite> {
    return HostileSite.#open([openAbsurd]);
  }

  static async #open(openers: readonly Opener[]): Promise<HostileSite> {
    const network = new Network();
    const parts = await Promise.all(openers.map((open) => open(network)));
    const entries = parts.flatMap(({ cases }) =>
      cases.filter(({ isLinked }) => isLinked).map(({ url }) => url),
    );
    const links = new Map([
      ['/', [...ORDINARY.slice(0, LINKED_ORDINARY), ...entries]],
      ...ORDINARY.map((path, index) => [path, neighbours(index)] as const),
    ]);
    const { origin } = await network.site(
      Object.fromEntries(
        [...links].map(([path, targets]) => [path, page(targets.map(inMarkup), { title: path })]),
      ),
    );
    const ordinary = [...links].map(([path, targets]): Case => ({
      name: `ordinary: ${path}`,
      url: origin + path,
      expect: done({ title: path, links: targets }),
      isLinked: true,
    }));
    const doors = await Promise.all([...network.addresses].map((address) => doorOf(network, address)));
    const seeds = [`${origin}/`, ...doors.map(({ url }) => url)];
    return new HostileSite(network, seeds, [...ordinary, ...doors], parts);
  }

  /** Whether a right crawl may ask for this. */
  isWanted(url: string): boolean {
    if (/^[^/]*\/\/[^/]*\/(robots\.txt|sitemap\.xml)$/.test(url) || this.#errands.has(url)) return true;
    const sitemap = this.sitemaps.get(url);
    if (sitemap !== undefined) return sitemap.expect.requests !== 0;
    return this.expected.has(url) && this.expected.get(url)?.expect.requests !== 0;
  }

  close(): Promise<void> {
    return this.network.close();
  }
}

/** Who names an address in a seed opens it for the crawl. */
async function doorOf(network: Network, address: string): Promise<Case> {
  const { origin } = await network.site({ '/': PLAIN }, address);
  return { name: `ordinary: ${address}`, url: `${origin}/`, expect: done(), isLinked: false };
}

/** Every ordinary page is a few links from the first ones. */
function neighbours(index: number): string[] {
  const targets = [index + 1, index + LINKED_ORDINARY, index * 7].map((n) => ORDINARY[n % ORDINARY.length]);
  return ['/', ...targets.filter((path) => path !== undefined)];
}

/** Cases, and what they and sitemaps lead to: a URL that is no case itself is a plain page. */
function withTargets(cases: readonly Case[], sitemaps: readonly Case[]): Map<string, Case> {
  const all = new Map<string, Case>();
  for (const each of cases) {
    if (all.has(each.url)) throw new Error(`two cases at ${each.url}`);
    all.set(each.url, each);
  }
  const listing = sitemaps.map(({ name, url, expect: { state, links = [] } }) => ({
    name,
    url,
    expect: { state, links },
  }));
  for (const { name, url, expect } of [...cases, ...listing]) {
    for (const target of targetsOf(expect, url)) {
      if (all.has(target)) continue;
      const plain = done({ title: PLAIN_TITLE, links: [] });
      all.set(target, { name: `${name} → ${target}`, url: target, expect: plain, isLinked: false });
    }
  }
  return all;
}

function targetsOf({ links = [], redirect_to: moved }: End, url: string): string[] {
  return [...links, ...(moved === undefined ? [] : [moved])].map((each) => new URL(each, url).href);
}

function inMarkup(url: string): string {
  return url.replaceAll('&', '&amp;');
}
