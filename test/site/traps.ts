/**
 * Sites without end: each page of them leads to others that nobody has seen. They are a site of their own, since
 * a crawl of them ends where a limit says so, and which of their pages it has by then is a matter of time. One
 * host each, with a few ordinary pages beside the trap.
 */
import { createHash } from 'node:crypto';
import { page, paths, text } from '../support/site.js';
import type { Hit, Route, Routes } from '../support/site.js';
import type { Network } from './network.js';

/** What ends a trap: a limit of variants, a limit of the host, or what its path says. */
export type Guard = 'variants' | 'host' | 'path';

export interface Trap {
  readonly name: string;
  readonly guard: Guard;
  readonly origin: string;
  /** Whether the path of a URL of this host is one of the trap. */
  readonly isInside: (path: string) => boolean;
  /** As the summary names it: without the origin. */
  readonly pattern: string;
  /** URLs it has; most have no end. */
  readonly size: number;
}

interface Shape {
  readonly name: string;
  readonly guard: Guard;
  readonly entry: string;
  /** Paths of the trap begin so. */
  readonly prefix: string;
  readonly pattern?: string;
  readonly size?: number;
  readonly answer: (hit: Hit) => string;
}

/** Pages of each host that belong to no trap. */
export const BESIDE = paths(5, '/plain/');

/** A number in the URL that is asked for. */
function numberIn({ path }: Hit): number {
  return Number(/\d+/.exec(path)?.[0] ?? 0);
}

/** Folders in this one, of names that no folder above it has: a path that repeats itself is another trap. */
function below(path: string, ...names: readonly string[]): string[] {
  return names.map((name) => `${path}${name}-${path.split('/').length}/`);
}

/** A session id nobody had before, the same whenever that URL is asked for. */
function freshId(of: string): string {
  return createHash('md5').update(of).digest('hex');
}

/** All orders of the parameters of a filter. */
function orders(left: readonly string[]): string[] {
  if (left.length === 0) return [''];
  return left.flatMap((one) => orders(left.filter((each) => each !== one)).map((rest) => `&${one}=1${rest}`));
}
const ORDERS = orders(['size', 'colour', 'brand', 'price', 'page']).map(
  (query) => `/filter?${query.slice(1)}`,
);

const SHAPES: readonly Shape[] = [
  {
    name: 'a calendar',
    guard: 'variants',
    entry: '/calendar?day=1',
    prefix: '/calendar?',
    pattern: '/calendar?',
    answer: (hit) =>
      page([`/calendar?day=${numberIn(hit) + 1}`, `/calendar?day=${numberIn(hit) + 1}&view=list`]),
  },
  {
    name: 'days in the path',
    guard: 'variants',
    entry: '/day/1',
    prefix: '/day/',
    pattern: '/day/{*}',
    answer: (hit) => page([`/day/${numberIn(hit) + 1}`, `/day/${numberIn(hit) + 2}`]),
  },
  {
    name: 'a session in the path',
    guard: 'variants',
    entry: `/s/${freshId('')}/shop`,
    prefix: '/s/',
    pattern: '/s/{*}/shop',
    answer: ({ path }) => page([`/s/${freshId(path)}/shop`, `/s/${freshId(`${path}2`)}/shop`]),
  },
  {
    name: 'a session behind a semicolon',
    guard: 'variants',
    entry: '/shop;jsessionid=1',
    prefix: '/shop;',
    pattern: '/shop;{*}',
    answer: ({ path }) =>
      page([`/shop;jsessionid=${freshId(path)}`, `/shop;jsessionid=${freshId(`${path}2`)}`]),
  },
  {
    name: 'a session in the query',
    guard: 'variants',
    entry: '/shop?sid=1',
    prefix: '/shop?',
    pattern: '/shop?',
    answer: ({ path }) => page([`/shop?sid=${freshId(path)}`, `/shop?sid=${freshId(`${path}2`)}&again=1`]),
  },
  {
    name: 'parameters in every order',
    guard: 'variants',
    entry: ORDERS[0] ?? '',
    prefix: '/filter?',
    pattern: '/filter?',
    size: ORDERS.length,
    answer: () => page(ORDERS.map((path) => path.replaceAll('&', '&amp;'))),
  },
  // Whatever is asked for is there, and says that it is not.
  {
    name: 'soft 404s',
    guard: 'host',
    entry: '/lost/',
    prefix: '/lost/',
    answer: ({ path }) => page(below(path, 'contact', 'news'), { title: 'Not found' }),
  },
  {
    name: 'ever deeper',
    guard: 'host',
    entry: '/deep/',
    prefix: '/deep/',
    answer: ({ path }) => page(below(path, 'x', 'y')),
  },
  {
    name: 'a path that repeats itself',
    guard: 'path',
    entry: '/loop/',
    prefix: '/loop/',
    answer: () => page(['loop/']),
  },
];

/** Hosts of traps, and the page that leads to all of them. */
export interface TrapSite {
  readonly seeds: readonly string[];
  readonly traps: readonly Trap[];
  /** Ordinary pages. */
  readonly beside: readonly string[];
}

export async function openTraps(network: Network): Promise<TrapSite> {
  const traps = await Promise.all(SHAPES.map((shape) => openTrap(network, shape)));
  const seeds = traps.map(({ origin }) => `${origin}/`);
  return {
    seeds,
    traps,
    beside: traps.flatMap(({ origin }) => ['/', ...BESIDE].map((path) => origin + path)),
  };
}

async function openTrap(network: Network, shape: Shape): Promise<Trap> {
  const { name, guard, entry, prefix, pattern = '', size = Infinity, answer } = shape;
  const any: Route = (hit) => (hit.path.startsWith(prefix) ? answer(hit) : { status: 404 });
  const { origin } = await network.site({
    '*': any,
    '/': page([...BESIDE, entry.replaceAll('&', '&amp;')]),
    ...Object.fromEntries(BESIDE.map((path) => [path, page(['/'])])),
  });
  return { name, guard, origin, isInside: (path) => path.startsWith(prefix), pattern, size };
}

/** One page with so many variants of one URL, none of which may be fetched. */
export async function openManyVariants(network: Network, count: number): Promise<string> {
  const links = Array.from({ length: count }, (_, n) => `/list?page=${n}`);
  const routes: Routes = { '/': page(links), '/robots.txt': text('User-agent: *\nDisallow: /list?\n') };
  return (await network.site(routes)).origin;
}

/** A sitemap that names another, and so on; its origin. */
export async function openEndlessSitemaps(network: Network): Promise<string> {
  const site = await network.site({
    '/': page(BESIDE),
    '*': (hit) => {
      if (BESIDE.includes(hit.path)) return page([]);
      const next = `http://${hit.headers.host}/map/${numberIn(hit) + 1}.xml`;
      return `<sitemapindex><sitemap><loc>${next}</loc></sitemap></sitemapindex>`;
    },
  });
  site.route(
    '/sitemap.xml',
    text(`<sitemapindex><sitemap><loc>${site.origin}/map/1.xml</loc></sitemap></sitemapindex>`),
  );
  return site.origin;
}
