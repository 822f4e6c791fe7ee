/**
 * Makes text from the web safe to print. A title or URL may hold escape sequences that move the
 * cursor, clear the screen or set the clipboard, and direction marks that make one address look
 * like another: all of them come out as visible text.
 */

/**
 * C0, DEL and C1 controls; line and paragraph separators; marks that change direction (Trojan Source,
 * CVE-2021-42574); zero-width and other invisible format characters; interlinear and tag characters;
 * lone surrogates, which a stream would turn into something else; and two that XML, so a picture, must not hold.
 */
const HARMFUL =
  // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

/** Runs of these are one blank in a title, as they would be on the page. */
const BLANKS = /[\t\n\r\f ]+/g;

/**
 * The text as one line that cannot do anything to a terminal: harmful characters become `\x1b` or
 * `\u{202e}`, blanks and line ends one blank.
 *
 * @param maxLength cut to so many characters, the last being `…`; no limit if left out
 */
export function printable(text: string, maxLength = Infinity): string {
  const safe = text.replace(BLANKS, ' ').replace(HARMFUL, escape);
  if (safe.length <= maxLength) return safe;
  if (maxLength < 1) return '';
  // A pair of surrogates is not cut in two: the half would be a harmful character again.
  return `${safe.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** The text with harmful characters, line ends among them, written as `printable` does; blanks stay as they are. */
export function visible(text: string): string {
  return text.replace(HARMFUL, escape);
}

/** A JSON text in which harmful characters stand as `\uXXXX`: the same value, safe to show. */
export function printableJson(json: string): string {
  return json.replace(HARMFUL, (character) =>
    Array.from({ length: character.length }, (_, i) => jsonEscape(character.charCodeAt(i))).join(''),
  );
}

function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

function jsonEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
