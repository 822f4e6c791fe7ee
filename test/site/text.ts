/**
 * Text: in which encoding a page is read (HTML standard, "determining the character encoding"; Encoding
 * standard), how the queries of its links are written (URL standard, "query state"), and which answers are
 * pages at all (MIME Sniffing standard). Samples were encoded by another implementation, Python's.
 */
import { done, otherType } from './case.js';
import type { Part, PathCase } from './case.js';
import type { Network } from './network.js';

/** Encoding label, a text in that encoding as hex, the text. */
const SAMPLES: readonly (readonly [label: string, hex: string, text: string])[] = [
  ['utf-8', 'c5bd6c75c5a56f75c48d6bc3bd20e6bca2e5ad9720f09f9880', 'Žluťoučký 漢字 😀'],
  ['ibm866', '8fe0a8a2a5e2', 'Привет'],
  ['iso-8859-2', 'ae6c75bb6f75e86bfd206bf9f2', 'Žluťoučký kůň'],
  ['iso-8859-3', 'a6bc20f520fd', 'Ĥĵ ġ ŭ'],
  ['iso-8859-4', 'c0e020d1bb', 'Āā Ņģ'],
  ['iso-8859-5', 'bfe0d8d2d5e2', 'Привет'],
  ['iso-8859-6', 'e5d1cdc8c7', 'مرحبا'],
  ['iso-8859-7', 'cae1ebe7ecddf1e1', 'Καλημέρα'],
  ['iso-8859-8', 'f9ece5ed', 'שלום'],
  ['iso-8859-8-i', 'f9ece5ed', 'שלום'],
  ['iso-8859-10', 'def3727220a4af', 'Þórr ĪŊ'],
  ['iso-8859-13', 'c0fe756f6c617320a561e869fba1', 'Ąžuolas „ačiū”'],
  ['iso-8859-14', 'd07920a1b8', 'Ŵy Ḃẁ'],
  ['iso-8859-15', '313020a420bc75767265', '10 € Œuvre'],
  ['iso-8859-16', 'aa746566616e20de6172e320a4', 'Ștefan Țară €'],
  ['koi8-r', 'f0d2c9d7c5d4', 'Привет'],
  ['koi8-u', 'b7d6c1cb20adc1cecfcb', 'Їжак ґанок'],
  ['macintosh', 'ae7468657220cf7576726520de', 'Æther œuvre ﬁ'],
  ['windows-874', 'cac7d1cab4d52080', 'สวัสดี €'],
  ['windows-1250', '8e6c759d6f75e86bfd20846bf9f2932080', 'Žluťoučký „kůň“ €'],
  ['windows-1251', 'cff0e8e2e5f2209720b988', 'Привет — №€'],
  ['windows-1252', '93636166e99420802096209c', '“café” € – œ'],
  ['windows-1253', 'cae1ebe7ecddf1e120938094', 'Καλημέρα “€”'],
  ['windows-1254', 'dd7374616e62756c20fdf0fe2080', 'İstanbul ığş €'],
  ['windows-1255', 'f9ece5ed20a42080', 'שלום ₪ €'],
  ['windows-1256', 'e3d1cdc8c720812080', 'مرحبا پ €'],
  ['windows-1257', 'c0fe756f6c6173208461e869fb932080', 'Ąžuolas „ačiū“ €'],
  ['windows-1258', 'd0fd20f520fe2080', 'Đư ơ ₫ €'],
  ['x-mac-cyrillic', '8ff0e8e2e5f220dc', 'Привет №'],
  ['gbk', 'bcf2cce5d6d0cec4', '简体中文'],
  ['gb18030', 'bcf2cce5208139cc33209439fc36', '简体 ㊚ 😀'],
  ['big5', 'c163c5e9a4a4a4e5209def', '繁體中文 嘅'],
  ['euc-jp', 'c6fccbdcb8ec208eb68ec5', '日本語 ｶﾅ'],
  ['iso-2022-jp', '1b2442467c4b5c386c1b2842', '日本語'],
  ['shift_jis', '93fa967b8cea20b6c5208740', '日本語 ｶﾅ ①'],
  ['euc-kr', 'c7d1b1b9beee208141', '한국어 갂'],
  ['utf-16be', '6f225b570020d83dde00', '漢字 😀'],
  ['utf-16le', '226f575b20003dd800de', '漢字 😀'],
  ['latin1', '8020937894', '€ “x”'],
  ['us-ascii', '80', '€'],
  ['iso-8859-1', '80', '€'],
  ['iso-8859-9', 'ddfe2080', 'İş €'],
  ['iso-8859-11', 'e4b7c22080', 'ไทย €'],
  ['tis-620', 'e4b7c2', 'ไทย'],
  ['ks_c_5601-1987', '8c63b9e6b0a2c7cf', '똠방각하'],
  ['sjis', '955c8ea6', '表示'],
  ['gb2312', 'e9462087d6', '镕 囍'],
  ['x-x-big5', '9def', '嘅'],
  ['cp1251', 'b8', 'ё'],
  ['x-sjis', 'eee0', '髙'],
  // No text is ever in these two: the first keeps bytes apart, the second shuts an attack out.
  ['x-user-defined', '41ff', 'A\uf7ff'],
  ['iso-2022-kr', '1b242943', ''],
];

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');

