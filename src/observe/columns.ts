/** Tables of text. */

/** Numbers as `formatNumber` writes them, sizes, and times in ms or s. */
const QUANTITY = /^[\d.,]+( [KMG]?B| m?s)?$/;

/** Rows as lines, as many columns as the first row has, aligned: quantities at the right. Cells must be printable already. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => (QUANTITY.test(cell) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
