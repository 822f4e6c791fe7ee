/**
 * The judge of link extraction: a plain recursive walk over parse5's own full tree, each rule spelt out
 * once more by hand, with none of the worker's code but the canonical form and the scope.
 */
import { is } from 'css-select';
import type { Options } from 'css-select';
import { parse } from 'parse5';
import type { DefaultTreeAdapterTypes as Tree } from 'parse5';
import type { WorkerSettings } from '../../dist/protocol/settings.js';
import { canonicalise } from '../../dist/url/canonicalise.js';
import { compileScope } from '../../dist/url/scope.js';

export interface Reference {
  title: string | null;
  canonicalUrl: string | null;
  withinFound: boolean;
  filtered: number;
  outsideHosts: string[];
  links: string[][];
}

const HTML = 'http://www.w3.org/1999/xhtml';
const SVG = 'http://www.w3.org/2000/svg';

export function referenceWalk(text: string, pageUrl: string, settings: WorkerSettings): Reference {
  const elements: { element: Tree.Element; ancestors: Tree.Element[] }[] = [];
  const collect = (node: Tree.Node, ancestors: Tree.Element[]): void => {
    const isElement = 'tagName' in node;
    if (isElement) elements.push({ element: node, ancestors });
    const inner = isElement ? [...ancestors, node] : ancestors;
    if ('childNodes' in node) for (const child of node.childNodes) collect(child, inner);
  };
  const document = parse(text, { scriptingEnabled: false });
  collect(document, []);

  const isWiki = settings.rule.profile === 'mediawiki';
  const selector = settings.within ?? (isWiki ? '#bodyContent' : null);
  // Asked element by element: css-select's own search passes over what is in a MathML <template>.
  const areas =
    selector === null
      ? null
      : new Set(elements.map(({ element }) => element).filter((element) => is(element, selector, OPTIONS)));
  const html = elements.filter(({ element }) => element.namespaceURI === HTML);

  const baseHref = html
    .map(({ element }) => (element.tagName === 'base' ? attribute(element, 'href') : null))
    .find((href) => href !== null);
  let base = pageUrl;
  if (baseHref !== undefined && URL.parse(baseHref, pageUrl) !== null) {
    const url = new URL(baseHref, pageUrl);
    if (!['data:', 'javascript:'].includes(url.protocol)) base = url.href;
  }

  const isClosed =
    settings.obeyNofollow &&
    html.some(({ element }) => {
      const name = attribute(element, 'name')?.toLowerCase().trim();
      if (element.tagName !== 'meta' || (name !== 'robots' && name !== 'orbweaver')) return false;
      return /(^|[\s,;])(nofollow|none)([\s,;]|$)/i.test(attribute(element, 'content') ?? '');
    });

  const keys = new Map<string, number>();
  for (const { element, ancestors } of elements) {
    const isInside = areas === null || [...ancestors, element].some((node) => areas.has(node));
    const isRefresh = element.tagName === 'meta' && element.namespaceURI === HTML;
    if (!isInside && !(isRefresh && !isWiki)) continue;
    const address = addressOf(element);
    const key = address === null ? null : canonicalise(address, base);
    if (key === null) continue;
    const rel = ['a', 'area'].includes(element.tagName) ? tokens(attribute(element, 'rel')) : [];
    const level = isClosed ? 2 : rel.includes('nofollow') ? 1 : 0;
    keys.set(key, Math.min(level, keys.get(key) ?? 2));
  }

  const scope = compileScope(settings.rule);
  const links: string[][] = [[], [], []];
  const hosts = new Map<string, number>();
  const pageKey = canonicalise(pageUrl) as string;
  let filtered = 0;
  for (const [key, level] of keys) {
    const verdict = scope.judge(key, pageKey);
    const host = new URL(key).hostname;
    if (verdict === 'inside') links[level]?.push(key);
    else if (verdict === 'outside' || (isWiki && host !== new URL(pageUrl).hostname))
      hosts.set(host, (hosts.get(host) ?? 0) + 1);
    else filtered += 1;
  }

  const canonical = html
    .filter(
      ({ element, ancestors }) =>
        element.tagName === 'link' && ancestors.some(({ tagName }) => tagName === 'head'),
    )
    .filter(
      ({ element }) => tokens(attribute(element, 'rel')).includes('canonical') && attribute(element, 'href'),
    )
    .map(({ element }) => canonicalise(attribute(element, 'href') as string, base))
    .find((key) => key !== null);
  const title = html.find(({ element }) => element.tagName === (isWiki ? 'h1' : 'title'))?.element;
  return {
    title:
      title === undefined
        ? null
        : textOf(title)
            .replace(/[\t\n\f\r ]+/g, ' ')
            .trim() || null,
    canonicalUrl: canonical ?? null,
    withinFound: areas === null || areas.size > 0,
    filtered,
    outsideHosts: [...hosts].map(([host, count]) => `${host} ${count}`).sort(),
    links: links.map((list) => list.sort()),
  };
}

