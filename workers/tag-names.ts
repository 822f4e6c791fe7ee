/**
 * The names of HTML's tags as small numbers, and what each means to the pass of the fast lane and to nesting. Names
 * that stand in no list below are ordinary elements to the standard, too.
 */
import {
  BOUNDS_ITEM,
  BOUNDS_P,
  CLOSES_P,
  ENDS_IMPLIED,
  IS_IMPLIED,
  IS_PHRASE,
  IS_REFUSED,
  IS_VOID,
} from './scan-layout.js';

/** What the pass does about a start tag. */
export const ROLE = {
  /** Opens an element, or is a void one. */
  plain: 0,
  /** Links: `a`, `area`. */
  link: 1,
  /** Has a place in the head, and no content: `base`, `link`, `meta` … */
  headVoid: 2,
  /** Its content is text up to its end tag; may stand in the head. */
  headRaw: 3,
  /** The same, in the body only. */
  bodyRaw: 4,
  script: 5,
  title: 6,
  noscript: 7,
  html: 8,
  head: 9,
  body: 10,
  table: 11,
  /** Cells, rows, captions …: ignored outside a table. */
  tablePart: 12,
  select: 13,
  form: 14,
  heading: 15,
  foreign: 16,
  template: 17,
  frames: 18,
  plaintext: 19,
  /** Formatting begun in it ends with it; at the end of a cell that it is left open in, that of the cell does not. */
  marked: 20,
} as const;

/** What nesting has to know of an element: bits, described in scan-layout.ts. */
export const TRAIT = {
  void: IS_VOID,
  closesP: CLOSES_P,
  endsImplied: ENDS_IMPLIED,
  implied: IS_IMPLIED,
  pScope: BOUNDS_P,
  itemBoundary: BOUNDS_ITEM,
  refused: IS_REFUSED,
  phrase: IS_PHRASE,
} as const;

const words = (text: string): string[] => text.split(' ');

const ROLES: Readonly<Partial<Record<keyof typeof ROLE, readonly string[]>>> = {
  link: words('a area'),
  headVoid: words('base basefont bgsound link meta'),
  headRaw: words('noframes style'),
  bodyRaw: words('iframe noembed textarea xmp'),
  script: ['script'],
  title: ['title'],
  noscript: ['noscript'],
  html: ['html'],
  head: ['head'],
  body: ['body'],
  table: ['table'],
  tablePart: words('caption col colgroup tbody td tfoot th thead tr'),
  select: ['select'],
  form: ['form'],
  heading: words('h1 h2 h3 h4 h5 h6'),
  foreign: words('math svg'),
  template: ['template'],
  frames: words('frame frameset'),
  plaintext: ['plaintext'],
  marked: words('applet marquee object'),
};

const BLOCKS = words(
  'address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer header hgroup listing main menu nav ol pre search section summary ul',
);

const TRAITS: Readonly<Record<keyof typeof TRAIT, readonly string[]>> = {
  void: words(
    'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr',
  ),
  closesP: [...BLOCKS, ...words('dd dt form h1 h2 h3 h4 h5 h6 hr li p plaintext xmp')],
  endsImplied: [...BLOCKS, ...words('button dd dt li')],
  implied: words('dd dt li p'),
  pScope: words('applet button caption html marquee object table td template th'),
  itemBoundary: [
    ...BLOCKS.filter(
      (name) => name !== 'address' && name !== 'div' && name !== 'dialog' && name !== 'search',
    ),
    ...words('applet body button caption dd dt form h1 h2 h3 h4 h5 h6 html li marquee object table td th'),
  ],
  refused: words('applet frameset image marquee nobr object optgroup option plaintext rb rp rt rtc'),
  phrase: words(
    'a abbr acronym b bdi bdo big br cite code dfn em font i img ins kbd mark q s samp small span strike strong sub sup time tt u var wbr',
  ),
};

const NAMES = [...new Set([...Object.values(ROLES).flat(), ...Object.values(TRAITS).flat()])];
/** The number of all names that are in no list. */
export const UNLISTED = NAMES.length;

const traits = new Uint8Array(NAMES.length);
const roles = new Uint8Array(NAMES.length);
for (const [role, names] of Object.entries(ROLES)) {
  for (const name of names) roles[NAMES.indexOf(name)] = ROLE[role as keyof typeof ROLE];
}
for (const [trait, names] of Object.entries(TRAITS)) {
  const bit = TRAIT[trait as keyof typeof TRAIT];
  for (const name of names) traits[NAMES.indexOf(name)] = (traits[NAMES.indexOf(name)] as number) | bit;
}

/** The role of a name by its number. */
export function roleOf(id: number): number {
  return id < UNLISTED ? (roles[id] as number) : ROLE.plain;
}

/** The traits of a name by its number. */
export function traitsOf(id: number): number {
  return id < UNLISTED ? (traits[id] as number) : 0;
}

/** Whether a name by its number has a trait. */
export function hasTrait(id: number, trait: number): boolean {
  return (traitsOf(id) & trait) !== 0;
}

/** The number of a listed name; throws for another. */
export function idOf(name: string): number {
  const id = NAMES.indexOf(name);
  if (id === -1) throw new Error(`no listed tag: ${name}`);
  return id;
}

/** The listed name of a number. */
export function nameOf(id: number): string {
  return NAMES[id] ?? '';
}

/** Listed names, by number. */
export const LISTED: readonly string[] = NAMES;
