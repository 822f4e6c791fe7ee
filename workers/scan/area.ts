/** What may open the area of `--within`: by bytes, so that every element that does is among those that may. */
import {
  AREA_BY_TAG,
  AREA_KIND,
  AREA_MASK,
  AREA_NAME,
  AREA_NUMBER,
  ENDS,
  ID,
  PAGE,
  STARTS,
} from '../scan-layout';
import { byteAt } from './bytes';

const AMPERSAND: i32 = 0x26;

/** Whether the start tag last read may open the area. */
export function mayBeArea(): bool {
  const number = load<i32>(AREA_NUMBER);
  if (load<i32>(AREA_KIND) == AREA_BY_TAG) return load<i32>(ID) == number;
  const start = load<i32>(STARTS + 4 * number);
  return start != 0 && mayName(start, load<i32>(ENDS + 4 * number));
}

/** Whether a value has the name in it, or a reference, which may stand for anything. */
function mayName(start: i32, end: i32): bool {
  const name = load<u64>(AREA_NAME);
  const mask = load<u64>(AREA_MASK);
  for (let at = start; at < end; at++) {
    if ((load<u64>(at, PAGE) & mask) == name || byteAt(at) == AMPERSAND) return true;
  }
  return false;
}
