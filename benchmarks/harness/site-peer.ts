/** What every program that is compared by its crawl of a site says of itself. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathKey } from './static-site.js';
import type { Command } from './watched.js';

/** What is to be crawled, and where to keep it. */
export interface SiteJob {
  /** The page to start from. */
  readonly seed: string;
  readonly origin: string;
  /** Requests in flight, the same for all that can have more than one. */
  readonly connections: number;
  /** Threads, for programs that take a number of them. */
  readonly workers: number;
  /** Where everything goes that is written; empty but for `urls.txt`, all pages of the site, one a line. */
  readonly scratch: string;
}

export interface SitePeer {
  readonly name: string;
  /** As installed; null if it is not. */
  readonly version: () => string | null;
  /** How to get it, for a message. */
  readonly install: string;
  /** What a reader should know of the way it is called. */
  readonly note: string;
  readonly command: (job: SiteJob) => Command;
  /** Keys of the pages that it has got ({@link pathKey}), read when the clock has stopped. */
  readonly found: (job: SiteJob) => Iterable<string>;
  /** From its first request to the end of its last answer, ms; absent where it keeps no such times. */
  readonly steadyMs?: (job: SiteJob) => number;
  /** Its list has the addresses, too, that links lead to and the site does not have. */
  readonly listsDeadLinks?: boolean;
  /** It is given the list of pages and looks for none: a limit, not a rival. */
  readonly isLimit?: boolean;
}

/** The version of a package that is installed in a folder of its own; null if it is not. */
export function packageVersion(folder: string, name: string): string | null {
  try {
    const file = join(folder, 'node_modules', name, 'package.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version; // Every package.json has one.
  } catch {
    return null;
  }
}

/** The pages of a list of addresses, one a line. */
export function listedPages(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((url) => pathKey(url));
}

/** The pages among files that were saved under their paths: those that begin as HTML does. */
export function savedPages(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.map((name) => join(folder, name)).filter((file) => statSync(file).isFile());
  return files.filter(isHtml).map((file) => `/${relative(folder, file).split(sep).join('/')}`);
}

const HTML = /^(?:\uFEFF|\s|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype html|html)\b/is;
const SNIFFED = 1024;

function isHtml(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const start = Buffer.alloc(SNIFFED);
    return HTML.test(start.toString('utf8', 0, readSync(descriptor, start)));
  } finally {
    closeSync(descriptor);
  }
}
