/** What the compiled scan (workers/scan) knows of names and bytes: its tables, made from tag-names.ts. */
import * as layout from './scan-layout.js';
import { idOf, LISTED, ROLE, roleOf, traitsOf } from './tag-names.js';
import type { QuickArea } from './within.js';

/** The attributes anybody asks for: those of the link table, of `Finds`, and of simple selectors. */
export const WANTED = ['id', 'src', 'rel', 'href', 'name', 'class', 'content', 'http-equiv'];

/**
 * What is the same for all pages.
 *
 * @param listName called with each number of a name once that is written
 */
export function writeTables(bytes: Uint8Array, numbers: Int32Array, listName: (id: number) => void): void {
  // Their numbers are bits of a byte, and bytes.
  if (WANTED.length > 8 || LISTED.length > 255) throw new Error('more names than the scan has room for');
  for (let code = 0; code < 256; code++) bytes[layout.KINDS + code] = kindsOf(code);
  for (const [id, name] of LISTED.entries()) {
    bytes[layout.LENGTHS + id] = name.length;
    bytes[layout.FLAGS + id] = flagsOf(id);
    bytes[layout.TRAITS + id] = traitsOf(id);
    writeName(bytes, layout.NAMES, id, name);
    listName(id);
  }
  for (const [number, name] of WANTED.entries()) {
    writeName(bytes, layout.WANTED_NAMES, number, name);
    bytes[layout.WANTED_BY_LENGTH + name.length]! |= 1 << number;
  }
  for (const [name, place] of Object.entries(knownNames())) numbers[place >> 2] = idOf(name.toLowerCase());
  numbers[layout.HREF >> 2] = WANTED.indexOf('href');
  numbers[layout.REL >> 2] = WANTED.indexOf('rel');
}

function knownNames(): Readonly<Record<string, number>> {
  const { SCRIPT, TABLE, TR, TD, TH, TBODY, THEAD, TFOOT, CAPTION, COL, COLGROUP } = layout;
  const { P, LI, DD, DT, A, BUTTON, FORM } = layout;
  const ofTable = { TABLE, TR, TD, TH, TBODY, THEAD, TFOOT, CAPTION, COL, COLGROUP };
  return { SCRIPT, ...ofTable, P, LI, DD, DT, A, BUTTON, FORM };
}

/** The area of `--within` outside which no link counts. */
export function writeArea(bytes: Uint8Array, numbers: Int32Array, area: QuickArea | null): void {
  numbers[layout.AREA_KIND >> 2] = areaKindOf(area);
  if (area === null) return;
  const { attribute, name } = area;
  numbers[layout.AREA_NUMBER >> 2] = attribute === null ? LISTED.indexOf(name) : WANTED.indexOf(attribute);
  const start = Buffer.from(name).subarray(0, 8);
  bytes.fill(0, layout.AREA_NAME, layout.AREA_MASK + 8);
  bytes.set(start, layout.AREA_NAME);
  bytes.fill(0xff, layout.AREA_MASK, layout.AREA_MASK + start.length);
}

function areaKindOf(area: QuickArea | null): number {
  if (area === null) return layout.NO_AREA;
  return area.attribute === null ? layout.AREA_BY_TAG : layout.AREA_BY_ATTRIBUTE;
}

function writeName(bytes: Uint8Array, names: number, number: number, name: string): void {
  if (name.length >= layout.NAME_BYTES) throw new Error(`no room for the name ${name}`);
  bytes.set(Buffer.from(name), names + layout.NAME_BYTES * number);
}

/** What the names of tables and of their parts begin with. */
const PART_LETTERS = new Set(LISTED.flatMap((name, id) => (isPartOfTable(id) ? [name[0]] : [])));

function kindsOf(code: number): number {
  const char = String.fromCharCode(code);
  const isLetter = /[A-Za-z]/.test(char);
  return (
    (/[\t\n\f\r ]/.test(char) ? layout.BLANK : 0) |
    (isLetter ? layout.LETTER : 0) |
    (isLetter && !PART_LETTERS.has(char.toLowerCase()) ? layout.PLAIN_END : 0) |
    (/[A-Za-z0-9:-]/.test(char) ? layout.IN_NAME : 0) |
    (code > 32 && !/["'/<=>]/.test(char) ? layout.IN_ATTRIBUTE : 0)
  );
}

function isPartOfTable(id: number): boolean {
  return roleOf(id) === ROLE.table || roleOf(id) === ROLE.tablePart;
}

/** What a tag is to the scan, in a body. */
function flagsOf(id: number): number {
  switch (roleOf(id)) {
    case ROLE.plain:
    case ROLE.form:
    case ROLE.noscript:
      return layout.IS_PLAIN;
    case ROLE.heading:
      // The first may be the title.
      return layout.IS_HEADING | (id === idOf('h1') ? 0 : layout.IS_PLAIN);
    case ROLE.html:
    case ROLE.body:
      return layout.IS_ROOT;
    case ROLE.link:
      return layout.IS_LINK;
    case ROLE.headRaw:
    case ROLE.script:
      return layout.IS_RAW;
    case ROLE.bodyRaw:
      return id === idOf('iframe') ? 0 : layout.IS_RAW;
    case ROLE.table:
      return layout.IS_TABLE;
    case ROLE.tablePart:
      return layout.IS_TABLE_PART;
    default:
      return 0;
  }
}