function addressOf(element: Tree.Element): string | null {
  const { tagName, namespaceURI } = element;
  if (namespaceURI === SVG && tagName === 'a')
    return attribute(element, 'href') ?? attribute(element, 'href', 'xlink');
  if (namespaceURI !== HTML) return null;
  if (tagName === 'a' || tagName === 'area') return attribute(element, 'href');
  if (tagName === 'iframe' || tagName === 'frame') return attribute(element, 'src');
  const isRefresh = tagName === 'meta' && attribute(element, 'http-equiv')?.toLowerCase() === 'refresh';
  return isRefresh ? refreshAddress(attribute(element, 'content') ?? '') : null;
}

/** The shared declarative refresh steps of the HTML standard, step by step. */
export function refreshAddress(input: string): string | null {
  let at = 0;
  const blank = (): void => {
    while (at < input.length && '\t\n\f\r '.includes(input[at] as string)) at++;
  };
  blank();
  const digits = at;
  while (/[0-9]/.test(input[at] ?? '')) at++;
  if (at === digits && input[at] !== '.') return null;
  while (/[0-9.]/.test(input[at] ?? '')) at++;
  if (at < input.length) {
    if (!';,\t\n\f\r '.includes(input[at] as string)) return null;
    blank();
    if (input[at] === ';' || input[at] === ',') at++;
    blank();
  }
  if (at >= input.length) return null;
  let url = input.slice(at);
  if (/u/i.test(input[at] as string)) {
    at++;
    if (!/r/i.test(input[at] ?? '')) return url;
    at++;
    if (!/l/i.test(input[at] ?? '')) return url;
    at++;
    blank();
    if (input[at] !== '=') return url;
    at++;
    blank();
  }
  let quote = '';
  if (input[at] === '"' || input[at] === "'") quote = input[at++] as string;
  url = input.slice(at);
  if (quote !== '' && url.includes(quote)) url = url.slice(0, url.indexOf(quote));
  return url === '' && quote === '' ? null : url;
}

function attribute(element: Tree.Element, name: string, prefix = ''): string | null {
  return element.attrs.find((one) => one.name === name && (one.prefix ?? '') === prefix)?.value ?? null;
}

function tokens(list: string | null): string[] {
  return (list ?? '').toLowerCase().split(/[\t\n\f\r ]+/);
}

function textOf(node: Tree.Node): string {
  if (node.nodeName === '#text') return (node as Tree.TextNode).value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

const OPTIONS: Options<Tree.Node, Tree.Element> = {
  adapter: {
    isTag: (node: Tree.Node): node is Tree.Element => 'tagName' in node,
    getAttributeValue: (element: Tree.Element, name: string) => attribute(element, name) ?? undefined,
    getChildren: (node: Tree.Node) => ('childNodes' in node ? [...node.childNodes] : []),
    getName: (element: Tree.Element) => element.tagName,
    getParent: (node: Tree.Element) => node.parentNode,
    getSiblings: (node: Tree.Node) =>
      'parentNode' in node && node.parentNode ? [...node.parentNode.childNodes] : [node],
    getText: textOf,
    hasAttrib: (element: Tree.Element, name: string) => attribute(element, name) !== null,
    removeSubsets: (nodes: Tree.Node[]) => nodes,
  },
};
