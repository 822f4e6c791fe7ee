/** What holds no tags: comments, scripts and other raw text. Functions answer where it ends. */
import { LENGTHS, NAME_BYTES, NAMES, NESTED_SCRIPT, ODD_MARKUP, OPEN_END, SCRIPT } from '../scan-layout';
import {
  byteAt,
  DASH,
  endsName,
  EXCLAMATION,
  find,
  GREATER,
  isComment,
  isNameAt,
  LESS,
  SLASH,
} from './bytes';

/** From `<!` to the place after the comment; `ODD_MARKUP` where it begins none. */
export function skipComment(tag: i32): i32 {
  if (!isComment(tag)) return ODD_MARKUP;
  const start = tag + 4;
  if (byteAt(start) == GREATER) return start + 1;
  if (byteAt(start) == DASH && byteAt(start + 1) == GREATER) return start + 2;
  for (let at = find(GREATER, start + 2); at != -1; at = find(GREATER, at + 1)) {
    if (byteAt(at - 1) == DASH && byteAt(at - 2) == DASH) return at + 1;
    // Ends a comment, too, as hardly anybody knows.
    if (at >= start + 3 && isOddEnd(at)) return ODD_MARKUP;
  }
  return OPEN_END;
}

/** Whether `--!` stands before a place. */
function isOddEnd(at: i32): bool {
  return byteAt(at - 1) == EXCLAMATION && byteAt(at - 2) == DASH && byteAt(at - 3) == DASH;
}

/** The place after the next `>`. */
export function afterGreater(start: i32): i32 {
  const at = find(GREATER, start);
  return at == -1 ? OPEN_END : at + 1;
}

/** The place of the end tag that ends raw text, by the number of its name. */
export function endOfRaw(start: i32, id: i32): i32 {
  if (id == load<i32>(SCRIPT)) return endOfScript(start, id);
  for (let at = find(LESS, start); at != -1; at = find(LESS, at + 1)) {
    if (isEndTagAt(at, id)) return at;
  }
  return OPEN_END;
}

function endOfScript(start: i32, id: i32): i32 {
  let isEscaped = false;
  for (let at = find(LESS, start); at != -1; at = find(LESS, at + 1)) {
    if (isEndTagAt(at, id)) return at;
    if (isComment(at)) isEscaped = true;
    else if (isEscaped && isListedAt(at + 1, id)) return NESTED_SCRIPT;
  }
  return OPEN_END;
}

function isEndTagAt(at: i32, id: i32): bool {
  return (
    byteAt(at + 1) == SLASH && isListedAt(at + 2, id) && endsName(byteAt(at + 2 + load<u8>(id, LENGTHS)))
  );
}

function isListedAt(at: i32, id: i32): bool {
  return isNameAt(at, NAMES + NAME_BYTES * id, load<u8>(id, LENGTHS));
}
