/**
 * The compiled scan (workers/scan) with its memory: the tables it reads, made from tag-names.ts, and the page. One serves
 * all pages of a thread, one after another; a large page gets one of its own, so that a thread stays small.
 */
import { readFileSync } from 'node:fs';
import { idOf, LISTED, ROLE, roleOf } from './tag-names.js';

/** The attributes anybody asks for: those of the link table, of `Finds`, and of simple selectors. */
export const WANTED = ['id', 'src', 'rel', 'href', 'name', 'class', 'content', 'http-equiv'];

/** What the module answers to; addresses are those of its tables. */
interface Exports {
  begin(bytes: number): number;
  next(start: number): number;
  nextTelling(start: number): number;
  skipAttributes(start: number): number;
  readAttributes(start: number): number;
  skipComment(tag: number): number;
  afterGreater(start: number): number;
  endOfRaw(start: number, id: number): number;
  endOfScript(start: number): number;
  openTable(told: number): number;
  foster(told: number): number;
  startPart(id: number): void;
  endPart(id: number): number;
  isBetween(): number;
  isOpen(): number;
  setNumbers(href: number, rel: number, script: number): void;
  nameTables(...ids: number[]): void;
}

/** Order of the numbers at `met`. */
export const MET = { markup: 0, id: 1, after: 2, slash: 3, told: 4, links: 5 } as const;

/** In the order of `nameTables`. */
const TABLE_NAMES = 'table tr td th tbody thead tfoot caption col colgroup'.split(' ');

const WASM_PAGE = 65_536;
/** Bytes of a page that all share one memory for. */
const USUAL_BYTES = 1024 * 1024;

const compiled = new WebAssembly.Module(readFileSync(new URL('./scan.wasm', import.meta.url)));

/** One memory with the functions on it. */
export class Scan {
  readonly run: Exports;
  readonly met: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly links: Int32Array;
  readonly steps: Int32Array;
  /** Addresses as they are meant, by the numbers that the scan gave them. */
  addresses: string[] = [];
  readonly #page: Uint8Array;

  constructor(bytes: number) {
    // Tables, the page, the zeros behind it.
    const memory = new WebAssembly.Memory({ initial: 15 + Math.ceil(bytes / WASM_PAGE) });
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
    this.run = exports as unknown as Exports;
    const at = (name: string): number => (exports[name] as { readonly value: number }).value;
    const numbers = (name: string, count: number): Int32Array =>
      new Int32Array(memory.buffer, at(name), count);
    this.met = numbers('MET', 6);
    this.starts = numbers('STARTS', WANTED.length);
    this.ends = numbers('ENDS', WANTED.length);
    this.links = numbers('LINKS', 512 * 5);
    this.steps = numbers('STEPS', 32);
    this.#page = new Uint8Array(memory.buffer, at('PAGE'));
    writeTables(new Uint8Array(memory.buffer), at);
    this.run.setNumbers(WANTED.indexOf('href'), WANTED.indexOf('rel'), idOf('script'));
    this.run.nameTables(...TABLE_NAMES.map(idOf));
  }

  hold(bytes: Uint8Array): void {
    this.#page.set(bytes);
    if (this.run.begin(bytes.length) !== 0) this.addresses = [];
  }
}

let usual: Scan | undefined;

/** A scan that holds a page, until it is asked for another. */
export function scanOf(bytes: Uint8Array): Scan {
  const scan = bytes.length > USUAL_BYTES ? new Scan(bytes.length) : (usual ??= new Scan(USUAL_BYTES));
  scan.hold(bytes);
  return scan;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

function writeTables(memory: Uint8Array, at: (name: string) => number): void {
  for (let code = 0; code < 256; code++) memory[at('KINDS') + code] = kindsOf(code);
  for (const [i, char] of [...`${LETTERS}0123456789:-`].entries()) {
    memory[at('DIGITS') + char.charCodeAt(0)] = i + 1;
    memory[at('DIGITS') + char.toUpperCase().charCodeAt(0)] = i + 1;
  }
  const view = new DataView(memory.buffer);
  for (const [id, name] of LISTED.entries()) {
    writeName(memory, at('NAMES') + at('NAME_BYTES') * id, name, at('NAME_BYTES'));
    const hash = hashOf(name, memory, at('DIGITS'));
    view.setInt32(at('HASHES') + 4 * id, hash, true);
    memory[at('LENGTHS') + id] = name.length;
    memory[at('FLAGS') + id] = flagsOf(id);
    const last = at('SLOT_COUNT') - 1;
    let slot = (hash ^ (hash >>> 10)) & last;
    while (memory[at('SLOTS') + slot] !== 0) slot = (slot + 1) & last;
    memory[at('SLOTS') + slot] = id + 1;
  }
  for (const [number, name] of WANTED.entries()) {
    writeName(memory, at('WANTED_NAMES') + at('NAME_BYTES') * number, name, at('NAME_BYTES'));
    const place = at('WANTED_BY_LENGTH') + name.length;
    memory[place] = (memory[place] as number) | (1 << number);
  }
}

function writeName(memory: Uint8Array, at: number, name: string, room: number): void {
  if (name.length >= room) throw new Error(`no room for the name ${name}`);
  memory.set(Buffer.from(name), at);
}

function hashOf(name: string, memory: Uint8Array, digits: number): number {
  let hash = 0;
  for (const code of Buffer.from(name)) hash = (Math.imul(hash, 39) + (memory[digits + code] as number)) | 0;
  return hash;
}

/** Bits as workers/scan/bytes.ts names them. */
function kindsOf(code: number): number {
  const char = String.fromCharCode(code);
  const isPlainEnd =
    /[A-Za-z]/.test(char) &&
    !LISTED.some((name, id) => name.startsWith(char.toLowerCase()) && isPartOfTable(id));
  return (
    (/[\t\n\f\r ]/.test(char) ? 1 : 0) |
    (/[A-Za-z]/.test(char) ? 2 : 0) |
    (code > 32 && !/["'/<=>]/.test(char) ? 4 : 0) |
    (isPlainEnd ? 8 : 0)
  );
}

function isPartOfTable(id: number): boolean {
  return roleOf(id) === ROLE.table || roleOf(id) === ROLE.tablePart;
}

/** Bits as workers/scan/scan.ts names them. */
function flagsOf(id: number): number {
  switch (roleOf(id)) {
    case ROLE.plain:
    case ROLE.form:
    case ROLE.noscript:
      return 1;
    case ROLE.heading:
      return id === idOf('h1') ? 0 : 1;
    case ROLE.link:
      return 4;
    case ROLE.headRaw:
      return 8;
    case ROLE.bodyRaw:
      return id === idOf('iframe') ? 0 : 8;
    case ROLE.script:
      return 16;
    case ROLE.table:
      return 32;
    case ROLE.tablePart:
      return 64;
    default:
      return 0;
  }
}
