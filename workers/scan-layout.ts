/**
 * How the memory of the compiled scan (workers/scan) is laid out, and the numbers that stand in it: one file for both
 * sides, as plain constants mean the same to TypeScript and to AssemblyScript. Numbers are 32-bit ones if nothing is said.
 */

// Numbers of names the scan has to know, written once.
export const SCRIPT = 0x00;
export const TABLE = 0x04;
export const TR = 0x08;
export const TD = 0x0c;
export const TH = 0x10;
export const TBODY = 0x14;
export const THEAD = 0x18;
export const TFOOT = 0x1c;
export const CAPTION = 0x20;
export const COL = 0x24;
export const COLGROUP = 0x28;
/** … and of wanted attributes. */
export const HREF = 0x2c;
export const REL = 0x30;

/** What the `<` last met begins: one of the next three. */
export const MARKUP = 0x100;
export const START = 0;
export const END = 1;
export const OTHER = 2;
/** Number of the name of the tag last met, if it is one; -1 for one that is not listed. */
export const ID = 0x104;
/** The place after its name; negative where that is refused. */
export const AFTER = 0x108;
/** The last slash between the attributes of a tag that was passed. */
export const LAST_SLASH = 0x10c;
/** How much of the page the visitor was told. */
export const TOLD = 0x110;
/** How many LINKS there are. */
export const LINK_COUNT = 0x114;
/** How many STEPS there are. */
export const STEP_COUNT = 0x118;
/** Where the values of the wanted attributes begin and end that the tag last read has, by number; 0 for none. */
export const STARTS = 0x140;
export const ENDS = 0x160;
/** What tables opened and ended last: one of the next three and the number of a name each. */
export const STEPS = 0x180;
export const STEP_PUSH = 0;
export const STEP_CLOSE = 1;
export const STEP_END_CELL = 2;

/** What each byte may be, in a byte; bits. */
export const KINDS = 0x400;
export const BLANK = 1;
export const LETTER = 2;
/** A letter that the name of no part of a table begins with, nor that of one itself. */
export const PLAIN_END = 4;
export const IN_NAME = 8;
export const IN_ATTRIBUTE = 16;

/** Open addressing by the hash of a name: its number plus one, in a byte. */
export const NAME_SLOTS = 0x800;
export const NAME_SLOT_COUNT = 1024;
/** By number, a byte each: the length of a name, and what it is to the scan; bits. */
export const LENGTHS = 0x1000;
export const FLAGS = 0x1100;
/** A start tag that says nothing itself. */
export const IS_PLAIN = 1;
export const IS_LINK = 2;
/** What follows is text up to the end tag. */
export const IS_RAW = 4;
export const IS_TABLE = 8;
export const IS_TABLE_PART = 16;
/** The names themselves, each in so many bytes, filled up with zeros. */
export const NAMES = 0x1200;
export const NAME_BYTES = 16;

/** By length: the numbers of the wanted attributes, as bits of a byte; and their names. */
export const WANTED_BY_LENGTH = 0x2200;
export const WANTED_NAMES = 0x2300;

/** Links that were passed, in five numbers: where href begins and ends, its number as an address, where rel does. */
export const LINKS = 0x4000;
export const LINK_NUMBERS = 5;
export const MAX_LINKS = 512;

/** Open tables; see scan/tables.ts. */
export const TABLES = 0x8000;
export const MAX_TABLES = 1024;

/** Known addresses; see scan/addresses.ts. */
export const ADDRESS_SLOTS = 0x10000;
export const ADDRESS_SLOT_COUNT = 0x8000;
export const ADDRESSES = 0x20000;
export const MAX_ADDRESSES = 0x4000;
export const ADDRESS_BYTES = 0x60000;
export const ADDRESS_BYTES_END = 0xe0000;

/** The page, and behind it so many zeros. */
export const PAGE = 0xe0000;
export const PADDING = 32;

// What is answered in place of a place where the page is better left to parse5.
export const OPEN_END = -1;
export const ODD_TAG = -2;
export const ODD_MARKUP = -3;
export const NESTED_SCRIPT = -4;
export const TABLE_NESTING = -5;
