/** What an answer says a file is, held against what its address says. */
import type { MIMEType } from 'whatwg-mimetype';
import { fileToldBy, pathOf } from '#src/downloads/url-names.js';

/** Files that are gzip themselves: a server that calls that a content coding means the same bytes. */
const GZIPPED = /\.(?:t?gz|svgz|emz|wmz|vgz)$/i;
const GZIP_TYPES: ReadonlySet<string> = new Set([
  'application/gzip',
  'application/x-gzip',
  'application/x-tgz',
  'application/x-gtar',
]);

/** Whether the address names a kind of file, and that is no page: then a page in its place is none of what was wanted. */
export function namesOtherThanPage(url: string): boolean {
  return fileToldBy(url) !== null;
}

/** Whether a coding stays on: it is the file's own, as browsers take it, too. */
export function isKeptCoded(url: string, type: MIMEType | null, codings: readonly string[]): boolean {
  const [only = ''] = codings;
  if (codings.length !== 1 || !/^\s*(?:x-)?gzip\s*$/i.test(only)) return false;
  return GZIPPED.test(pathOf(url)) || (type !== null && GZIP_TYPES.has(type.essence));
}
