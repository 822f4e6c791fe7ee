/**
 * The tree a page is parsed into. parse5 builds it, because only a true tree tells links from what looks like one;
 * this file keeps of it what the walk needs and no more, and is the only one that knows the parser.
 */
import { defaultTreeAdapter, parse } from 'parse5';
import type { DefaultTreeAdapterMap, DefaultTreeAdapterTypes, TreeAdapter } from 'parse5';
import { linkKindOf } from './link-table.js';
import { HTML } from './tree.js';
import type { PageNode } from './tree.js';

export interface LeanTreeOptions {
  /** The element whose text is wanted whatever else is. */
  readonly titleTag: string;
  /** Whether all other text is, too. */
  readonly keepText: boolean;
  /**
   * An element that says nothing and holds nothing goes as soon as it is closed, so that a page of nothing but tags
   * costs its depth, not its size.
   */
  readonly isPruned: boolean;
}

/** Parses a page. Any text makes a tree. */
export function parsePage(text: string, options: LeanTreeOptions): PageNode {
  // With scripting, <noscript> would be raw text and its links lost.
  return parse(text, { treeAdapter: leanAdapter(options), scriptingEnabled: false });
}

type Parent = DefaultTreeAdapterTypes.ParentNode;

/** Elements that say something to the walk besides those of the link table, or that the parser comes back to. */
const KEPT = new Set(['html', 'head', 'body', 'frameset', 'base', 'link', 'meta', 'title']);

/** HTML elements that have no content, and are no link: the parser places them and forgets them. */
const HOLLOW = new Set('br hr img input wbr param source track embed col keygen bgsound basefont'.split(' '));

/**
 * parse5's own tree without comments and, unless `keepText`, without text outside `<titleTag>`. The
 * parser never looks at either again, so elements end up where they would in the full tree. Where text may
 * be heard is handed down as elements are placed: the parser moves whole subtrees, and a new parent inside a
 * title can get its children before its own place.
 */
function leanAdapter({ titleTag, keepText, isPruned }: LeanTreeOptions): TreeAdapter<DefaultTreeAdapterMap> {
  const heard = new Set<Parent>();
  const hear = (first: DefaultTreeAdapterTypes.Node): void => {
    const open = [first];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (!('childNodes' in node) || heard.has(node)) continue;
      heard.add(node);
      for (const child of node.childNodes) open.push(child);
    }
  };
  const isIdle = (element: DefaultTreeAdapterTypes.Element): boolean =>
    element.childNodes.length === 0 &&
    !KEPT.has(element.tagName) &&
    element.tagName !== titleTag &&
    linkKindOf(element) === null;
  const adapter: TreeAdapter<DefaultTreeAdapterMap> = {
    ...defaultTreeAdapter,
    createElement(tagName, namespaceURI, attrs) {
      // The parser's own list of attributes has room for 17, too.
      const own = isPruned ? attrs.slice() : attrs;
      const element = defaultTreeAdapter.createElement(tagName, namespaceURI, own);
      if (tagName === titleTag) heard.add(element);
      return element;
    },
    appendChild(parent, node) {
      if (node.nodeName === '#comment' || (isPruned && HOLLOW.has(node.nodeName) && isHtmlElement(node)))
        return;
      // A list made by `push` has room for 17; most elements hold one.
      if (isPruned && parent.childNodes.length === 0) {
        parent.childNodes = [node];
        node.parentNode = parent;
      } else defaultTreeAdapter.appendChild(parent, node);
      if (heard.has(parent)) hear(node);
    },
    insertBefore(parent, node, reference) {
      defaultTreeAdapter.insertBefore(parent, node, reference);
      if (heard.has(parent)) hear(node);
    },
    insertText(parent, text) {
      if (keepText || heard.has(parent)) defaultTreeAdapter.insertText(parent, text);
    },
    insertTextBefore(parent, text, reference) {
      if (keepText || heard.has(parent)) defaultTreeAdapter.insertTextBefore(parent, text, reference);
    },
  };
  if (isPruned) {
    adapter.onItemPop = (element) => {
      const siblings = element.parentNode?.childNodes;
      // Where it was placed is at the end, or just before a table that is still open; else it may stay.
      if (siblings === undefined || !isIdle(element)) return;
      if (siblings.at(-1) === element || siblings.at(-2) === element) defaultTreeAdapter.detachNode(element);
    };
  }
  return adapter;
}

function isHtmlElement(node: DefaultTreeAdapterTypes.ChildNode): boolean {
  return 'namespaceURI' in node && node.namespaceURI === HTML;
}
