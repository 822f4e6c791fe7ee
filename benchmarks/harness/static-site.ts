/**
 * A site of HTML files, and the pages of it that links lead to: found by a plain scan of the files that shares no code
 * with the crawler's.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { Parser } from 'htmlparser2';
import { DemoWiki } from '#src/demo/wiki.js';

/** Where requests go is of no importance here. */
const ORIGIN = 'http://site.test';

/** Endings of files that are no pages, and what they are; every other file of a site is served as HTML. */
export const OTHER_TYPES: Readonly<Record<string, string>> = {
  css: 'text/css',
  gif: 'image/gif',
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  xml: 'application/xml',
  zip: 'application/zip',
};

export interface StaticSite {
  readonly folder: string;
  /** Path of the page to start from. */
  readonly start: string;
  /** Paths as they stand in a URL, by key, of all pages that links lead to. */
  readonly pages: ReadonlyMap<string, string>;
}

/** What tells a page: its path, decoded. Programs that save pages name the files so. */
export function pathKey(url: string): string {
  const path = new URL(url, ORIGIN).pathname;
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // A lone percent sign.
  }
}

/**
 * The articles of a demo wiki as files. Redirects, missing pages and whatever else only a server can have are left out,
 * links to them lead nowhere, and all others are spelt alike: every link of the site is one to a page.
 */
export function writeDemoSite(pages: number, folder: string): StaticSite {
  const wiki = new DemoWiki({ pages });
  const paths = new Map(
    Array.from({ length: pages }, (_, id) => {
      const path = wiki.urlOf(id, '');
      return [pathKey(path), path] as const;
    }),
  );
  for (const [key, path] of paths) {
    const html = wiki.respond(path, ORIGIN).body.toString();
    const spelt = (link: string, href: string): string => {
      const base = `${ORIGIN}${path}`;
      if (!URL.canParse(unescaped(href), base)) return NOWHERE;
      const { origin, search, pathname, hash } = new URL(unescaped(href), base);
      if (origin !== ORIGIN) return link;
      const known = search === '' ? paths.get(pathKey(pathname)) : undefined;
      return known === undefined ? NOWHERE : ` href="${known}${hash}"`;
    };
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), html.replace(/ href="([^"]*)"/g, spelt));
  }
  return siteIn(folder, wiki.urlOf(0, ''));
}

/** @param start path of a page below the folder, as it stands in a URL */
export function siteIn(folder: string, start: string): StaticSite {
  const pages = new Map([[pathKey(start), start]]);
  // A map may grow while it is walked through.
  for (const [key, path] of pages)
    for (const target of linksOf(join(folder, key), path)) {
      const known = pathKey(target);
      if (!pages.has(known) && isPage(join(folder, known))) pages.set(known, target);
    }
  return { folder, start, pages };
}

const NOWHERE = ' href="#"';

function unescaped(href: string): string {
  return href.replaceAll('&amp;', '&');
}

function isPage(file: string): boolean {
  return (
    existsSync(file) && statSync(file).isFile() && !(extname(file).slice(1).toLowerCase() in OTHER_TYPES)
  );
}

/** Paths on the same site that `a` and `area` elements of a page lead to. */
function linksOf(file: string, path: string): Set<string> {
  const found = new Set<string>();
  let base = `${ORIGIN}${path}`;
  const parser = new Parser({
    onopentag(name, { href }) {
      if (href === undefined || !URL.canParse(href, base)) return;
      const target = new URL(href, base);
      if (name === 'base') base = target.href;
      if ((name === 'a' || name === 'area') && target.origin === ORIGIN && target.search === '')
        found.add(target.pathname);
    },
  });
  parser.end(readFileSync(file, 'utf8'));
  return found;
}
