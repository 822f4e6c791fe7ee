import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sniff } from '../../dist/workers/encodings.js';
import { saysUtf8 } from '../../dist/workers/says-utf8.js';

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1').subarray(0, 1024);

const PARTS = [
  '<|<!|<!--|-->|--|>|/|/>| |\n|\t|=|"|\'|a|\xe9|\x00|\x0b|meta|<meta |<META\t|<meta/|<meta|charset|charset=|"utf-8"',
  '\'utf-8\'|UTF-8|utf8|koi8-r|"koi8-r"|http-equiv="content-type"|http-equiv="Content-Type" |name="a"|content="x"',
  'content="text/html; charset=utf-8"|content="text/html; charset=koi8-r"|<meta x=\'a>b\' |<meta charset="utf-8">',
  '<meta charset=utf-8>|<meta charset=utf-8/>|<meta charset=utf-8 />|<meta name=viewport content="w=1">',
  '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">|<html lang=en>|<title>a</title>|<br/>',
  '<!DOCTYPE html>|<a href=x/y>|<p class="a>b">|<?xml version="1.0" encoding="koi8-r"?>|<script>if(a<b)</script>',
  `\xff\xfe|\xef\xbb\xbf|${'x'.repeat(300)}`,
].flatMap((line) => line.split('|'));

test('a page that says it is UTF-8 is UTF-8 for the sniffer, too', () => {
  const labels = fc.constantFrom(
    undefined,
    undefined,
    undefined,
    'utf-8',
    'UTF8',
    'utf_8',
    'koi8-r',
    ' utf-8',
    '',
  );
  let told = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PARTS), { maxLength: 14 }), labels, (parts, label) => {
      const start = bytesOf(`${parts.join('')}<meta charset="utf-8">`);
      if (!saysUtf8(start, label)) return;
      told++;
      const options = { defaultEncoding: 'windows-1252', transportLayerEncodingLabel: label };
      expect(sniff(start, options)).toBe('UTF-8');
    }),
    { numRuns: 20_000 },
  );
  expect(told).toBeGreaterThan(2_000);
});

test('what pages begin with needs no sniffer', () => {
  const start = '<!DOCTYPE html>\n<!-- a > b -->\n<html lang="en" dir=ltr>\n<head><title>a &lt; b</title>';
  for (const meta of [
    '<meta charset="utf-8">',
    '<META CHARSET=UTF-8 />',
    "<meta name='viewport' content='width=device-width'/><meta charset='utf-8'/>",
    '<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />',
  ]) {
    expect(saysUtf8(bytesOf(start + meta), undefined), meta).toBe(true);
  }
  expect(saysUtf8(bytesOf(start), 'utf-8')).toBe(true);
});

test('a start that says nothing for sure is told in no time', () => {
  for (const text of [
    '<!---->'.repeat(140),
    `<a ${'b=c/'.repeat(250)}`,
    `<a ${'b/'.repeat(500)}`,
    '<'.repeat(1024),
  ]) {
    const startedAt = performance.now();
    expect(saysUtf8(bytesOf(text), undefined)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(50);
  }
});
