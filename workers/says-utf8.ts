/**
 * Whether a page says that it is UTF-8 in one of the ways nearly all pages do, told without the sniffer and its tables.
 * A yes is the sniffer's, too; a no means that the sniffer has to be asked.
 */

/**
 * The rest of a tag: nothing in it stands for more than the standard's prescan takes it for, and no value holds a `>`.
 * Each part takes all it can, so that there is one way to read a tag and nothing to go back to.
 */
const SPACE = String.raw`[\t\n\f\r ]`;
const QUOTED = `"[^">]*"|'[^'>]*'`;
const UNQUOTED = String.raw`[^\t\n\f\r "'>][^\t\n\f\r >]*(?=[\t\n\f\r >])`;
const ATTRIBUTE = String.raw`[^\t\n\f\r =/>]+(?:=(?:${QUOTED}|${UNQUOTED}))?(?=[\t\n\f\r />])`;
const REST = String.raw`(?:[\t\n\f\r /]+${ATTRIBUTE})*[\t\n\f\r /]*>`;

/** What may stand before: comments, other tags, metas that name no charset, and a `<` that starts nothing. */
const OTHER = [
  '<!(?=--)(?:(?!-->)[^])*-->',
  '<(?:[/?]|!(?!--))[^>]*>',
  `<(?!meta[\\t\\n\\f\\r /])[a-z][^\\t\\n\\f\\r >]*${REST}`,
  `<meta(?=[\\t\\n\\f\\r /])(?![^>]*charset)${REST}`,
  '<(?![a-z!/?])',
].join('|');

const UTF8_META = [
  `<meta${SPACE}+(?:`,
  `charset=(?:"utf-8"|'utf-8'|utf-8(?=[\\t\\n\\f\\r >]))|`,
  `http-equiv="content-type"${SPACE}+content="text/html; ?charset=utf-8"`,
  `)${SPACE}*/?>`,
].join('');

const NAMES_UTF8 = new RegExp(`^[^<]*(?:(?:${OTHER})[^<]*)*${UTF8_META}`, 'i');

/**
 * @param start the bytes in which the standard has a `<meta>` looked for
 * @param label the charset of the Content-Type header; before what the page itself says
 * @see https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding
 */
export function saysUtf8(start: Uint8Array, label: string | undefined): boolean {
  if (hasUtf16Mark(start)) return false;
  if (label !== undefined) return /^utf-?8$/i.test(label);
  return NAMES_UTF8.test(Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString('latin1'));
}

/** A byte order mark comes before all else. */
function hasUtf16Mark([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}
