/**
 * A small crawler of its own, for holding the demo wiki's stated truth against its pages: sequential,
 * in memory, with parse5 and the WHATWG parser and nothing of the product. It follows the `mediawiki`
 * link rule and the product's rules for redirects, robots and nofollow as the README states them.
 */
import { defaultTreeAdapter as tree, parse, type DefaultTreeAdapterTypes as Tree } from 'parse5';
import type { DemoWiki } from '../../dist/demo/wiki.js';
import type { DemoPage } from '../../dist/demo/truth.js';

/** What the walk found, in the shape of the truth. */
export interface Walk {
  readonly pages: Map<string, DemoPage>;
  readonly edges: Map<string, Map<string, number>>;
}

type Found = { -readonly [Key in keyof DemoPage]: DemoPage[Key] };

/** Walks the wiki from the seeds to its end. */
export function walk(wiki: DemoWiki, origin: string, seeds: readonly string[]): Walk {
  const rules = readRules(wiki.respond('/robots.txt', origin).body.toString());
  const pages = new Map<string, Found>();
  const edges = new Map<string, Map<string, number>>();
  const queue: string[] = [];
  const admit = (url: string): void => {
    const known = pages.get(url);
    if (known !== undefined && known.error !== 'nofollow') return;
    pages.set(url, {
      url,
      state: 'done',
      httpStatus: null,
      error: null,
      title: null,
      depth: null,
      redirectTo: null,
      canonicalUrl: null,
    });
    queue.push(url);
  };
  seeds.forEach((seed) => admit(identityKey(new URL(seed, origin))));
  for (let url = queue.shift(); url !== undefined; url = queue.shift()) {
    const page = pages.get(url)!;
    const path = url.slice(origin.length);
    if (!mayFetch(rules, path)) {
      Object.assign(page, { state: 'skipped', error: 'robots' });
      continue;
    }
    const { status, headers, body } = wiki.respond(path, origin);
    page.httpStatus = status;
    if (status >= 300 && status < 400) {
      page.redirectTo = identityKey(new URL(headers['location']!, url));
      admit(page.redirectTo);
    } else if (status >= 400) Object.assign(page, { state: 'failed', error: 'status' });
    else if (!headers['content-type']!.startsWith('text/html'))
      Object.assign(page, { state: 'skipped', error: 'content-type' });
    else {
      const html = read(body.toString('utf8'), url);
      const closed = html.nofollow || headers['x-robots-tag'] === 'nofollow';
      Object.assign(page, { title: html.title, canonicalUrl: html.canonical });
      edges.set(url, new Map([...html.links].map(([target, nofollow]) => [target, closed ? 2 : nofollow])));
      for (const target of html.links.keys()) {
        if (!closed) admit(target);
        else if (!pages.has(target)) pages.set(target, skippedAsNofollow(target));
      }
    }
  }
  markCycles(pages);
  measureDepths(
    pages,
    edges,
    seeds.map((seed) => identityKey(new URL(seed, origin))),
  );
  return { pages, edges };
}

/** RFC 3986 6.2.2 by hand: upper-case hex, unreserved characters decoded; no fragment, no credentials. */
function identityKey(url: URL): string {
  url.hash = '';
  url.username = '';
  url.password = '';
  return url.href.replace(/%([0-9a-f]{2})/gi, (escape, hex: string) => {
    const character = String.fromCharCode(parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : escape.toUpperCase();
  });
}

/** An element, its attributes by name. */
function* elements(node: Tree.Node): Generator<{ element: Tree.Element; attributes: Map<string, string> }> {
  if (tree.isElementNode(node))
    yield { element: node, attributes: new Map(node.attrs.map(({ name, value }) => [name, value])) };
  if ('childNodes' in node) for (const child of node.childNodes) yield* elements(child);
}

function read(
  source: string,
  base: string,
): { title: string | null; canonical: string | null; nofollow: boolean; links: Map<string, number> } {
  const links = new Map<string, number>();
  let title: string | null = null;
  let canonical: string | null = null;
  let nofollow = false;
  for (const { element, attributes } of elements(parse(source, { scriptingEnabled: false }))) {
    if (element.tagName === 'h1') title ??= textOf(element).replace(/\s+/g, ' ').trim();
    if (attributes.get('rel') === 'canonical')
      canonical = identityKey(new URL(attributes.get('href')!, base));
    if (attributes.get('name') === 'robots') nofollow = attributes.get('content')!.includes('nofollow');
    if (attributes.get('id') !== 'bodyContent') continue;
    for (const link of elements(element)) {
      const href = link.element.tagName === 'a' ? link.attributes.get('href') : undefined;
      const target = href === undefined ? undefined : inScope(href, base);
      if (target === undefined) continue;
      const rel = (link.attributes.get('rel') ?? '').split(' ').includes('nofollow') ? 1 : 0;
      links.set(target, Math.min(links.get(target) ?? 2, rel));
    }
  }
  return { title, canonical, nofollow, links };
}

function inScope(href: string, base: string): string | undefined {
  if (URL.parse(href, base) === null) return undefined;
  const url = new URL(href, base);
  const { origin, pathname, search } = url;
  if (origin !== new URL(base).origin || !pathname.startsWith('/wiki/')) return undefined;
  return /:|%3a/i.test(pathname + search) ? undefined : identityKey(url);
}

function textOf(node: Tree.Node): string {
  if (tree.isTextNode(node)) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

interface Rule {
  readonly pattern: string;
  readonly allow: boolean;
}

/** The rules for everybody; enough of RFC 9309 for this one file. */
function readRules(robots: string): Rule[] {
  const group = robots.split('User-agent: *\n')[1]!;
  return [...group.matchAll(/^(Allow|Disallow): (.*)$/gm)].map(([, verb, pattern]) => ({
    pattern: pattern!,
    allow: verb === 'Allow',
  }));
}

function mayFetch(rules: readonly Rule[], path: string): boolean {
  const matching = rules.filter(({ pattern }) => {
    const source = pattern.replace(/[.+?^{}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
    return new RegExp(`^${source}`).test(path);
  });
  const longest = matching.sort((a, b) => b.pattern.length - a.pattern.length)[0];
  return longest === undefined || longest.allow;
}

function skippedAsNofollow(url: string): Found {
  return {
    url,
    state: 'skipped',
    httpStatus: null,
    error: 'nofollow',
    title: null,
    depth: null,
    redirectTo: null,
    canonicalUrl: null,
  };
}

function markCycles(pages: ReadonlyMap<string, Found>): void {
  for (const page of pages.values()) {
    let hop = page.redirectTo;
    for (let hops = 0; hop !== null && hop !== page.url && hops < pages.size; hops++)
      hop = pages.get(hop)!.redirectTo;
    if (hop === page.url) Object.assign(page, { state: 'failed', error: 'redirect' });
  }
}

/** Shortest distances, by relaxing until nothing changes: slow and plainly right. */
function measureDepths(
  pages: ReadonlyMap<string, Found>,
  edges: Walk['edges'],
  seeds: readonly string[],
): void {
  for (const seed of seeds) pages.get(seed)!.depth = 0;
  for (let changed = true; changed;) {
    changed = false;
    const lower = (url: string, depth: number): void => {
      const page = pages.get(url)!;
      if (page.depth !== null && page.depth <= depth) return;
      page.depth = depth;
      changed = true;
    };
    for (const page of pages.values()) {
      if (page.depth === null) continue;
      if (page.redirectTo !== null) lower(page.redirectTo, page.depth);
      for (const [target, nofollow] of edges.get(page.url) ?? [])
        if (nofollow < 2) lower(target, page.depth + 1);
    }
  }
}
