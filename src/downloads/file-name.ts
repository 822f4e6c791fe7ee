/**
 * File names made of text from the web: one component, never a path, that Linux, macOS and Windows all take. What
 * no system could keep is `_`, as browsers do it; the rest stays readable.
 */
import { isDeviceName } from '../tasks/file-name.js';

/** Of UTF-8 on Linux, of UTF-16 units on macOS and Windows: a name stays below both. */
const MAX_BYTES = 255;
/** An ending longer than this is no file type but a sentence with a dot in it. */
const MAX_EXTENSION = 16;

/** Characters at each end of a text that are looked at. */
const MAX_READ_CHARS = 2000;

/** What Windows refuses, and what separates folders anywhere. */
const REFUSED = /[<>:"/\\|?*]/g;
/** Control characters, lone surrogates, and code points that are no characters. */
const CONTROLS =
  // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
  /[\u0000-\u001f\u007f-\u009f\p{Surrogate}\p{Noncharacter_Code_Point}]/gu;
/**
 * Characters that nobody sees but that make `gpj.exe` look like `exe.jpg`, or two names like one: marks of direction,
 * fillers, soft hyphens, tags, byte order marks. Not the joiners, nor what chooses between forms of an emoji.
 */
const INVISIBLE =
  /(?![\p{Join_Control}\p{Variation_Selector}])[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffb]/gu;
/** Joiners are spelling in Persian and in emoji, where they have something on both sides; elsewhere they are invisible. */
const STRAY_JOINERS =
  /(?<![\p{L}\p{M}\p{Emoji_Modifier}\p{Extended_Pictographic}])[\u200c\u200d]+|[\u200c\u200d]+(?![\p{L}\p{Extended_Pictographic}\u200c\u200d])/gu;
/** Any kind of blank, runs as one. */
const BLANKS = /\s+/gu;

/**
 * A safe name for any text: in NFC, without separators, control characters and invisible ones, without dots or blanks
 * at its ends, no device of Windows, at most 255 bytes of UTF-8. A longer one is cut in its stem, between characters,
 * and keeps its ending. As none begins with a dot, such names are free for our own files. Idempotent. Never throws.
 *
 * @param fallback the name where nothing is left; must be safe itself
 */
export function safeFileName(text: string, fallback = 'download'): string {
  const readable = shortened(text)
    .replace(INVISIBLE, '')
    .replace(STRAY_JOINERS, '')
    .replace(BLANKS, ' ')
    .replace(CONTROLS, '_')
    .normalize('NFC')
    .replace(REFUSED, '_');
  const trimmed = trim(readable);
  if (/^[_ .]*$/.test(trimmed)) return fallback;
  return fitted(isDeviceName(trimmed) ? `_${trimmed}` : trimmed, '');
}

/**
 * The name with a number before its ending, `a (2).pdf`, cut to fit like any other. Safe if `name` is.
 *
 * @param n 2 for the second file of a name
 */
export function numbered(name: string, n: number): string {
  return fitted(name, `(${n})`);
}

/** As `numbered`, for a folder: what follows a dot there is no ending, `192.0.2.1 (2)`. */
export function numberedFolder(name: string, n: number): string {
  return fitted(name, `(${n})`, '');
}

/**
 * The same text for all names, or paths, that some system takes for one: those that differ in case or in Unicode
 * normalisation only. Separators stay what they are.
 */
export function clashKey(name: string): string {
  // Upper case first: `ß` and `SS` are one name on macOS; ς and σ have one capital.
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** The ending of a name with its dot, `.pdf` or `.tar.gz`; '' where it has none. */
export function extensionOf(name: string): string {
  const [ending = ''] = /(?:\.tar)?\.[^. ]+$/iu.exec(name) ?? [];
  return ending.length < name.length && ending.length <= MAX_EXTENSION ? ending : '';
}

/** A name from a header may be as long as the header; what is far from both ends is in no name. */
function shortened(text: string): string {
  return text.length <= 2 * MAX_READ_CHARS
    ? text
    : text.slice(0, MAX_READ_CHARS) + text.slice(-MAX_READ_CHARS);
}

/** Puts `addition` between stem and ending, the stem cut by as many characters as do not fit. */
function fitted(name: string, addition: string, ending = extensionOf(name)): string {
  const stem = name.slice(0, name.length - ending.length);
  const end = (addition === '' || stem.endsWith(' ') ? addition : ` ${addition}`) + ending;
  const room = MAX_BYTES - Buffer.byteLength(end);
  if (Buffer.byteLength(stem) <= room) return stem + end;
  // Cutting may leave what a name cannot end with, or nothing at all.
  const kept = cut(stem, room).replace(/[. \u200c\u200d]+$/, '');
  return (kept === '' ? '_' : kept) + end;
}

/** As many whole characters, as people see them, as fit into `bytes`. */
function cut(text: string, bytes: number): string {
  // Not all of it: a hostile name may be as long as a header. 255 bytes hold no more than 255 units.
  const head = text.slice(0, bytes + 1);
  let kept = '';
  let used = 0;
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(head)) {
    used += Buffer.byteLength(segment);
    if (used > bytes) break;
    kept += segment;
  }
  return kept;
}

/** Made for the first name that is too long: loading its tables takes longer than a thousand names. */
let graphemes: Intl.Segmenter | undefined;

/** Without dots and blanks at both ends: Windows drops those at the end, a dot in front hides a file. */
function trim(name: string): string {
  return name
    .replace(/[. ]+$/, '')
    .replace(/^ +/, '')
    .replace(/^\.+/, '_');
}
