import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonFault, parseJson, placeIn } from '../../dist/tasks/json.js';

function faultIn(text: string): JsonFault | null {
  try {
    parseJson(text);
    return null;
  } catch (error) {
    if (error instanceof JsonFault) return error;
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('every JSON text is read as the platform reads it', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), fc.constantFrom(0, 2), (json, indent) => {
      const value: unknown = JSON.parse(json);
      const text = JSON.stringify(value, null, indent);
      expect(parseJson(text).value).toEqual(value);
    }),
  );
});

test('of a text with a part cut out or doubled, what the platform refuses is refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.nat(5), fc.boolean(), (json, at, length, isCut) => {
      const start = at % json.length;
      const part = json.slice(start, start + length);
      const text = json.slice(0, start) + (isCut ? '' : part + part) + json.slice(start + length);
      const fault = faultIn(text);
      // A key that is there twice comes before what the platform may refuse behind it, or not.
      if (fault?.message.includes('is there twice') !== true) expect(fault !== null).toBe(!isJson(text));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['', 0, 'not JSON: it ends where a value is expected'],
  ['{"a":1', 6, 'not JSON: it ends where "," or "}" is expected'],
  ['{"a":1,}', 7, 'not JSON: "}" stands where a key in double quotes is expected'],
  ["{'a':1}", 1, 'not JSON: "\'" stands where a key in double quotes or "}" is expected'],
  ['[1 2]', 3, 'not JSON: "2" stands where "," or "]" is expected'],
  ['[1,]', 3, 'not JSON: "]" stands where a value is expected'],
  ['{} {}', 3, 'not JSON: "{" stands where nothing more is expected'],
  ['[01]', 2, 'not JSON: "1" stands where "," or "]" is expected'],
  ['{"a" 1}', 5, 'not JSON: "1" stands where ":" is expected'],
  ['["open', 1, 'not JSON: a string that is not closed'],
  ['["\\x"]', 1, 'not JSON: a string that is not closed, or with a wrong escape'],
  ['{"a":1,"b":2,"a":3}', 13, 'the key "a" is there twice'],
  ['{"b":{"a":1,"\\u0061":3}}', 12, 'the key "\\u0061" is there twice'],
])('%s is refused at %i', (text, offset, message) => {
  const fault = faultIn(text);
  expect(fault?.message).toContain(message);
  expect(fault?.offset).toBe(offset);
});

test('the same key in two objects is no mistake', () => {
  expect(faultIn('{"a":{"x":1},"b":{"x":1},"x":[{"x":1},{"x":1}]}')).toBeNull();
});

test('keys keep their order, numbers too', () => {
  expect(parseJson('{"b":1,"2":{"c":1},"1":1,"__proto__":{}}').keys).toEqual(['b', '2', '1', '__proto__']);
  expect(parseJson('[{"a":1}]').keys).toEqual([]);
});

test('depth is no danger', () => {
  expect(faultIn('['.repeat(200_000))?.offset).toBe(200_000);
});

test('line and column', () => {
  expect(placeIn('ab\ncd\n', 0)).toBe('line 1, column 1');
  expect(placeIn('ab\ncd\n', 4)).toBe('line 2, column 2');
  expect(placeIn('ab\ncd\n', 6)).toBe('line 3, column 1');
});
