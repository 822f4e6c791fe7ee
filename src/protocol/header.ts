/** Which request headers a user may set, on the command line and in a list of tasks, and how they are written. */
import { UsageError } from '../errors.js';

/**
 * Fields that belong to the connection or to the crawler itself: sent by hand they would break the
 * framing, name another site, or turn a whole page into a part of one.
 *
 * @see RFC 9110 §7.6.1 (hop-by-hop fields), §13 and §14 (conditional and range requests)
 */
const REFUSED_HEADERS: ReadonlyMap<string, string> = new Map([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'].map(
    (name) => [name, 'it belongs to the connection'] as const,
  ),
  ['host', 'it comes from the URL'],
  ['proxy-authorization', 'write it into --proxy: http://name:password@host:port'],
  ['content-length', 'it comes from what is sent'],
  ['expect', 'it belongs to the connection'],
  ['user-agent', 'use --user-agent'],
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range'].map(
    (name) => [name, 'the answer would not be the whole page'] as const,
  ),
]);

/** RFC 9110 §5.6.2: what a field name is made of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 §5.5: visible characters, obs-text, blank and tab; what undici sends without refusing. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Checks one `Name: value`. Messages name the header but never its value, which may be a password.
 *
 * @param label how messages call it: `--header` or `headers`
 * @throws UsageError
 */
export function checkHeader(label: string, header: string): void {
  const colon = header.indexOf(':');
  if (colon < 0) throw new UsageError(`${label} must be written as 'Name: value', with a colon`);
  const [name, value] = splitHeader(header);
  if (!TOKEN.test(name)) throw new UsageError(`${label}: '${name}' is no header name`);
  const reason = REFUSED_HEADERS.get(name.toLowerCase());
  if (reason !== undefined) throw new UsageError(`${label}: '${name}' cannot be set: ${reason}`);
  checkFieldValue(`${label} '${name}'`, value);
}

/**
 * Checks what may stand as a field's value.
 *
 * @throws UsageError
 */
export function checkFieldValue(label: string, value: string): void {
  if (FIELD_VALUE.test(value)) return;
  throw new UsageError(`${label}: the value has a control character or one outside Latin-1`);
}

/** Splits a checked `Name: value`; blanks around both are dropped. */
export function splitHeader(header: string): [name: string, value: string] {
  const colon = header.indexOf(':');
  return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()];
}
