/** Texts in lines of a given width. */

/** Stands for a blank at which no line is broken, until lines are broken: a count stays with its name. */
export const NO_BREAK = '\u00a0';

/** Breaks a text at blanks, and starts every line with `margin`. A longer word, a URL say, stays whole. */
export function fold(text: string, margin: string, width = 80): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && margin.length + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => margin + each.replaceAll(NO_BREAK, ' ')).join('\n');
}
