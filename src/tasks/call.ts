/**
 * How the address of a task is asked for: the params that are about that, checked. All others are the user's own, and
 * pass through.
 */
import { UsageError } from '../errors.js';
import { checkHeader } from '../protocol/header.js';
import type { JsonObject, JsonValue } from '../protocol/json.js';
import { isObject } from './json.js';

export interface TaskCall {
  readonly method: 'GET' | 'POST';
  /** Checked, in their order; Content-Type is in `body` where there is one. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Null with GET, and with a POST that sends nothing. */
  readonly body: { readonly contentType: string; readonly text: string } | null;
  /** Two letters, lower case (ISO 3166-1): where the request should come from. */
  readonly country: string | null;
}

/**
 * Reads `method`, `headers`, `post_payload` (any JSON value, sent as JSON), `post_form` (an object, sent as a form) and
 * `country`; null is the same as absent. A Content-Type among the headers takes the place of the one that goes with the
 * body.
 *
 * @param where how messages call the task
 * @throws UsageError for a param that is of the wrong type, or does not fit the others
 */
export function callOf(params: JsonObject, where: string): TaskCall {
  const param = (name: string): JsonValue | undefined => params[name] ?? undefined;
  const headers = headersOf(param('headers'), where);
  const sent = bodyOf(param('post_payload'), param('post_form'), where);
  const contentType = headers.find(isContentType)?.[1];
  return {
    method: methodOf(param('method'), sent !== null, where),
    headers: sent === null ? headers : headers.filter((header) => !isContentType(header)),
    body: sent === null || contentType === undefined ? sent : { ...sent, contentType },
    country: countryOf(param('country'), where),
  };
}

function methodOf(method: JsonValue | undefined, hasBody: boolean, where: string): TaskCall['method'] {
  if (method === undefined) return hasBody ? 'POST' : 'GET';
  const name = typeof method === 'string' ? method.toUpperCase() : '';
  if (name !== 'GET' && name !== 'POST')
    throw new UsageError(`${where}: method must be GET or POST, got ${showValue(method)}`);
  if (name === 'GET' && hasBody)
    throw new UsageError(`${where}: a GET sends no post_payload and no post_form`, {
      hint: 'leave method out, or write POST',
    });
  return name;
}

function headersOf(headers: JsonValue | undefined, where: string): TaskCall['headers'] {
  if (headers === undefined) return [];
  if (!isObject(headers))
    throw new UsageError(`${where}: headers must be an object, got ${showValue(headers)}`);
  const names = new Set<string>();
  return Object.entries(headers).map(([name, value]) => {
    const label = `${where}: headers`;
    // The value may be a password: it is never repeated.
    if (typeof value !== 'string') throw new UsageError(`${label}: the value of '${name}' must be a text`);
    if (name.includes(':')) throw new UsageError(`${label}: '${name}' is no header name`);
    checkHeader(label, `${name}: ${value}`);
    const known = name.trim().toLowerCase();
    if (names.has(known)) throw new UsageError(`${label}: '${name}' is there twice`);
    names.add(known);
    return [name.trim(), value.trim()] as const;
  });
}

function isContentType([name]: readonly [string, string]): boolean {
  return name.toLowerCase() === 'content-type';
}

function bodyOf(
  payload: JsonValue | undefined,
  form: JsonValue | undefined,
  where: string,
): TaskCall['body'] {
  if (payload !== undefined && form !== undefined)
    throw new UsageError(`${where}: post_payload and post_form exclude each other`);
  if (payload !== undefined) return { contentType: 'application/json', text: JSON.stringify(payload) };
  if (form === undefined) return null;
  if (!isObject(form)) throw new UsageError(`${where}: post_form must be an object, got ${showValue(form)}`);
  const fields = Object.entries(form).flatMap(([name, value]): [string, string][] =>
    (Array.isArray(value) ? (value as JsonValue[]) : [value]).map((each) => [
      name,
      fieldOf(name, each, where),
    ]),
  );
  return {
    contentType: 'application/x-www-form-urlencoded',
    text: new URLSearchParams(fields).toString(),
  };
}

function fieldOf(name: string, value: JsonValue, where: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new UsageError(
    `${where}: post_form: '${name}' must be a text, a number or true or false, or a list of them`,
  );
}

function countryOf(country: JsonValue | undefined, where: string): string | null {
  if (country === undefined) return null;
  if (typeof country === 'string' && /^[a-z]{2}$/i.test(country)) return country.toLowerCase();
  throw new UsageError(`${where}: country must be a code of two letters, like de, got ${showValue(country)}`);
}

/** A value for a message, on one line, cut. */
export function showValue(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