const LABELS = SAMPLES.map(([label, digits, text]): PathCase => {
  const isWide = label.startsWith('utf-16');
  const title = ['<title>', '</title>'].map((tag) => (isWide ? wide(tag, label) : bytes(tag)));
  const body = Buffer.concat([title[0] as Buffer, hex(digits), title[1] as Buffer]);
  return {
    name: `in ${label}`,
    path: `/in/${label}`,
    answer: { headers: { 'content-type': `text/html; charset=${label}` }, body },
    // The replacement encoding has one character for everything, markup included.
    expect: done({ title: text === '' ? null : text }),
  };
});

/** 0x93 is a quotation mark in windows-1252 and a letter in the two Cyrillic encodings. */
const TELLING = '\x93';
const IN_1252 = '“';
const IN_1251 = '“';
const IN_866 = 'У';
const html = (charset = ''): Record<string, string> => ({
  'content-type': charset === '' ? 'text/html' : `text/html; charset=${charset}`,
});

/** Body bytes as Latin-1, headers, the title an honest reader sees. */
const ORDER: readonly (readonly [name: string, type: string, body: string, title: string])[] = [
  // Step 1: the byte order mark, whatever else is said.
  ['byte order mark before header', 'ibm866', '\xef\xbb\xbf<title>\xc3\xa9</title>', 'é'],
  ['byte order mark of UTF-16LE', 'ibm866', `\xff\xfe${spread('<title>\xe9</title>', 0)}`, 'é'],
  ['byte order mark of UTF-16BE', '', `\xfe\xff${spread('<title>\xe9</title>', 1)}`, 'é'],
  // Step 4: the header.
  ['header before meta', 'ibm866', `<meta charset=windows-1252><title>${TELLING}</title>`, IN_866],
  ['header in quotes and capitals', '"IBM866"', `<title>${TELLING}</title>`, IN_866],
  ['unknown charset in the header', 'klingon', `<meta charset=ibm866><title>${TELLING}</title>`, IN_866],
  ['UTF-7 is unknown', 'utf-7', '<title>+AOk-</title>', '+AOk-'],
  // Step 5: a meta within the first 1,024 bytes.
  ['meta charset', '', `<meta charset=ibm866><title>${TELLING}</title>`, IN_866],
  [
    'meta http-equiv',
    '',
    `<META HTTP-EQUIV='Content-Type' content="text/html; charset = 'ibm866'"><title>${TELLING}</title>`,
    IN_866,
  ],
  ['meta in a comment', '', `<!-- <meta charset=ibm866> --><title>${TELLING}</title>`, IN_1252],
  ['meta that says UTF-16', '', '<meta charset=utf-16le><title>\xc3\xa9</title>', 'é'],
  ['meta that says x-user-defined', '', `<meta charset=x-user-defined><title>${TELLING}</title>`, IN_1252],
  ['meta at 1,000 bytes', '', `${' '.repeat(1000)}<meta charset=ibm866><title>${TELLING}</title>`, IN_866],
  [
    'meta behind 1,024 bytes',
    '',
    `${' '.repeat(1024)}<meta charset=ibm866><title>${TELLING}</title>`,
    IN_1252,
  ],
  [
    'the first of two metas',
    '',
    `<meta charset=ibm866><meta charset=utf-8><title>${TELLING}</title>`,
    IN_866,
  ],
  ['windows-1251 by meta', '', `<meta charset=cp1251><title>${TELLING}\xe6</title>`, `${IN_1251}ж`],
  // Step 9: the default, with the characters that Latin-1 lacks.
  ['windows-1252 by default', '', '<title>\x80 \x8a \x9f \xe9</title>', '€ Š Ÿ é'],
  ['nothing is refused', 'utf-8', '<title>a\xff\xc3(b</title>', 'a\ufffd\ufffd(b'],
  // HTML standard, RCDATA state and attribute values: NUL is U+FFFD.
  ['NUL in the title', 'utf-8', '<title>a\0b</title>', 'a\ufffdb'],
];

const READING = ORDER.map(([name, charset, body, title]): PathCase => ({
  name,
  path: `/order/${name.replaceAll(/\W+/g, '-')}`,
  answer: { headers: html(charset), body: bytes(body) },
  expect: done({ title }),
}));

