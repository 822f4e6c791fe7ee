import { expect, test } from 'vitest';
import { FAILURE_CODES } from '../../dist/protocol/failure.js';
import { FailureError, toFailure } from '../../dist/protocol/to-failure.js';

function coded(code: string, message = 'it broke', more: object = {}): Error {
  return Object.assign(new Error(message), { code, ...more });
}

test.each<[string, string]>([
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['ECONNREFUSED', 'connect'],
  ['EHOSTUNREACH', 'connect'],
  ['ENETUNREACH', 'connect'],
  ['EADDRNOTAVAIL', 'connect'],
  ['UND_ERR_CONNECT_TIMEOUT', 'connect'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ['EPROTO', 'tls'],
  ['ETIMEDOUT', 'timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'timeout'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['UND_ERR_SOCKET', 'reset'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'reset'],
  ['HPE_INVALID_EOF_STATE', 'reset'],
  ['HPE_INVALID_CONSTANT', 'protocol'],
  ['UND_ERR_HEADERS_OVERFLOW', 'protocol'],
  ['UND_ERR_INVALID_ARG', 'protocol'],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'too-large'],
  ['ERR_BUFFER_TOO_LARGE', 'too-large'],
  ['Z_DATA_ERROR', 'decode'],
  ['ERR__ERROR_FORMAT_PADDING_1', 'decode'],
  ['ERR_WHO_KNOWS', 'protocol'],
])('%s is the failure %s', (code, failure) => {
  expect(toFailure(coded(code))).toEqual({ code: failure, message: 'it broke' });
  expect(FAILURE_CODES).toContain(failure);
});

test('a connection or handshake that does not come about is told from a broken answer', () => {
  expect(toFailure(coded('ETIMEDOUT', 'x', { syscall: 'connect' })).code).toBe('connect');
  const handshake = 'Client network socket disconnected before secure TLS connection was established';
  expect(toFailure(coded('ECONNRESET', handshake)).code).toBe('tls');
});

test('wrapped errors are looked into', () => {
  const attempts = [
    coded('ECONNREFUSED', 'connect ECONNREFUSED ::1:80'),
    coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:80'),
  ];
  const both = Object.assign(new AggregateError(attempts, ''), { code: 'ECONNREFUSED' });
  expect(toFailure(both)).toEqual({ code: 'connect', message: 'connect ECONNREFUSED ::1:80' });
  const wrapped = new TypeError('fetch failed', { cause: coded('ENOTFOUND', 'getaddrinfo ENOTFOUND x') });
  expect(toFailure(wrapped)).toEqual({ code: 'dns', message: 'getaddrinfo ENOTFOUND x' });
  const circle = new Error('circle');
  circle.cause = circle;
  expect(toFailure(circle)).toEqual({ code: 'protocol', message: 'Error: circle' });
});

test('anything can be thrown and no message is lost', () => {
  expect(toFailure(new TypeError('x is not a function'), 'decode')).toEqual({
    code: 'decode',
    message: 'TypeError: x is not a function',
  });
  expect(toFailure('words')).toEqual({ code: 'protocol', message: 'words' });
  expect(toFailure(coded('ENOTFOUND', ''))).toEqual({ code: 'dns', message: 'ENOTFOUND' });
  const hostile = {
    toString: () => {
      throw new Error('no');
    },
  };
  for (const thrown of [null, undefined, '', 0, {}, Symbol('s'), hostile, Object.create(null)]) {
    expect(toFailure(thrown).message).not.toBe('');
  }
});

test('messages are short and hold no credentials', () => {
  const failure = toFailure(new Error(`bad http://me:pass@host.test/ ${'x'.repeat(1000)}`));
  expect(failure.message).toMatch(/^Error: bad http:\/\/host\.test\/ x+…$/);
  expect(failure.message).toHaveLength(300);
});

test('a failure already known passes through with its facts', () => {
  const known = new FailureError({ code: 'status', message: 'status 503', status: 503, retryAfterMs: 1000 });
  expect(toFailure(known, 'decode')).toEqual({
    code: 'status',
    message: 'status 503',
    status: 503,
    retryAfterMs: 1000,
  });
});
