/**
 * Files to be downloaded, in the queue as all else. They lead nowhere and are no part of the link graph: a listing page
 * names them, and whether one of them is wanted is decided outside, by what is on disk.
 */
import type { Connection, Statement } from '../database/connection.js';
import { InvariantError } from '../errors.js';
import type { AdmittedFile, FileAdmission, ListedFile, ListingPage } from './listing.js';
import type { HostTable } from './hosts.js';
import { NO_HOPS } from './schema.js';
import type { UrlRow, UrlTable } from './urls.js';

interface Ancestor {
  readonly key: string;
  readonly depth: number | null;
  readonly foundOn: number | null;
  readonly isRedirect: 0 | 1;
}

const NO_PAGE = `kind = 'page' AND state = 'skipped' AND error = 'content-type'`;

/** These are asked for again: start pages may have become pages, and what redirects lead to only answers tell. */
const FORGET = `
UPDATE urls SET error = 'out-of-scope' WHERE ${NO_PAGE}
  AND (found_on IS NULL OR id IN (SELECT target_id FROM redirects) OR @again IS NULL
    OR request_key IN (SELECT value FROM json_each(@again)))`;

/**
 * What a run finds that lists files: all pages as if they had never been reached, no file in the queue. What is no page
 * is known, and not asked for again.
 */
const BEGIN = `
UPDATE urls SET depth = NULL, hops = ${NO_HOPS}, seed_hops = ${NO_HOPS} WHERE ${NO_PAGE};
DELETE FROM links; DELETE FROM redirects; DELETE FROM detours; DELETE FROM relaxations; DELETE FROM deferred;
DELETE FROM outside_hosts; DELETE FROM held;
UPDATE urls SET state = 'skipped', error = 'out-of-scope', error_detail = NULL, depth = NULL, hops = ${NO_HOPS},
  seed_hops = ${NO_HOPS}, found_on = NULL, attempts = 0, refusals = 0, not_before = NULL, suspect = 0, respelt = NULL,
  reasked = 0, link_count = NULL WHERE kind = 'page' AND NOT (${NO_PAGE});
UPDATE urls SET state = 'skipped', error = 'out-of-scope', error_detail = NULL, not_before = NULL
  WHERE kind = 'file' AND state IN ('queued', 'leased');
`;

export class FileQueue implements FileAdmission {
  readonly #connection: Connection;
  readonly #urls: UrlTable;
  readonly #hosts: HostTable;
  readonly #again: Statement<[{ readonly id: number; readonly hostId: number }]>;
  readonly #move: Statement<[{ readonly id: number; readonly hostId: number; readonly url: string }]>;
  readonly #ancestor: Statement<[number], Ancestor>;
  /** Of this run. */
  readonly #listings = new Map<number, ListingPage>();

  constructor(
    connection: Connection,
    { urls, hosts }: { readonly urls: UrlTable; readonly hosts: HostTable },
  ) {
    this.#connection = connection;
    this.#urls = urls;
    this.#hosts = hosts;
    this.#again = connection.prepare(
      `UPDATE urls SET state = 'queued', error = NULL, error_detail = NULL, attempts = 0, refusals = 0, suspect = 0,
         not_before = NULL, respelt = NULL, hops = 0, host_id = @hostId WHERE id = @id`,
    );
    this.#move = connection.prepare(
      `UPDATE urls SET state = 'queued', suspect = 0, respelt = @url, hops = hops + 1, host_id = @hostId WHERE id = @id`,
    );
    this.#ancestor = connection.prepare(
      `SELECT coalesce(u.url, u.request_key) AS key, u.depth, u.found_on AS foundOn, d.source_id IS NOT NULL AS isRedirect
         FROM urls u LEFT JOIN redirects d ON d.source_id = u.id WHERE u.id = ?`,
    );
  }

  /** See `Frontier.beginListing`. Counts of queued URLs are wrong until they are made anew. */
  begin(again: readonly string[] | null): void {
    this.#connection.prepare(FORGET).run({ again: again === null ? null : JSON.stringify(again) });
    this.#connection.exec(BEGIN);
    // The same command is given again to try again what failed.
    this.#hosts.forgive('all');
  }

  admit({ key, url, depth, foundOn }: ListedFile): AdmittedFile {
    return this.#urls.admitFile({
      requestKey: `file:${key}`,
      url,
      depth,
      hostId: this.#hosts.idOf(url),
      foundOn,
    });
  }

  isNoPage(key: string): boolean {
    return this.#urls.isNoPage(key);
  }

  queue(id: number): void {
    const row = this.#urls.row(id);
    const hostId = this.#hosts.idOf(row.url);
    this.#urls.moveTo(row, hostId);
    this.#again.run({ id, hostId });
  }

  /** A lease is queued again, for another address. */
  move(row: UrlRow, url: string): void {
    const hostId = this.#hosts.idOf(url);
    this.#urls.moveTo(row, hostId);
    this.#move.run({ id: row.id, hostId, url });
  }

  /** See `Frontier.listingOf`. */
  listingOf(pageId: number): ListingPage {
    const known = this.#listings.get(pageId);
    if (known !== undefined) return known;
    const page = this.#ancestor.get(pageId);
    if (page === undefined) throw new InvariantError(`there is no page ${pageId}`);
    let start = page.key;
    let typed = page.key;
    for (let id = page.foundOn; id !== null;) {
      const ancestor: Ancestor | undefined = this.#ancestor.get(id);
      if (ancestor === undefined) break;
      if (ancestor.isRedirect === 0) start = ancestor.key;
      typed = ancestor.key;
      id = ancestor.foundOn;
    }
    const { key, depth, foundOn } = page;
    const found = { id: pageId, key, depth: depth ?? 0, foundOn, start, typed };
    this.#listings.set(pageId, found);
    return found;
  }
}
