/** The whole tree of a page, for user code; what the crawl itself keeps of a page is less (workers/links.ts). */
import { type DefaultTreeAdapterTypes, parse, serialize } from 'parse5';
import type { PageElement, PageNode } from './tree.js';

/** parse5's document. With scripting off, as links are read: what stands in <noscript> is part of the tree. */
export function parseDocument(text: string): PageNode {
  return parse(text, { scriptingEnabled: false });
}

/** The HTML inside an element of such a tree. */
export function serializeInner(element: PageElement): string {
  // Sound: user code gets elements of `parseDocument` only.
  return serialize(element as unknown as DefaultTreeAdapterTypes.Element, { scriptingEnabled: false });
}
