/** A table of figures, for a terminal and for a README. */

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => string;
}

/** Columns two blanks apart, all flush right, under a line. Ends with a newline. */
export function textTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => columns.map(({ cell }) => cell(row)))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]!.length)));
  const text = lines.map((line) => line.map((cell, index) => cell.padStart(widths[index]!)).join('  '));
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return `${[text[0], rule, ...text.slice(1)].join('\n')}\n`;
}

/** The same in Markdown. Ends with a newline. */
export function markdownTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [
    line(columns.map(({ name }) => name)),
    line(columns.map(() => '---:')),
    ...rows.map((row) => line(columns.map(({ cell }) => cell(row)))),
  ];
  return `${lines.join('\n')}\n`;
}

/** Thousands by commas; `–` for what could not be measured. */
export function figure(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
