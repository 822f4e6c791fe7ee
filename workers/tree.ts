/**
 * The shapes of a parsed page, as the parser builds it, and the few questions we ask of them. No
 * parser is imported: whoever walks a page depends on these shapes only.
 */

export const HTML = 'http://www.w3.org/1999/xhtml';
export const SVG = 'http://www.w3.org/2000/svg';

export interface Attribute {
  readonly name: string;
  readonly value: string;
  /** `xlink` for `xlink:href` in SVG, whose `name` is then `href`. */
  readonly prefix?: string;
}

/** A document or anything in it. Text has a `value`, elements are `PageElement`s. */
export interface PageNode {
  readonly nodeName: string;
  readonly parentNode?: PageNode | null;
  readonly childNodes?: readonly PageNode[];
  readonly value?: string;
}

/** An element. What is inside a `<template>` is not among its children: it is inert. */
export interface PageElement extends PageNode {
  readonly tagName: string;
  readonly namespaceURI: string;
  readonly attrs: readonly Attribute[];
  readonly childNodes: readonly PageNode[];
}

/** An element of HTML that was found without a parser. */
export function htmlElement(
  name: string,
  attrs: readonly Attribute[],
  childNodes: readonly PageNode[],
  parentNode: PageNode | null,
): PageElement {
  return { nodeName: name, tagName: name, namespaceURI: HTML, attrs, childNodes, parentNode };
}

export function isElement(node: PageNode): node is PageElement {
  return 'tagName' in node;
}

/** Value of an attribute without prefix; null where it is absent. */
export function attributeOf(element: PageElement, name: string): string | null {
  for (const attribute of element.attrs) {
    if (attribute.name === name && !attribute.prefix) return attribute.value;
  }
  return null;
}

/** All text in a node, in document order, comments and templates left out. */
export function textOf(root: PageNode): string {
  let text = '';
  // A list, not recursion: pages nest deeper than the call stack.
  const open: PageNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.nodeName === '#text') text += node.value ?? '';
    else pushReversed(open, node.childNodes);
  }
  return text;
}

/** Puts children on a stack so that the first comes off first. */
export function pushReversed(stack: PageNode[], children: readonly PageNode[] = []): void {
  for (let i = children.length - 1; i >= 0; i--) stack.push(children[i] as PageNode);
}

/** Whether a list of tokens separated by ASCII whitespace, such as `class`, has `token`. */
export function hasToken(list: string | null, token: string): boolean {
  return list !== null && list.includes(token) && list.split(/[\t\n\f\r ]+/).includes(token);
}
