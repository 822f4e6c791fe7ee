/**
 * The store's tables: what was fetched (`records`, read through the view `pages`), every process life
 * (`runs`), and the settings that must stay the same for the file's whole life.
 */
export const STORE_SCHEMA = `
CREATE TABLE records (
  id            INTEGER PRIMARY KEY,   -- as in urls
  requested_url TEXT,                  -- only where spelt differently from the key
  http_status   INTEGER,
  title         TEXT,
  content_type  TEXT,
  body_bytes    INTEGER,
  body_sha256   TEXT,
  fetched_at    INTEGER NOT NULL,
  duration_ms   INTEGER NOT NULL,
  canonical_url TEXT,
  filtered_links INTEGER               -- in scope, but refused by profile, include or exclude
);

CREATE TABLE runs (
  id           INTEGER PRIMARY KEY,
  command_line TEXT NOT NULL,          -- secrets redacted
  version      TEXT NOT NULL,
  started_at   INTEGER NOT NULL,
  ended_at     INTEGER,                -- NULL: still running, or killed
  outcome      TEXT,
  exit_status  INTEGER,
  pages        INTEGER NOT NULL DEFAULT 0,   -- HTML pages fetched in this run
  requests     INTEGER NOT NULL DEFAULT 0,
  bytes        INTEGER NOT NULL DEFAULT 0,
  done         INTEGER,                -- URLs of the file by state when the run ended
  failed       INTEGER,
  skipped      INTEGER,
  queued       INTEGER
);

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** Version 3: answers that were not the last word on a URL, for `explain`; what --strip-param changed. */
export const TRIES = `
CREATE TABLE tries (
  url_id      INTEGER NOT NULL,
  asked_at    INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  http_status INTEGER,
  error       TEXT,                    -- failure code
  detail      TEXT
);
CREATE INDEX tries_by_url ON tries(url_id);
ALTER TABLE records ADD COLUMN stripped_links INTEGER;  -- addresses that query parameters were taken out of
`;

/** The cookies of the crawl: the only secrets in the file, and never part of what is exported. */
export const COOKIE_TABLE = `
CREATE TABLE cookies (
  domain     TEXT NOT NULL,            -- host name, without port
  host_only  INTEGER NOT NULL,         -- 0: for its subdomains, too
  path       TEXT NOT NULL,
  name       TEXT NOT NULL,
  value      TEXT NOT NULL,            -- bytes as Latin-1
  secure     INTEGER NOT NULL,
  http_only  INTEGER NOT NULL,
  expires_at INTEGER,                  -- ms since epoch; NULL = as long as the crawl
  created_at INTEGER NOT NULL,
  set_at     INTEGER NOT NULL,
  PRIMARY KEY (domain, name, path, host_only)
) WITHOUT ROWID;
`;

/**
 * Version 5: user code on pages. A task is what executors are run on: a crawled page, or an entry of a task list.
 * `executions` keeps the last word of each executor on each task; bodies are kept where that is asked for.
 */
export const EXECUTION_TABLES = `
CREATE TABLE tasks (
  id      INTEGER PRIMARY KEY,
  key     TEXT NOT NULL UNIQUE,        -- the URL of a crawled page, or the key in the task list
  page_id INTEGER NOT NULL,            -- in urls
  params  TEXT NOT NULL                -- JSON object
);
CREATE INDEX tasks_by_page ON tasks(page_id);

CREATE TABLE executions (
  task_id     INTEGER NOT NULL,
  executor    TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('success', 'failed', 'skipped')),
  output      TEXT,                    -- JSON, of a success
  error       TEXT,                    -- of a failure: its code, a colon, a text
  last_run    INTEGER,                 -- when it began, ms since epoch; NULL = never ran
  duration_ms INTEGER,
  attempts    INTEGER NOT NULL,        -- how often it was run
  code_hash   TEXT,                    -- SHA-256 of the module's source when it ran, hex
  PRIMARY KEY (task_id, executor)
);

CREATE TABLE bodies (
  page_id INTEGER PRIMARY KEY,
  url     TEXT NOT NULL,               -- the address that answered, redirects followed
  status  INTEGER NOT NULL,
  headers TEXT NOT NULL,               -- JSON: names in lower case, a list where one came more than once
  body    BLOB NOT NULL                -- content codings undone, then gzip
);

ALTER TABLE records ADD COLUMN proxy TEXT;  -- which proxy served the answer, without its password
`;

/** Files that listing pages lead to, and where each lies; read through the view `downloads`. */
export const DOWNLOAD_FILES = `
CREATE TABLE download_files (
  id            INTEGER PRIMARY KEY,   -- as in urls
  page_id       INTEGER NOT NULL,      -- the listing page whose link it is, in urls
  url           TEXT NOT NULL,         -- the address that the link names
  state         TEXT NOT NULL CHECK (state IN ('wanted', 'complete', 'done')),
  path          TEXT NOT NULL,         -- relative to --into, parts joined by /
  path_key      TEXT NOT NULL UNIQUE,  -- one for all spellings that a file system may take for the same path
  bytes         INTEGER,
  sha256        TEXT,                  -- of the file as it lies there, hex
  etag          TEXT,
  last_modified TEXT,
  content_type  TEXT,
  modified_at   INTEGER,               -- of the file on disk when it was put there, ms since epoch
  fetched_at    INTEGER                -- ms since epoch
);
CREATE INDEX download_files_by_page ON download_files(page_id);
CREATE INDEX download_files_complete ON download_files(id) WHERE state = 'complete';
`;

/** Which names of files are final, and what it takes to give others. */
export const FINAL_NAMES = `
ALTER TABLE download_files ADD COLUMN disposition TEXT;   -- the name that the server gave with it first, raw
ALTER TABLE download_files ADD COLUMN named INTEGER NOT NULL DEFAULT 1;  -- 0: the path may change until a run has ended by itself
ALTER TABLE download_files ADD COLUMN moved_from TEXT;    -- the path that it is to be taken away from first
CREATE INDEX download_files_moved ON download_files(id) WHERE moved_from IS NOT NULL;
`;

/** Version 6: which proxy a try went through; what --force still has to run again. */
export const TRY_PROXIES_AND_FORCES = `
ALTER TABLE tries ADD COLUMN proxy TEXT;  -- without its password; NULL = none

-- One row for each executor of a --force that is not complete.
CREATE TABLE forces (
  executor  TEXT NOT NULL,
  tasks     TEXT NOT NULL,             -- digest of the keys of the list; '' = a crawl
  code_hash TEXT NOT NULL,             -- of the code it was asked for
  since     INTEGER NOT NULL,          -- what was run since then is done, ms since epoch
  PRIMARY KEY (executor, tasks)
) WITHOUT ROWID;
`;
