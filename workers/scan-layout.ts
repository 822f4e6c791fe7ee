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
export const P = 0x2c;
export const LI = 0x30;
export const DD = 0x34;
export const DT = 0x38;
export const A = 0x3c;
export const BUTTON = 0x40;
export const FORM = 0x44;
/** … and of wanted attributes. */
export const HREF = 0x60;
export const REL = 0x64;

/** What opens the area of `--within`, outside which no link counts: one of the next three. */
export const AREA_KIND = 0x80;
export const NO_AREA = 0;
export const AREA_BY_TAG = 1;
export const AREA_BY_ATTRIBUTE = 2;
/** Number of the tag's name, -1 for one that is not listed; or that of the attribute. */
export const AREA_NUMBER = 0x84;
/** What the attribute's value has in it: up to eight bytes of it, and all bits of those, as 64-bit numbers. */
export const AREA_NAME = 0x88;
export const AREA_MASK = 0x90;

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
/** The place of its name, if that is not listed. */
export const NAME = 0x118;
/** Where the values of the wanted attributes begin and end that the tag last read has, by number; 0 for none. */
export const STARTS = 0x140;
export const ENDS = 0x160;

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
export const IS_HEADING = 32;
/** `<html>`, `<body>`: their ends end nothing. */
export const IS_ROOT = 64;
/** The names themselves, each in so many bytes, filled up with zeros. */
export const NAMES = 0x1200;
export const NAME_BYTES = 16;

/** By number, a byte each: what nesting has to know of an element; bits. */
export const TRAITS = 0x2400;
/** Never open. */
export const IS_VOID = 1;
/** Its start tag closes an open `<p>`. */
export const CLOSES_P = 2;
/** Its end tag closes elements whose end tags may be left out. */
export const ENDS_IMPLIED = 4;
/** Its end tag may be left out, inside an element of the trait above. */
export const IS_IMPLIED = 8;
/** No open `<p>` is looked for beyond it. */
export const BOUNDS_P = 16;
/** Ends the search for a list item to close. */
export const BOUNDS_ITEM = 32;
/** Opening or closing it depends on more than what is open just around it. */
export const IS_REFUSED = 64;
/** Text and plain marks: may stand in a heading. */
export const IS_PHRASE = 128;

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

/** Open elements, and how many of each number are open; see scan/nesting.ts. */
export const ELEMENTS = 0xc000;
export const ELEMENTS_END = 0x10000;
export const OPEN_COUNTS = 0x2800;

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
export const NESTING_WITHIN = -6;
