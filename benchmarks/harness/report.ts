/**
 * What a benchmark leaves: the summary on the terminal, and a folder with the same summary, every sample as it
 * was measured, the plot, and a README that holds them together.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.js';
import { ROOT } from './root.js';
import { markdownTable, textTable, type Column } from './table.js';

export interface Report<Row> {
  /** Of the program, and of the plot's file: `threads`. */
  readonly name: string;
  readonly title: string;
  /** What is compared and how, in a paragraph. */
  readonly question: string;
  readonly machine: Machine;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Sentences under the table: what the figures mean, and what to doubt. */
  readonly notes: readonly string[];
  /** One object a trial. */
  readonly samples: readonly object[];
  /** A picture, and what it shows for those who cannot see it. */
  readonly plot: { readonly svg: string; readonly alt: string };
}

/** The summary as plain text. */
export function summaryText<Row>({ title, machine, columns, rows, notes }: Report<Row>): string {
  const facts = machine.facts.map(([label, text]) => `${label.padEnd(10)}${text}`).join('\n');
  const sentences = notes.map((note) => `${note}\n`).join('');
  return `${title}\n\n${facts}\n\n${textTable(columns, rows)}\n${sentences}`;
}

/** Writes the folder, which is made if need be; files of the same names are replaced. */
export function writeReport<Row>(report: Report<Row>, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const lines = report.samples.map((sample) => `${JSON.stringify(sample)}\n`);
  writeFileSync(join(folder, 'raw.jsonl'), lines.join(''));
  writeFileSync(join(folder, 'summary.txt'), summaryText(report));
  writeFileSync(join(folder, `${report.name}.svg`), report.plot.svg);
  writeFileSync(join(folder, 'README.md'), readme(report));
}

/** `benchmarks/results/<date>-<machine>`, with a number after it if that is taken: no run replaces another. */
export function freshFolder({ date, name }: Machine): string {
  const folder = join(ROOT, 'benchmarks', 'results', `${date}-${name}`);
  let free = folder;
  for (let number = 2; existsSync(free); number++) free = `${folder}-${number}`;
  return free;
}

function readme<Row>({ name, title, question, machine, columns, rows, notes, plot }: Report<Row>): string {
  const facts = machine.facts.map(
    ([label, text]) => `- ${label}: ${label === 'command' ? `\`${text}\`` : text}`,
  );
  return `# ${title}

${question}

${facts.join('\n')}

${markdownTable(columns, rows)}
![${plot.alt}](${name}.svg)

${notes.map((note) => `- ${note}`).join('\n')}

Files: [summary.txt](summary.txt) is this table as plain text, [raw.jsonl](raw.jsonl) has one line a trial,
warm-up included (times in ms, sizes in bytes, shares from 0 to 1).
`;
}
