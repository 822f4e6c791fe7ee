/** File names made of the keys of tasks, which may be anything: URLs, paths, `..`, names that a system keeps for itself. */
import { createHash } from 'node:crypto';

/** With any ending of ours, and what a temporary file adds, below the 255 bytes that file systems take. */
const MAX_STEM = 180;
/** Stands before the digest of a name that was cut; in no other name, as it is always escaped. */
const CUT_MARK = '~';
/** What Windows takes for a device, whatever follows the dot; some versions read ¹, ² and ³ as digits, and drop blanks. */
const DEVICE = /^(?:con(?:in\$|out\$)?|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(?= *(?:\.|$))/iu;

/**
 * The name of a task's file: its key, percent-encoded but for letters, digits, `-`, `_` and dots, and the suffix.
 * One name in one folder, never a path; two keys have two names (on file systems that do not tell `a` from `A`,
 * keys that differ by nothing else share one). `decodeURIComponent` gives the key back, unless the name was too
 * long and cut: then its end is `~` and a digest of the key. Never throws.
 *
 * @param suffix with its dot, at most 20 characters: `.scrape`
 */
export function taskFileName(key: string, suffix: string): string {
  const escaped = encodeURIComponent(key.replace(/\p{Surrogate}/gu, '\ufffd'))
    .replace(/[!'()*~]/g, escape)
    // Hidden files, `.` and `..`.
    .replace(/^\./, escape);
  const stem = isDeviceName(escaped + suffix) ? escaped.replace(/^./, escape) : escaped;
  return (stem.length > MAX_STEM ? cut(stem, key) : stem) + suffix;
}

/** Whether Windows takes a file name for a device and would open that. @see MS-FSCC, "Naming Files, Paths, and Namespaces" */
export function isDeviceName(name: string): boolean {
  return DEVICE.test(name);
}

function cut(stem: string, key: string): string {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 32);
  // Not in the middle of an escape.
  const head = stem.slice(0, MAX_STEM - digest.length - CUT_MARK.length).replace(/%.?$/, '');
  return head + CUT_MARK + digest;
}

function escape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