/** Charset, the link's bytes, the address it has. */
const QUERIES: readonly (readonly [name: string, charset: string, href: Buffer, link: string])[] = [
  // URL standard, "query state": the page's encoding; the path is UTF-8 in any case.
  ['query in windows-1251', 'windows-1251', bytes('/\xe6?q=\xe6'), '/%D0%B6?q=%E6'],
  ['query in shift_jis', 'shift_jis', hex('2f3f713d93fa'), '/?q=%93%FA'],
  ['query in gb18030', 'gb18030', hex('2f3f713dbcf2'), '/?q=%BC%F2'],
  ['query in big5', 'big5', hex('2f3f713dc163'), '/?q=%C1c'],
  ['query in euc-kr', 'euc-kr', hex('2f3f713dc7d1'), '/?q=%C7%D1'],
  ['query in UTF-8', 'utf-8', Buffer.from('/?q=ж'), '/?q=%D0%B6'],
  // … and what that encoding lacks as a character reference.
  ['query beyond the encoding', 'windows-1251', bytes('/?q=&eacute;'), '/?q=%26%23233%3B'],
  ['NUL in a link', 'utf-8', bytes('/a\0b'), '/a%EF%BF%BDb'],
];

const LINKS = QUERIES.map(([name, charset, href, link]): PathCase => ({
  name,
  path: `/query/${name.replaceAll(' ', '-')}`,
  answer: { headers: html(charset), body: Buffer.concat([bytes('<a href="'), href, bytes('">')]) },
  expect: done({ links: [link] }),
}));

const PAGE = '<!doctype html><title>a page</title><a href=/linked>link</a>';
const XHTML =
  '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>\u00e9</title></head><body><a href="/linked">x</a></body></html>';
const IS_PAGE = done({ title: 'a page', links: ['/linked'] });
const PDF = '%PDF-1.7\n1 0 obj <</URI (/never)>> <a href=/never>';
const PNG = '\x89PNG\r\n\x1a\n<a href=/never>';

/** Content-Type (null: none), body, whether it is a page. */
const TYPES: readonly (readonly [
  name: string,
  type: string | null,
  body: string | Buffer,
  expect: PathCase['expect'],
])[] = [
  ['XHTML', 'application/xhtml+xml', Buffer.from(XHTML), done({ title: 'é', links: ['/linked'] })],
  ['HTML with parameters', 'Text/HTML ; x=y; charset="utf-8"', PAGE, IS_PAGE],
  ['XML', 'application/xml', XHTML, otherType()],
  ['text/xml', 'text/xml; charset=utf-8', XHTML, otherType()],
  ['a feed', 'application/rss+xml', XHTML, otherType()],
  ['SVG', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><a href="/never"/></svg>', otherType()],
  ['PDF', 'application/pdf', bytes(PDF), otherType()],
  ['PNG', 'image/png', bytes(PNG), otherType()],
  ['JSON', 'application/json', '{"html":"<a href=/never>"}', otherType()],
  // MIME Sniffing standard §7: a type that is given is believed …
  ['HTML said to be plain text', 'text/plain', PAGE, otherType()],
  ['a PDF said to be HTML', 'text/html', bytes('%PDF-1.7'), done({ title: null, links: [] })],
  // … but for these, which say nothing (§7, step 1).
  ['no type, HTML', null, `  \n${PAGE}`, IS_PAGE],
  ['no type, a comment', null, `<!-- a comment -->${PAGE}`, IS_PAGE],
  ['no type, an element', null, '<DIV id=x><a href=/linked>', done({ title: null, links: ['/linked'] })],
  ['a type that is none', 'nonsense', PAGE, IS_PAGE],
  ['unknown/unknown', 'unknown/unknown', PAGE, IS_PAGE],
  ['application/unknown', 'application/unknown', PAGE, IS_PAGE],
  ['*/*', '*/*', PAGE, IS_PAGE],
  ['no type, PDF', null, bytes(PDF), otherType()],
  ['no type, PNG', null, bytes(PNG), otherType()],
  ['no type, gzip', null, bytes('\x1f\x8b\x08<a href=/never>'), otherType()],
  ['no type, XML', null, XHTML, otherType()],
  ['no type, text', null, 'plain words, then <html><a href=/never>', otherType()],
  ['no type, an unknown element', null, '<bogus><a href=/never>', otherType()],
  ['no type, bytes', null, bytes('\x00\x01\x02<html>'), otherType()],
  ['no type, nothing', null, '', otherType()],
  ['HTML, nothing', 'text/html', '', done({ title: null, links: [] })],
];

const KINDS = TYPES.map(([name, type, body, expect]): PathCase => ({
  name,
  path: `/type/${name.replaceAll(/\W+/g, '-')}`,
  answer: { headers: type === null ? {} : { 'content-type': type }, body },
  expect,
}));

/** Starts the host of this topic. */
export function openText(network: Network): Promise<Part> {
  return network.topic('text', [...LABELS, ...READING, ...LINKS, ...KINDS]);
}

/** ASCII and Latin-1 in two bytes each, the one that counts first (0) or last (1). */
function spread(text: string, at: 0 | 1): string {
  return [...text].map((letter) => (at === 0 ? `${letter}\0` : `\0${letter}`)).join('');
}

function wide(text: string, label: string): Buffer {
  return bytes(spread(text, label === 'utf-16be' ? 1 : 0));
}
