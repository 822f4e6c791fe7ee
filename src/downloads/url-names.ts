/**
 * What people would call the things behind URLs: the file name in one, the name of a listing page, the folders of a
 * path. Raw, decoded text; nobody has made it safe yet.
 */
import { originOf, pathAndQuery } from '../url/canonicalise.js';
import { percentDecoded } from './octets.js';

/** Parameters that hold the name or path of a file, where a script hands it out. The first that fits counts. */
const FILE_PARAMETERS = [
  'filename',
  'file_name',
  'fname',
  'file',
  'name',
  'path',
  'attachment',
  'document',
  'doc',
  'download',
  'f',
  'src',
  'url',
];
/** Parameters that hold the folder or album that a page lists. */
const FOLDER_PARAMETERS = ['dir', 'directory', 'folder', 'path', 'prefix', 'album'];

/** Endings of pages, and of programs that answer with something of another kind. */
const PAGE = /\.(?:[xs]?html?|xht|php\d?|phtml|aspx?|ashx|jspx?|cgi|pl|py|rb|cfm|do|action|dll|axd)$/i;
/** The page that a directory shows. */
const INDEX = /^(?:index|default|home|welcome)\.\w+$/i;
/** An ending that says what a file is: short, and not a number such as that of `v1.2`. */
const ENDING = /\.(?=[^.]*[a-z])[a-z0-9]{1,10}$/i;

/**
 * The name of the file behind a URL: the last part of its path, or what a script is asked for (`get.php?file=a/b.pdf`
 * is `b.pdf`). A query that tells nothing is part of the name (`get.php?id=3` is `get_id=3.php`), for otherwise all
 * files of one script would have one name; behind a name that tells a kind it is dropped, as it is mostly a signature.
 */
export function fileNameIn(url: string): string {
  const told = fileToldBy(url);
  if (told !== null) return told;
  const name = partsOf(url, true).at(-1) ?? hostFolder(url);
  const query = queryOf(url);
  if (query === '') return name;
  const [, stem = name, ending = ''] = /^(.+)(\.[^.]+)$/.exec(name) ?? [];
  return `${stem}_${percentDecoded(query)}${ending}`;
}

/** The file name that a URL holds, in its path or else in its query, if it tells that this is a file and no page. */
export function fileToldBy(url: string): string | null {
  const name = partsOf(url, true).at(-1) ?? '';
  if (isFileName(name) && !pathOf(url).endsWith('/')) return name;
  const parameters = new URLSearchParams(queryOf(url));
  return FILE_PARAMETERS.map((each) => lastPart(parameters.get(each) ?? '')).find(isFileName) ?? null;
}

/** Whether a name tells a kind of file that is no page. */
export function isFileName(name: string): boolean {
  return ENDING.test(name) && !PAGE.test(name);
}

/**
 * The name of a listing page: the last part of what its query asks for (`?dir=A/B/2019-Oct-Nov` is `2019-Oct-Nov`),
 * or of its path without the ending of a page; at the top of a site, its host. Never empty.
 */
export function pageNameIn(url: string): string {
  const query = queryOf(url);
  const folder = lastPart(folderAskedFor(query));
  if (folder !== '') return folder;
  const parts = partsOf(url, true);
  if (INDEX.test(parts.at(-1) ?? '') && !url.endsWith('/')) parts.pop();
  const name = parts.at(-1)?.replace(PAGE, '') ?? hostFolder(url);
  return query === '' ? name : `${name}_${percentDecoded(query)}`;
}

/** What a query names as the folder to list; '' where it names none. */
export function folderAskedFor(query: string): string {
  const parameters = new URLSearchParams(query);
  for (const name of FOLDER_PARAMETERS) {
    const value = parameters.get(name) ?? '';
    if (value !== '') return value;
  }
  return [...parameters.values()].find((value) => /[^/]\/+[^/]/.test(value)) ?? '';
}

/** A folder for files of a host: its name, and its port if it is not the usual one. */
export function hostFolder(url: string): string {
  return originOf(url)
    .replace(/^https?:\/\//, '')
    .replace(/[[\]]/g, '')
    .replaceAll(':', '_');
}

/** Query of a key, without its `?`. */
export function queryOf(url: string): string {
  const rest = pathAndQuery(url);
  const at = rest.indexOf('?');
  return at === -1 ? '' : rest.slice(at + 1);
}

/** Path of a key, as encoded there. */
export function pathOf(url: string): string {
  const [path = '/'] = pathAndQuery(url).split('?', 1);
  return path;
}

/** A URL's path up to its last slash, as encoded there: the directory that what it links to may lie below. */
export function directoryOf(url: string): string {
  const path = pathOf(url);
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The folders of a path, decoded; with `all`, its last part too if that is not empty. Empty parts are left out. */
export function partsOf(url: string, all = false): string[] {
  return decodedParts(all ? pathOf(url) : directoryOf(url));
}

/** The folders of a path below a directory, decoded; null where it does not lie there. Origins are the caller's matter. */
export function below(url: string, directory: string): string[] | null {
  const own = directoryOf(url);
  return own.startsWith(directory) ? decodedParts(own.slice(directory.length)) : null;
}

function decodedParts(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map(percentDecoded);
}

/** What stands behind the last separator; `a/b/` ends with `b`. */
function lastPart(path: string): string {
  return (
    path
      .split(/[/\\]/)
      .filter((part) => part.trim() !== '')
      .at(-1) ?? ''
  );
}
