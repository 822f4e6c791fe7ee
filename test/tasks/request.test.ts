import { expect, test } from 'vitest';
import type { JsonObject } from '../../dist/protocol/json.js';
import { requestOf } from '../../dist/tasks/request.js';

const url = 'https://example.org/a';

test('a plain URL is a GET without headers and body', () => {
  expect(requestOf({ url, note: { of: 'mine' } }, 'here')).toEqual({
    url,
    method: 'GET',
    headers: [],
    body: null,
    country: null,
  });
});

test('a URL is what the crawl would call it', () => {
  const spelt = { url: ' HTTPS://user:secret@Example.ORG:443/b/../a%7e?q=%c3%a4#part ' };
  expect(requestOf(spelt, 'here').url).toBe('https://example.org/a~?q=%C3%A4');
});

test('a payload is sent as JSON, by POST', () => {
  const { method, body } = requestOf({ url, post_payload: { q: 'ä', n: [1, null] } }, 'here');
  expect(method).toBe('POST');
  expect(body).toEqual({ contentType: 'application/json', text: '{"q":"ä","n":[1,null]}' });
  expect(requestOf({ url, post_payload: 'text' }, 'here').body?.text).toBe('"text"');
});

test('a form is sent as a browser sends it, a list as several fields of one name', () => {
  const form = { q: 'a b&c', on: true, n: 1.5, tag: ['x', 'y'], empty: '' };
  expect(requestOf({ url, method: 'post', post_form: form }, 'here')).toMatchObject({
    method: 'POST',
    body: {
      contentType: 'application/x-www-form-urlencoded',
      text: 'q=a+b%26c&on=true&n=1.5&tag=x&tag=y&empty=',
    },
  });
});

test('a Content-Type of the user takes the place of ours, and only with a body', () => {
  const headers = { 'X-Token': ' t ', 'content-type': 'application/vnd.api+json' };
  expect(requestOf({ url, headers, post_payload: {} }, 'here')).toMatchObject({
    headers: [['X-Token', 't']],
    body: { contentType: 'application/vnd.api+json', text: '{}' },
  });
  expect(requestOf({ url, headers }, 'here').headers).toHaveLength(2);
});

test('a POST may send nothing; null is as good as absent', () => {
  const nothing = { headers: null, post_payload: null, post_form: null, country: null };
  expect(requestOf({ url, method: 'POST', ...nothing }, 'here')).toEqual({
    url,
    method: 'POST',
    headers: [],
    body: null,
    country: null,
  });
});

test('a country is two letters, in any case', () => {
  expect(requestOf({ url, country: 'DE' }, 'here').country).toBe('de');
});

const REFUSED: readonly (readonly [params: JsonObject, said: string])[] = [
  [{}, 'there is no url'],
  [{ url: null }, 'there is no url'],
  [{ url: '' }, 'url must be a text'],
  [{ url: 'http://' }, 'url "http://" is not a valid URL'],
  [{ url: 'https://exa mple.org/' }, 'is not a valid URL'],
  [{ url: `${url}?${'x'.repeat(2_100)}` }, 'url is too long: at most 2083 characters'],
  [{ url, method: 'PUT' }, 'method must be GET or POST, got "PUT"'],
  [{ url, method: 1 }, 'method must be GET or POST, got 1'],
  [{ url, method: 'GET', post_payload: {} }, 'a GET sends no post_payload and no post_form'],
  [{ url, post_payload: {}, post_form: {} }, 'post_payload and post_form exclude each other'],
  [{ url, post_form: 'q=1' }, 'post_form must be an object, got "q=1"'],
  [{ url, post_form: { q: { a: 1 } } }, "post_form: 'q' must be a text, a number or true or false"],
  [{ url, post_form: { q: [null] } }, "post_form: 'q' must be a text, a number or true or false"],
  [{ url, headers: ['A: b'] }, 'headers must be an object, got ["A: b"]'],
  [{ url, headers: { A: 1 } }, "headers: the value of 'A' must be a text"],
  [{ url, headers: { 'A B': 'x' } }, "headers: 'A B' is no header name"],
  [{ url, headers: { 'A: x\r\nB': 'x' } }, 'is no header name'],
  [{ url, headers: { A: 'x\r\nB: y' } }, 'the value has a control character'],
  [{ url, headers: { Host: 'x' } }, "headers: 'Host' cannot be set: it comes from the URL"],
  [{ url, headers: { 'Content-Length': '3' } }, "'Content-Length' cannot be set: it comes from what is sent"],
  [{ url, headers: { A: '1', a: '2' } }, "headers: 'a' is there twice"],
  [{ url, country: 'Germany' }, 'country must be a code of two letters, like de, got "Germany"'],
];

test.each(REFUSED)('%j is refused', (params, said) => {
  expect(() => requestOf(params, 'tasks.csv, line 7')).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: expect.stringMatching(/^tasks\.csv, line 7: /) as string,
    }),
  );
  expect(() => requestOf(params, 'tasks.csv, line 7')).toThrow(said);
});

test('a secret is not repeated', () => {
  expect(() => requestOf({ url, headers: { Authorization: 'secret\u0001' } }, 'here')).toThrow(
    /^(?!.*secret)/,
  );
});
