/**
 * A page as user code sees it. Everything that costs something is made when it is first asked for, and kept:
 * the text, the tree, the links.
 */
import type { Headers, JsonValue, Page, PageElement as PublicElement } from '#src/executor.js';
import type { Reply } from './exchange.js';
import { parseDocument, serializeInner } from './document.js';
import { attributeOf, type PageElement, type PageNode, textOf } from './tree.js';
import { own } from './own-realm.js';
import { firstMatch, matches } from './selector.js';

/** What a view is made of. */
export interface PageParts {
  readonly url: string;
  readonly status: number;
  readonly headers: Reply['headers'];
  readonly body: Uint8Array;
  /** Decodes the body. */
  readonly readText: () => string;
  /** Every address that the text links to. */
  readonly readLinks: (text: string) => readonly string[];
}

export class PageView implements Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly #parts: PageParts;
  #text: string | null = null;
  #document: PageNode | null = null;
  #links: readonly string[] | null = null;
  /** Filled by the runner, one executor after the other. */
  readonly #results: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;

  constructor(parts: PageParts) {
    this.url = parts.url;
    this.status = parts.status;
    this.headers = parts.headers as Headers;
    this.body = parts.body;
    this.#parts = parts;
  }

  get text(): string {
    return (this.#text ??= this.#parts.readText());
  }

  get document(): PageNode {
    return (this.#document ??= parseDocument(this.text));
  }

  get links(): readonly string[] {
    return (this.#links ??= this.#parts.readLinks(this.text));
  }

  get results(): Readonly<Record<string, JsonValue>> {
    return this.#results;
  }

  addResult(executor: string, output: string): void {
    this.#results[executor] = own.parse(output) as JsonValue;
  }

  select(selector: string): PublicElement | null {
    return selectIn(this.document, selector);
  }

  selectAll(selector: string): readonly PublicElement[] {
    return selectAllIn(this.document, selector);
  }
}

/** An element as user code sees it. */
class ElementView implements PublicElement {
  readonly node: PageElement;

  constructor(node: PageElement) {
    this.node = node;
  }

  text(): string {
    return textOf(this.node);
  }

  attr(name: string): string | null {
    return attributeOf(this.node, name);
  }

  html(): string {
    return serializeInner(this.node);
  }

  select(selector: string): PublicElement | null {
    return selectIn(this.node, selector);
  }

  selectAll(selector: string): readonly PublicElement[] {
    return selectAllIn(this.node, selector);
  }
}

function selectIn(root: PageNode, selector: string): PublicElement | null {
  const node = firstMatch(selector, root);
  return node === null ? null : new ElementView(node);
}

function selectAllIn(root: PageNode, selector: string): readonly PublicElement[] {
  return matches(selector, root).map((node) => new ElementView(node));
}
