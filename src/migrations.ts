/**
 * The schema of a crawl file, version by version, and the views that are its public contract: plain
 * SQL, no functions of ours, so that any SQLite reader can open them while a crawl runs.
 */
import type { Migrations } from './database/version.js';
import {
  FOLLOWS,
  FRONTIER_SCHEMA,
  KINDS_AND_GUARDS,
  OTHERS_QUEUED,
  REASKING,
  ROBOTS_HOPS,
} from './frontier/schema.js';
import {
  COOKIE_TABLE,
  DOWNLOAD_FILES,
  EXECUTION_TABLES,
  FINAL_NAMES,
  STORE_SCHEMA,
  TRIES,
  TRY_PROXIES_AND_FORCES,
} from './store/schema.js';
import { WALK_TABLES } from './walk/schema.js';

// The frontier's and the store's parts are apart because only the first can be shared between machines.
const FIRST_VIEWS = `
CREATE VIEW pages AS
  SELECT u.id, u.request_key, u.request_key AS url, r.requested_url, u.state, r.http_status, r.title, u.depth,
         u.found_on, u.error, u.error_detail, u.attempts, r.content_type, r.body_bytes, r.body_sha256,
         r.fetched_at, r.duration_ms, d.target_url AS redirect_to, r.canonical_url
    FROM urls u LEFT JOIN records r ON r.id = u.id LEFT JOIN redirects d ON d.source_id = u.id;
CREATE VIEW backlinks AS SELECT target_id, source_id FROM links;
`;

const VIEWS_BY_KIND = `
DROP VIEW pages;
CREATE VIEW pages AS
  SELECT u.id, u.request_key, u.request_key AS url, r.requested_url, u.state, r.http_status, r.title,
         u.depth, u.found_on, u.error, u.error_detail, u.attempts, r.content_type, r.body_bytes, r.body_sha256,
         r.fetched_at, r.duration_ms, d.target_url AS redirect_to, r.canonical_url
    FROM urls u LEFT JOIN records r ON r.id = u.id LEFT JOIN redirects d ON d.source_id = u.id
   WHERE u.kind = 'page';
CREATE VIEW sitemaps AS
  SELECT u.id, u.url, u.state, r.http_status, u.error, u.error_detail, u.attempts, r.body_bytes, r.fetched_at,
         r.duration_ms, d.target_url AS redirect_to, u.found_on
    FROM urls u LEFT JOIN records r ON r.id = u.id LEFT JOIN redirects d ON d.source_id = u.id
   WHERE u.kind = 'sitemap';
`;

/** Entries of a task list are requests of their own, with their key for an identity, but answered as pages are. */
const VIEW_WITH_TASKS = `
DROP VIEW pages;
CREATE VIEW pages AS
  SELECT u.id, u.request_key, u.request_key AS url, r.requested_url, u.state, r.http_status, r.title, u.depth,
          u.found_on, u.error, u.error_detail, u.attempts, r.content_type, r.body_bytes, r.body_sha256,
         r.fetched_at, r.duration_ms, d.target_url AS redirect_to, r.canonical_url, r.proxy
    FROM urls u LEFT JOIN records r ON r.id = u.id LEFT JOIN redirects d ON d.source_id = u.id
   WHERE u.kind = 'page' OR u.kind = 'task';
`;

/** Done is what has its name: between the row and the name a kill leaves what the next start puts in order. */
const VIEW_OF_DOWNLOADS = `
CREATE VIEW downloads AS
  SELECT f.id, f.url, f.page_id, CASE WHEN u.state = 'done' AND f.state <> 'done' THEN 'queued' ELSE u.state END AS state,
         f.path, f.bytes, f.sha256, f.etag, f.last_modified, f.content_type, f.fetched_at, r.http_status, u.error,
         u.error_detail, u.attempts
    FROM download_files f JOIN urls u ON u.id = f.id LEFT JOIN records r ON r.id = f.id;
`;

/** Cookies, and the URLs that are asked once more because of them. */
const COOKIES = COOKIE_TABLE + REASKING;

export const MIGRATIONS: Migrations = [
  FRONTIER_SCHEMA + STORE_SCHEMA + FIRST_VIEWS,
  ROBOTS_HOPS,
  KINDS_AND_GUARDS + TRIES + VIEWS_BY_KIND,
  COOKIES,
  EXECUTION_TABLES + OTHERS_QUEUED + VIEW_WITH_TASKS,
  FOLLOWS + TRY_PROXIES_AND_FORCES,
  WALK_TABLES,
  DOWNLOAD_FILES + VIEW_OF_DOWNLOADS,
  FINAL_NAMES,
];
