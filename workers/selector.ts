/** CSS selectors over the tree of a page: the only file of the threads that knows the selector engine. */
import { compile, selectAll, selectOne } from 'css-select';
import type { Options } from 'css-select';
import { attributeOf, isElement, textOf } from './tree.js';
import type { PageElement, PageNode } from './tree.js';

/** Compiled selectors that are kept: user code has a handful, unless it makes them up. */
const KEPT = 256;

const OPTIONS: Options<PageNode, PageElement> = {
  adapter: {
    isTag: isElement,
    getAttributeValue: (element, name) => attributeOf(element, name) ?? undefined,
    getChildren: (node) => [...(node.childNodes ?? [])],
    getName: (element) => element.tagName,
    getParent: (node) => node.parentNode ?? null,
    getSiblings: (node) => [...(node.parentNode?.childNodes ?? [node])],
    getText: textOf,
    hasAttrib: (element, name) => attributeOf(element, name) !== null,
    // Only ever asked with one root.
    removeSubsets: (nodes) => nodes,
  },
};

type Query = (element: PageElement) => boolean;

const compiled = new Map<string, Query>();

/** Whether an element matches, by a selector compiled once. Throws the engine's error for a bad selector. */
export function compileSelector(selector: string): Query {
  return compile<PageNode, PageElement>(selector, OPTIONS);
}

/** The first match below `root` in document order; null when there is none. Throws as `compileSelector`. */
export function firstMatch(selector: string, root: PageNode): PageElement | null {
  return selectOne(queryOf(selector), root, OPTIONS);
}

/** All matches below `root` in document order. Throws as `compileSelector`. */
export function matches(selector: string, root: PageNode): readonly PageElement[] {
  return selectAll(queryOf(selector), root, OPTIONS);
}

function queryOf(selector: string): Query {
  const known = compiled.get(selector);
  if (known !== undefined) return known;
  const query = compileSelector(selector);
  if (compiled.size === KEPT) compiled.clear();
  compiled.set(selector, query);
  return query;
}
