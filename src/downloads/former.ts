/** What a file was when it came last: a login page that comes in its place is none of what was wanted. */
import type { Former } from '../protocol/download.js';
import { isFileName } from './url-names.js';

/** The types that are read as pages, in a Content-Type as it is recorded. */
const PAGE_TYPE = /^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i;

/** Whether a Content-Type is that of a page. */
export function isPageType(contentType: string | null): boolean {
  return contentType !== null && PAGE_TYPE.test(contentType);
}

/**
 * Whether a page cannot be what a file has become. Where the server has called something a page that is named otherwise,
 * as some do with all that a script hands out, the name counts unless it comes again.
 *
 * @param disposition the name that comes with the page, raw; null = none does
 */
export function isNoPage({ path, contentType }: Former, disposition: string | null): boolean {
  if (contentType !== null && !isPageType(contentType)) return true;
  return isFileName(path) && !isFileName(disposition ?? '');
}
