/** What must hold of downloads, as rules of `invariants.ts`. */
import type { Rule } from './invariants.js';

export const DOWNLOAD_FAULTS: readonly Rule[] = [
  [
    'download belongs to no file',
    'downloads belong to no file',
    `SELECT f.path FROM download_files f LEFT JOIN urls u ON u.id = f.id AND u.kind = 'file' WHERE u.id IS NULL`,
  ],
  [
    'file was listed and is no download',
    'files were listed and are no downloads',
    `SELECT u.url FROM urls u LEFT JOIN download_files f ON f.id = u.id WHERE u.kind = 'file' AND f.id IS NULL`,
  ],
  [
    'download is of no page',
    'downloads are of no page',
    `SELECT f.path FROM download_files f LEFT JOIN urls u ON u.id = f.page_id AND u.kind = 'page' WHERE u.id IS NULL`,
  ],
  [
    'download has come, and has no size or digest',
    'downloads have come, and have no size or digest',
    `SELECT path FROM download_files WHERE state <> 'wanted'
        AND (coalesce(bytes, -1) < 0 OR sha256 IS NULL OR length(sha256) <> 64 OR sha256 GLOB '*[^0-9a-f]*')`,
  ],
  [
    'download lies under its name, and nobody knows since when',
    'downloads lie under their names, and nobody knows since when',
    `SELECT path FROM download_files WHERE state = 'done' AND (modified_at IS NULL OR fetched_at IS NULL)`,
  ],
  [
    'download is to be moved, and has not come',
    'downloads are to be moved, and have not come',
    `SELECT path FROM download_files WHERE moved_from IS NOT NULL AND state <> 'complete'`,
  ],
  [
    'path leads out of the folder of all, or is none',
    'paths lead out of the folder of all, or are none',
    `SELECT path FROM download_files WHERE path = '' OR '/' || path || '/' LIKE '%//%' OR '/' || path || '/' LIKE '%/../%'
        OR '/' || path || '/' LIKE '%/./%' OR instr(path, char(92)) > 0 OR path_key LIKE '/%'`,
  ],
  [
    'download has the name of a folder of others',
    'downloads have the names of folders of others',
    `SELECT path FROM download_files f WHERE EXISTS (SELECT 1 FROM download_files o
        WHERE o.path_key > f.path_key || '/' AND o.path_key < f.path_key || '0')`,
  ],
];

export const DOWNLOADS_OPEN: readonly Rule[] = [
  [
    'file has come, and has yet to get its name',
    'files have come, and have yet to get their names',
    `SELECT path FROM download_files WHERE state = 'complete'`,
  ],
  ['name is not final', 'names are not final', `SELECT path FROM download_files WHERE named = 0`],
];
