/** Lists as they cross from the threads: one string, an item a line. */

/** The items of a joined list; none for ''. */
export function linesOf(joined: string): readonly string[] {
  return joined === '' ? [] : joined.split('\n');
}
