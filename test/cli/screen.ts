/** A terminal small enough to be trusted: what stands on it after a program has drawn, and how wide it ever was. */

export interface Screen {
  /** Lines as they stand at the end, without colours. */
  readonly lines: readonly string[];
  /** The widest any line ever was. */
  readonly widest: number;
  /** Every line that stood complete at some moment. */
  readonly seen: ReadonlySet<string>;
  /** Private modes left on, as `?25`; modes that are on in a fresh terminal count when they are off. */
  readonly modesLeft: readonly string[];
  /** Whether colours or styles are still on. */
  readonly isStyled: boolean;
}

/** ESC [ parameters letter; or ESC ] … BEL; or any other single character. */
const TOKENS = /\x1b\[([?\d;]*)([A-Za-z])|\x1b[^[]|[\s\S]/gu;
/** The cursor is visible and lines wrap in a fresh terminal. */
const ON_AT_FIRST: ReadonlySet<string> = new Set(['?25', '?7']);

/** @throws for a sequence it does not know, because nothing but cursor, erasing, modes and colours is expected */
export function drawn(output: string): Screen {
  const rows: string[][] = [[]];
  const seen = new Set<string>();
  const modes = new Set(ON_AT_FIRST);
  let row = 0;
  let column = 0;
  let widest = 0;
  let isStyled = false;
  const line = (): string[] => (rows[row] ??= []);
  const moveTo = (next: number): void => {
    seen.add(line().join('').trimEnd());
    row = Math.max(0, next);
    line();
  };
  for (const [token, parameters = '', letter] of output.matchAll(TOKENS)) {
    if (letter === undefined) {
      if (token === '\r') column = 0;
      else if (token === '\n') moveTo(row + 1);
      else if (token < ' ' || token === '\x7f') throw new Error(`control character ${JSON.stringify(token)}`);
      else {
        while (line().length < column) line().push(' ');
        line()[column++] = token;
        widest = Math.max(widest, column);
      }
      continue;
    }
    const count = Number(parameters || '1');
    switch (letter) {
      case 'A':
        moveTo(row - count);
        break;
      case 'B':
        moveTo(row + count);
        break;
      case 'G':
        column = count - 1;
        break;
      case 'K':
        if (parameters === '2') rows[row] = [];
        else if (parameters === '' || parameters === '0') line().splice(column);
        else throw new Error(`erasing ${parameters}`);
        break;
      case 'J':
        line().splice(column);
        rows.splice(row + 1);
        break;
      case 'h':
        modes.add(parameters);
        break;
      case 'l':
        modes.delete(parameters);
        break;
      case 'm':
        isStyled = !['', '0', '22', '39', '49'].includes(parameters);
        break;
      default:
        throw new Error(`sequence ${JSON.stringify(token)}`);
    }
  }
  const changed = [...new Set([...modes, ...ON_AT_FIRST])].filter(
    (mode) => modes.has(mode) !== ON_AT_FIRST.has(mode),
  );
  const lines = rows.map((characters) => characters.join('').trimEnd());
  return { lines, widest, seen, modesLeft: changed, isStyled };
}
