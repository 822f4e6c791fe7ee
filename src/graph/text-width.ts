/**
 * How wide a text is in a picture whose font nobody knows: what is cut by it fits whatever sans-serif the reader's
 * machine has. Widths are those of DejaVu Sans, the widest in common use, rounded up.
 */

/** In units of the font's size, the first that fits. What is in no row is as wide as most small letters. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[\p{M}\p{Cf}]/u, 0],
  [/[ijlI'|.,:;/\\ J]/, 0.34],
  [/[frt!()[\]-]/, 0.42],
  [/[cszv"*_`]/, 0.6],
  [/[mwMW@%&#<>=+~—…→]/, 1],
  // East Asian scripts, and what lies beyond the basic plane: mostly pictures.
  [/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|[^\u0000-\uffff]/u, 1.3],
  [/(?![EFLPST])\p{Lu}/u, 0.79],
];
const USUAL_WIDTH = 0.64;

/**
 * The text, or as much of its beginning as fits, with an ellipsis.
 *
 * @param width    of the place there is, in the unit of `fontSize`
 * @param fontSize of a font of normal weight; for a bold one give an eighth more
 */
export function fitText(text: string, width: number, fontSize: number): string {
  const room = width / fontSize;
  if (emsOf(text) <= room) return text;
  const kept: string[] = [];
  let used = emsOf('…');
  for (const character of text) {
    used += emsOf(character);
    if (used > room) break;
    kept.push(character);
  }
  return `${kept.join('').trimEnd()}…`;
}

/** The width of a whole text, in the unit of `fontSize`. */
export function textWidth(text: string, fontSize: number): number {
  return emsOf(text) * fontSize;
}

function emsOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDTHS.find(([these]) => these.test(character))?.[1] ?? USUAL_WIDTH;
  return width;
}
