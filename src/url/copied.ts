/**
 * A text of its own, for what is kept for long: a slice keeps all of the text alive that it was cut from, which may
 * be a page's links.
 *
 * @param text Latin-1 at most, as keys and header bytes are
 */
export function copied(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
