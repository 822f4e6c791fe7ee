/**
 * What user code throws, made into what is recorded. Errors are known by their name: the code may come with a
 * copy of this package of its own, or with none.
 */
import { toFailure } from '#src/protocol/to-failure.js';

/** The end of an executor that did not succeed. With a `fault`, which is the code's own, the run ends. */
export interface Verdict {
  readonly kind: 'failed' | 'fault';
  /** A code, a colon, a text. */
  readonly error: string;
  readonly stack: string;
}

const MAX_ERROR_CHARS = 2_000;

/** Faults of code, whatever a validator may throw on purpose. */
const FAULTS: ReadonlySet<string> = new Set([
  'TypeError',
  'ReferenceError',
  'SyntaxError',
  'RangeError',
  'EvalError',
]);

/** What an executor that threw is recorded as. Never throws. */
export function judgeThrown(thrown: unknown): Verdict {
  const { name, message, stack } = facts(thrown);
  if (name === 'TaskError') return { kind: 'failed', error: cut(`executor: ${message}`), stack };
  if (name === 'FetchError') {
    const { code } = thrown as { readonly code?: unknown };
    return {
      kind: 'failed',
      error: cut(`${typeof code === 'string' ? code : 'protocol'}: ${message}`),
      stack,
    };
  }
  return { kind: 'fault', error: cut(`exception: ${name}: ${message}`), stack };
}

/** The same for a validator, which may throw anything but a fault of code to say "not this page". */
export function judgeRefusal(thrown: unknown): Verdict {
  const { name, message, stack } = facts(thrown);
  if (FAULTS.has(name)) return { kind: 'fault', error: cut(`exception: ${name}: ${message}`), stack };
  return { kind: 'failed', error: cut(message), stack };
}

interface Facts {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** Reads an error, which may be anything at all, with getters that throw. */
function facts(thrown: unknown): Facts {
  try {
    if (thrown instanceof Error) {
      const { name, message, stack } = thrown as { readonly [field in keyof Facts]?: unknown };
      const text = String(message) || String(name);
      return {
        name: String(name),
        message: text,
        stack: userLines(typeof stack === 'string' ? stack : text),
      };
    }
    const { message } = toFailure(thrown);
    return { name: 'thrown', message, stack: '' };
  } catch {
    return { name: 'thrown', message: 'something that cannot be read', stack: '' };
  }
}

/** The lines of the user's own code; '' where there are none. */
function userLines(stack: string): string {
  const own = new URL('..', import.meta.url).href;
  return stack
    .split('\n')
    .filter(
      (line) => line.includes('file:') && !line.includes(own) && !line.includes('/node_modules/piscina/'),
    )
    .join('\n');
}

function cut(text: string): string {
  return text.length > MAX_ERROR_CHARS ? `${text.slice(0, MAX_ERROR_CHARS)}…` : text;
}
