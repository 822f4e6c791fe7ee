/**
 * Turns whatever was thrown into a plain `Failure`, by the error's code and nothing else, so both
 * threads can use it without loading an HTTP client. It names causes and decides nothing: what
 * follows from a code is policy/retry.ts's.
 */
import type { Failure, FailureCode } from './failure.js';

const MAX_MESSAGE_CHARS = 300;
/** How far `cause` and `errors` are followed: real chains are two or three deep, hostile ones endless. */
const MAX_DEPTH = 5;

/**
 * Ends a task with a failure that is already known, its message cut and cleaned as `toFailure` does it.
 * It is thrown inside a thread and never crosses one.
 */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = { ...failure, message: shorten(failure.message) };
  }
}

/**
 * Causes by error code; the first row that matches wins. A connection that does not come about in
 * time is `connect`, not `timeout`: nothing was asked yet, and a host nobody ever reached is given up
 * sooner than one that is slow to answer.
 */
const CAUSES: readonly (readonly [codes: RegExp, cause: FailureCode])[] = [
  [/^(ENOTFOUND|EAI_|ENODATA$|ESERVFAIL$|EREFUSED$|ENONAME$)/, 'dns'],
  [
    /^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EADDRINUSE|EACCES|EPERM|EMFILE|ENFILE|ENOBUFS|ERR_SOCKET_BAD_PORT|UND_ERR_CONNECT_TIMEOUT)$/,
    'connect',
  ],
  [
    /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$|HOSTNAME_MISMATCH$|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$)/,
    'tls',
  ],
  [/^(ETIMEDOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/, 'timeout'],
  [/^(UND_ERR_RES_EXCEEDED_MAX_SIZE|ERR_BUFFER_TOO_LARGE|ERR_STRING_TOO_LONG)$/, 'too-large'],
  // An answer shorter than it said it would be was cut off, whichever layer noticed it.
  [
    /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HPE_INVALID_EOF_STATE)$/,
    'reset',
  ],
  [/^(Z_|ERR_BROTLI|ERR__ERROR_|ERR_ENCODING_)/, 'decode'],
  [/^(HPE_|UND_ERR_)/, 'protocol'],
];

/**
 * The failure that `thrown` stands for. Never throws. The message is at most 300 characters, holds no
 * credentials of a URL and is never empty; it may hold text from the network.
 *
 * @param thrown    an error of Node's, undici's or zlib's, a `FailureError`, or anything at all
 * @param otherwise the code for what no row knows: what the caller was doing when it happened
 */
export function toFailure(thrown: unknown, otherwise: FailureCode = 'protocol'): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  const chain = unfold(thrown);
  for (const error of chain) {
    const code = causeOf(error);
    if (code !== null) return { code, message: shorten(messageOf(error) ?? messageIn(chain)) };
  }
  return { code: otherwise, message: shorten(messageIn(chain)) };
}

/** The error and what it wraps, inside first: an AggregateError of several addresses says little itself. */
function unfold(thrown: unknown, depth = 0): readonly unknown[] {
  if (!(thrown instanceof Error) || depth === MAX_DEPTH) return [thrown];
  const inner = thrown instanceof AggregateError ? thrown.errors.slice(0, MAX_DEPTH) : [];
  if (thrown.cause !== undefined) inner.push(thrown.cause);
  return [...inner.flatMap((error) => unfold(error, depth + 1)), thrown];
}

function causeOf(error: unknown): FailureCode | null {
  const { code = parserCode(error), syscall } = (error as { code?: unknown; syscall?: unknown } | null) ?? {};
  if (typeof code !== 'string') return null;
  if (code === 'ETIMEDOUT' && syscall === 'connect') return 'connect';
  // Not a connection that broke, but one that the HTTP client broke off.
  if (code === 'UND_ERR_SOCKET' && /^bad (response|upgrade)$/.test(messageOf(error) ?? '')) return 'protocol';
  // Node reports a handshake that the other side hung up on as a plain reset.
  if (code === 'ECONNRESET' && messageOf(error)?.includes('before secure TLS connection')) return 'tls';
  return CAUSES.find(([codes]) => codes.test(code))?.[1] ?? null;
}

/** undici 7 means to give its parser's errors llhttp's code, but leaves it undefined. */
function parserCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'HTTPParserError') return undefined;
  return error.message.includes('Invalid EOF state') ? 'HPE_INVALID_EOF_STATE' : 'HPE_UNKNOWN';
}

function messageOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as { code?: unknown };
  if (error.message === '') return typeof code === 'string' ? code : null;
  // A bare "x is not a function" needs its class; an error with a code is known by that.
  return typeof code === 'string' ? error.message : `${error.name}: ${error.message}`;
}

function messageIn(chain: readonly unknown[]): string {
  const messages = chain.map(messageOf).filter((message) => message !== null);
  return messages.at(-1) ?? describe(chain.at(-1));
}

function describe(thrown: unknown): string {
  try {
    return String(thrown) || 'unknown error';
  } catch {
    // A hostile toString must not replace the failure we are reporting.
    return 'unknown error';
  }
}

function shorten(message: string): string {
  const safe = message.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1');
  return safe.length > MAX_MESSAGE_CHARS ? `${safe.slice(0, MAX_MESSAGE_CHARS - 1)}…` : safe;
}
