/** What a file was when it came last: a login page that comes in its place is none of what was wanted. */
import type { Former } from '../protocol/download.js';
import { PAGE_TYPES } from '../protocol/page-types.js';
import { essenceOf } from './types.js';
import { isFileName } from './url-names.js';

/** Whether a Content-Type, as it is recorded, is that of a page. */
export function isPageType(contentType: string | null): boolean {
  const essence = essenceOf(contentType);
  return essence !== null && PAGE_TYPES.includes(essence);
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
