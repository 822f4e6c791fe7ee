/** The cookies a run begins with: what an earlier one left in the file, and what the user brings. */
import type { CrawlConfig } from '../config/config.js';
import type { CookieFile } from '../cookies/cookie-file.js';
import { CookieJar } from '../cookies/jar.js';
import { keepPrivate } from '../database/file.js';
import type { CrawlDatabase } from '../database/open.js';
import { Cookies } from '../delegator/cookies.js';
import { CookieTable } from '../store/cookies.js';
import { SettingsTable } from '../store/settings.js';

/** A setting of the file: when the cookies that were brought last had been written, ms since epoch. */
const COOKIES_BROUGHT = 'cookiesBroughtAt';

/**
 * The crawl's cookies, those brought stored with the others.
 *
 * @param file what the user brings; null = nothing
 * @param now  ms since epoch
 */
export function openCookies(
  { connection, path }: CrawlDatabase,
  config: CrawlConfig,
  file: CookieFile | null,
  now: number,
): Cookies {
  const table = new CookieTable(connection, () => keepPrivate(path));
  if (!config.cookies) return new Cookies(null, table);
  const jar = new CookieJar(table.read(now));
  const settings = new SettingsTable(connection);
  const broughtAt = Number(settings.read()?.[COOKIES_BROUGHT] ?? -Infinity);
  // Brought once and not written anew: what the site has made of it since holds, deleted cookies included.
  if (file !== null && file.writtenAt > broughtAt) {
    const changes = jar.bring(file.cookies, file.writtenAt, now);
    connection.transaction(() => {
      table.write(changes);
      settings.write({ [COOKIES_BROUGHT]: String(file.writtenAt) });
    })();
  }
  return new Cookies(jar, table);
}
