/** Sitemaps as files, for hosts that serve them. */
import type { AnswerParts } from '../support/site.js';

/** HOST stands for the origin of the host that serves it. */
export function xml(body: string): AnswerParts {
  return { headers: { 'content-type': 'application/xml' }, body };
}

/** A `.gz` file. */
export function gz(body: Buffer): AnswerParts {
  return { headers: { 'content-type': 'application/gzip' }, body };
}

/** An entry: an address, or a path of the host that serves it. */
export function url(path: string): string {
  return `<url><loc>${path.startsWith('/') ? 'HOST' : ''}${path}</loc></url>`;
}

/** A sitemap of pages. */
export function urls(...all: readonly string[]): string {
  return `<urlset>${all.map(url).join('')}</urlset>`;
}

/** A sitemap of sitemaps. */
export function index(...all: readonly string[]): string {
  return `<sitemapindex>${all.map((path) => `<sitemap><loc>HOST${path}</loc></sitemap>`).join('')}</sitemapindex>`;
}
