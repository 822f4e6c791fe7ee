/**
 * `--within`: which elements a CSS selector matches. `#id`, `.class` and a tag are compared by hand on
 * the hot path; everything else goes to css-select. Class names and ids are compared case by case,
 * in quirks mode too.
 */
import { createRequire } from 'node:module';
import type * as Engine from './selector.js';
import { attributeOf, hasToken } from './tree.js';
import type { PageElement } from './tree.js';

/** Loaded with the first selector that needs it: a fifth of the time that a thread takes to start. */
const engine = (): typeof Engine => createRequire(import.meta.url)('../workers/selector.js') as typeof Engine;

/** A selector ready to be asked. */
export interface Within {
  readonly matches: (element: PageElement) => boolean;
  /** Whether the answer may depend on a page's text (`:contains`, `:empty`), which then must be kept. */
  readonly needsText: boolean;
  /** Whether tags alone tell the answer: `#id`, `.class`, or a tag that parsers never add of their own. */
  readonly isQuick: boolean;
}

/** Tags of elements that a page has without writing them, or under another name. */
const ADDED = new Set('html head body tbody tr colgroup p br img image'.split(' '));

const SIMPLE = /^([#.]?)(-?[A-Za-z_][\w-]*)$/;

/** Compiles a selector. Throws css-select's error for a bad one; the main thread has checked it before. */
export function compileWithin(selector: string): Within {
  const [, kind, name] = SIMPLE.exec(selector.trim()) ?? [];
  if (name === undefined)
    return { matches: engine().compileSelector(selector), needsText: true, isQuick: false };
  return { matches: simpleMatcher(kind ?? '', name), needsText: false, isQuick: !isAdded(kind ?? '', name) };
}

function isAdded(kind: string, name: string): boolean {
  return kind === '' && ADDED.has(name.toLowerCase());
}

function simpleMatcher(kind: string, name: string): Within['matches'] {
  if (kind === '#') return (element) => attributeOf(element, 'id') === name;
  if (kind === '.') return (element) => hasToken(attributeOf(element, 'class'), name);
  const tag = name.toLowerCase();
  return (element) => element.tagName === tag;
}
