/**
 * What counts as a link: one table, and the reading of `<meta http-equiv=refresh>`. parse5 is the judge
 * of what is an element and an attribute; this file only of which of them are links.
 */
import { attributeOf, hasToken, HTML, SVG } from './tree.js';
import type { PageElement } from './tree.js';

/** One row: an element that links, and where its address stands. */
export interface LinkKind {
  readonly element: string;
  readonly namespace: 'html' | 'svg';
  readonly attribute: string;
  /** Whether the element has a `rel` that can say nofollow. */
  readonly hasRel: boolean;
  /** Taken wherever it stands, also outside `--within`: it moves the reader on from the whole page. */
  readonly wholePage: boolean;
}

/**
 * The elements whose address is a link. Everything else that holds a URL is not: images, scripts, style
 * sheets, forms, `srcset`, `link` (but see rel=canonical), and whatever stands in comments, scripts or
 * a `<template>`, which is inert. `<noscript>` counts, because we run no scripts.
 */
export const LINK_TABLE: readonly LinkKind[] = [
  { element: 'a', namespace: 'html', attribute: 'href', hasRel: true, wholePage: false },
  { element: 'area', namespace: 'html', attribute: 'href', hasRel: true, wholePage: false },
  { element: 'iframe', namespace: 'html', attribute: 'src', hasRel: false, wholePage: false },
  { element: 'frame', namespace: 'html', attribute: 'src', hasRel: false, wholePage: false },
  { element: 'meta', namespace: 'html', attribute: 'content', hasRel: false, wholePage: true },
  { element: 'a', namespace: 'svg', attribute: 'href or xlink:href', hasRel: true, wholePage: false },
];

const HTML_KINDS = new Map(
  LINK_TABLE.filter(({ namespace }) => namespace === 'html').map((kind) => [kind.element, kind]),
);
const SVG_KIND = LINK_TABLE.find(({ namespace }) => namespace === 'svg') ?? null;

/** The row an element falls under; null where it can be no link. */
export function linkKindOf(element: PageElement): LinkKind | null {
  if (element.namespaceURI === HTML) return HTML_KINDS.get(element.tagName) ?? null;
  return element.namespaceURI === SVG && element.tagName === SVG_KIND?.element ? SVG_KIND : null;
}

/** The address an element of that kind links to, as it is written there; null where it has none. */
export function addressOf(element: PageElement, kind: LinkKind): string | null {
  if (kind.element === 'meta') return refreshAddress(element);
  const address = attributeOf(element, kind.namespace === 'svg' ? 'href' : kind.attribute);
  return address ?? (kind.namespace === 'svg' ? xlinkHref(element) : null);
}

/** 1 for rel=nofollow, else 0. */
export function nofollowOf(element: PageElement, kind: LinkKind): 0 | 1 {
  return kind.hasRel ? nofollowIn(attributeOf(element, 'rel')) : 0;
}

/** 1 for a `rel` that says nofollow, else 0. */
export function nofollowIn(rel: string | null): 0 | 1 {
  return rel !== null && hasToken(rel.toLowerCase(), 'nofollow') ? 1 : 0;
}

function xlinkHref(element: PageElement): string | null {
  return element.attrs.find(({ name, prefix }) => name === 'href' && prefix === 'xlink')?.value ?? null;
}

/** Every refresh with an address counts, though a browser obeys the first only: no page is to be lost. */
function refreshAddress(meta: PageElement): string | null {
  if (attributeOf(meta, 'http-equiv')?.toLowerCase() !== 'refresh') return null;
  return parseRefresh(attributeOf(meta, 'content') ?? '');
}

/** `time [;,] [url=] address`, blanks as the standard allows them; the address may be missing. */
const REFRESH = /^[\t\n\f\r ]*[0-9.]+(?:[\t\n\f\r ]*[;,]|[\t\n\f\r ])[\t\n\f\r ]*([^]*)$/;
const URL_EQUALS = /^url[\t\n\f\r ]*=[\t\n\f\r ]*/i;

/**
 * The address in a refresh's `content`; null where there is none (then the page reloads itself).
 * @see https://html.spec.whatwg.org/#shared-declarative-refresh-steps
 */
export function parseRefresh(content: string): string | null {
  const address = REFRESH.exec(content)?.[1]?.replace(URL_EQUALS, '') ?? '';
  const [quote] = address;
  if (quote !== '"' && quote !== "'") return address === '' ? null : address;
  const end = address.indexOf(quote, 1);
  return address.slice(1, end === -1 ? undefined : end);
}
