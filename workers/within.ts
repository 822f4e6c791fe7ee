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
  /** What to look for where tags alone tell the answer; null where they do not. */
  readonly quick: QuickArea | null;
}

/** `#id`, `.class`, or a tag that parsers never add of their own. */
export interface QuickArea {
  /** Null for a tag. */
  readonly attribute: 'id' | 'class' | null;
  /** A tag in lower case, or a name as it is. */
  readonly name: string;
}

/** Tags of elements that a page has without writing them, or under another name. */
const ADDED = new Set('html head body tbody tr colgroup p br img image'.split(' '));

const SIMPLE = /^([#.]?)(-?[A-Za-z_][\w-]*)$/;

/** Compiles a selector. Throws css-select's error for a bad one; the main thread has checked it before. */
export function compileWithin(selector: string): Within {
  const [, kind, name] = SIMPLE.exec(selector.trim()) ?? [];
  if (name === undefined)
    return { matches: engine().compileSelector(selector), needsText: true, quick: null };
  const area = areaOf(kind ?? '', name);
  const isAdded = area.attribute === null && ADDED.has(area.name);
  return { matches: matcherOf(area), needsText: false, quick: isAdded ? null : area };
}

function areaOf(kind: string, name: string): QuickArea {
  if (kind === '') return { attribute: null, name: name.toLowerCase() };
  return { attribute: kind === '#' ? 'id' : 'class', name };
}

function matcherOf({ attribute, name }: QuickArea): Within['matches'] {
  if (attribute === 'id') return (element) => attributeOf(element, 'id') === name;
  if (attribute === 'class') return (element) => hasToken(attributeOf(element, 'class'), name);
  return (element) => element.tagName === name;
}
