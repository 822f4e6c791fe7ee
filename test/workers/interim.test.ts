import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InterimFilter } from '../../dist/workers/interim.js';

/** What comes through of a stream in pieces, all of it at the beginning of an answer. */
function through(text: string, cuts: readonly number[]): string {
  const filter = new InterimFilter();
  const ends = [...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((a, b) => a - b);
  let passed = '';
  let hasBegun = false;
  for (const [index, end] of ends.entries()) {
    const piece = filter.pass(Buffer.from(text.slice(ends[index - 1] ?? 0, end), 'latin1'), !hasBegun);
    if (piece === null) continue;
    hasBegun = true;
    passed += piece.toString('latin1');
  }
  return passed;
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

test.each([
  ['nothing before it', ANSWER, ANSWER],
  ['one before it', CONTINUE + ANSWER, ANSWER],
  ['three before it', CONTINUE.repeat(3) + ANSWER, ANSWER],
  ['one with headers', `HTTP/1.0 100 Go\r\nDate: now\r\n\r\n${ANSWER}`, ANSWER],
  ['one in its body', ANSWER + CONTINUE, ANSWER + CONTINUE],
  ['another interim answer', `HTTP/1.1 103 Early\r\n\r\n${ANSWER}`, `HTTP/1.1 103 Early\r\n\r\n${ANSWER}`],
  ['no HTTP', 'SSH-2.0-x\r\n', 'SSH-2.0-x\r\n'],
])('an answer with %s comes through, however it is cut up', (_, text, expected) => {
  fc.assert(
    fc.property(fc.array(fc.nat(500), { maxLength: 6 }), (cuts) => {
      expect(through(text, cuts)).toBe(expected);
    }),
  );
});

test('an endless one is handed to the parser', () => {
  const text = `HTTP/1.1 100 Continue\r\n${'x: y\r\n'.repeat(5_000)}`;
  expect(through(text, [])).toBe(text);
});
