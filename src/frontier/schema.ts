/**
 * The frontier's tables. `hosts` and `links` are also part of the public contract (README); the others
 * are ours, and people read them through the view `pages` (src/migrations.ts).
 *
 * A URL is claimable when it is queued and not waiting: `state = 'queued' AND not_before IS NULL`.
 * `hosts.claimable` counts them per host, so that a claim never looks at hosts without work.
 */
export const FRONTIER_SCHEMA = `
CREATE TABLE hosts (
  id               INTEGER PRIMARY KEY,
  host             TEXT NOT NULL UNIQUE,        -- scheme and authority, the unit of politeness
  claimable        INTEGER NOT NULL DEFAULT 0,  -- URLs that could be claimed now, politeness aside
  next_fetch_at    INTEGER NOT NULL DEFAULT 0,  -- not before: crawl delay, blocks, back-off; ms since epoch
  blocked_until    INTEGER,                     -- set by a refusal (429, 503) or by failures in a row
  crawl_delay_ms   INTEGER,                     -- from robots.txt, capped
  failures         INTEGER NOT NULL DEFAULT 0,  -- unsuccessful answers in a row
  waits            INTEGER NOT NULL DEFAULT 0,  -- waits asked for by Retry-After in a row
  last_success_at  INTEGER,
  last_answer_at   INTEGER,
  failing_since    INTEGER,                     -- first trouble since the last success
  excused_ms       INTEGER NOT NULL DEFAULT 0,  -- of that: waits it asked for, and time in which we could ask nobody
  excused_at       INTEGER,                     -- up to when such time has been excused
  given_up         TEXT,                        -- the failure code its URLs end with
  robots_status    INTEGER,                     -- HTTP status of the robots.txt in force
  robots_fetched_at INTEGER,                    -- its age; NULL = never had a definite answer
  robots_attempts  INTEGER NOT NULL DEFAULT 0,  -- indefinite answers in a row
  robots_txt       TEXT
);
CREATE INDEX hosts_ready ON hosts(next_fetch_at) WHERE claimable > 0;
CREATE INDEX hosts_given_up ON hosts(id) WHERE given_up IS NOT NULL AND claimable > 0;

CREATE TABLE urls (
  id           INTEGER PRIMARY KEY,
  request_key  TEXT NOT NULL UNIQUE,            -- identity; the canonical URL for crawled GETs
  host_id      INTEGER NOT NULL REFERENCES hosts(id),
  state        TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'done', 'failed', 'skipped')),
  error        TEXT,                            -- failure code or skip reason
  error_detail TEXT,
  depth        INTEGER,                         -- shortest known distance; NULL = reached by unfollowed links only
  hops         INTEGER NOT NULL,                -- redirects on the shortest known chain of them
  found_on     INTEGER,                         -- the page whose link gave the depth
  seed_hops    INTEGER NOT NULL,                -- redirects since a seed; up to 20 of them scope does not apply
  attempts     INTEGER NOT NULL DEFAULT 0,
  refusals     INTEGER NOT NULL DEFAULT 0,      -- 429 and 503: behind the host's others by that many
  not_before   INTEGER,                         -- waiting for a retry; NULL = not waiting
  respelt      TEXT,                            -- the spelling to ask for, after a redirect to its own key
  suspect      INTEGER NOT NULL DEFAULT 0,      -- 1: shared a thread that died; 2: a thread died with it alone
  link_count   INTEGER                          -- edges filed for it; NULL = not a page
);
CREATE INDEX urls_claimable ON urls(host_id, refusals, depth, id) WHERE state = 'queued' AND not_before IS NULL;
CREATE INDEX urls_waiting ON urls(not_before) WHERE not_before IS NOT NULL;
CREATE INDEX urls_leased ON urls(id) WHERE state = 'leased';
CREATE INDEX urls_open_seeds ON urls(id) WHERE seed_hops <= 20 AND state IN ('queued', 'leased');
CREATE INDEX urls_of_seeds ON urls(id) WHERE seed_hops <= 20;

CREATE TABLE links (
  source_id INTEGER NOT NULL,
  target_id INTEGER NOT NULL,
  nofollow  INTEGER NOT NULL,                   -- 0; 1 = rel, followed; 2 = page-level, not followed
  PRIMARY KEY (source_id, target_id)
) WITHOUT ROWID;

CREATE TABLE redirects (
  source_id  INTEGER PRIMARY KEY,
  target_url TEXT NOT NULL,
  verdict    TEXT NOT NULL,                     -- protocol Verdict of the target as a link
  target_id  INTEGER                            -- NULL = not admitted: beyond the hop limit, or still to be judged
);
CREATE INDEX redirects_by_target ON redirects(target_id) WHERE target_id IS NOT NULL;

-- Work left to do, in bounded steps: URLs whose shorter depth is not yet handed on.
CREATE TABLE relaxations (
  depth  INTEGER NOT NULL,                      -- lowest first: most are then handed on only once
  url_id INTEGER NOT NULL,
  PRIMARY KEY (depth, url_id)
) WITHOUT ROWID;

-- Links and redirects out of scope while a seed's redirect chain may still widen it.
CREATE TABLE deferred (
  source_id INTEGER NOT NULL,
  target    TEXT NOT NULL,
  nofollow  INTEGER NOT NULL,                   -- as in links; 3 = a redirect
  scope_key TEXT NOT NULL,
  PRIMARY KEY (source_id, target)
) WITHOUT ROWID;
CREATE INDEX deferred_by_scope ON deferred(scope_key);

CREATE TABLE outside_hosts (host TEXT PRIMARY KEY, links INTEGER NOT NULL) WITHOUT ROWID;
`;

/**
 * Hops of a way that cannot be walked, as stored: no chain of redirects is that long. A URL with so many
 * `seed_hops` is on no seed's chain.
 */
export const NO_HOPS = 1_000_000;

/** Keys of the pages at the end of a seed's redirects: the scope of each belongs to the crawl. */
export const WON_PAGES = `SELECT request_key FROM urls
  WHERE seed_hops < ${NO_HOPS} AND state = 'done' AND link_count IS NOT NULL`;

/**
 * Version 3: other requests than pages (sitemaps), guards against endless sites, a limit on redirects that may
 * be chosen.
 */
export const KINDS_AND_GUARDS = `
ALTER TABLE urls ADD COLUMN kind TEXT NOT NULL DEFAULT 'page';  -- page or sitemap
ALTER TABLE urls ADD COLUMN url TEXT;                           -- what is asked for; NULL = request_key is it

UPDATE urls SET hops = ${NO_HOPS} WHERE hops > 20;
UPDATE urls SET seed_hops = ${NO_HOPS} WHERE seed_hops > 20;
DROP INDEX urls_open_seeds;
DROP INDEX urls_of_seeds;
CREATE INDEX urls_open_seeds ON urls(id) WHERE seed_hops < ${NO_HOPS} AND state IN ('queued', 'leased');
CREATE INDEX urls_of_seeds ON urls(id) WHERE seed_hops < ${NO_HOPS};
CREATE INDEX urls_failed ON urls(host_id) WHERE state = 'failed';

-- Which sitemap lists which page: a way in, at depth 0, that is no link.
CREATE TABLE sitemap_urls (
  page_id    INTEGER NOT NULL,
  sitemap_id INTEGER NOT NULL,
  PRIMARY KEY (page_id, sitemap_id)
) WITHOUT ROWID;
ALTER TABLE hosts ADD COLUMN sitemaps INTEGER NOT NULL DEFAULT 0;  -- 1: its sitemaps have been admitted

-- Variants of one page, by origin and path with identifiers masked; see url/pattern.ts.
CREATE TABLE patterns (
  id       INTEGER PRIMARY KEY,
  pattern  TEXT NOT NULL UNIQUE,
  admitted INTEGER NOT NULL DEFAULT 0,          -- URLs of it that were ever queued
  example  TEXT NOT NULL
);
CREATE INDEX patterns_by_size ON patterns(admitted) WHERE admitted >= 1000;
ALTER TABLE hosts ADD COLUMN admitted INTEGER NOT NULL DEFAULT 0;  -- URLs of it that were ever queued
UPDATE hosts SET admitted = c.n FROM
  (SELECT host_id, count(*) AS n FROM urls WHERE state <> 'skipped' GROUP BY host_id) AS c WHERE hosts.id = c.host_id;

-- URLs held back by a guard, and by what.
CREATE TABLE held (
  url_id     INTEGER PRIMARY KEY,
  host_id    INTEGER NOT NULL,
  pattern_id INTEGER                            -- NULL = by the number of URLs of its host
);
`;

/** Version 2: a robots.txt that is redirected goes on from where it was. */
export const ROBOTS_HOPS = `
ALTER TABLE hosts ADD COLUMN robots_hop TEXT;                          -- where a redirected robots.txt is to be asked for next
ALTER TABLE hosts ADD COLUMN robots_hops INTEGER NOT NULL DEFAULT 0;   -- redirects on the way there
`;

/** A circle of redirects in which cookies had a part is asked once more; what was found through it stays found. */
export const REASKING = `
ALTER TABLE redirects ADD COLUMN cookies INTEGER NOT NULL DEFAULT 0;   -- 1: some went with the request or came with the answer
ALTER TABLE urls ADD COLUMN reasked INTEGER NOT NULL DEFAULT 0;        -- 1: asked once more already
-- Redirects that were answered before the URL was asked once more: ways that depths still come by.
CREATE TABLE detours (
  source_id  INTEGER PRIMARY KEY,
  target_url TEXT NOT NULL,
  verdict    TEXT NOT NULL,
  target_id  INTEGER NOT NULL
);
`;

/** Version 6: which page or task followed which task, for the depth of tasks and for trying them again with a list. */
export const FOLLOWS = `
CREATE TABLE follows (
  source_id INTEGER NOT NULL,
  target_id INTEGER NOT NULL,
  PRIMARY KEY (source_id, target_id)
) WITHOUT ROWID;
`;

/** Version 5: what is queued besides pages is found without looking at these, which may be more than may be asked for. */
export const OTHERS_QUEUED = `
CREATE INDEX urls_others_claimable ON urls(host_id, refusals, depth, id)
  WHERE state = 'queued' AND not_before IS NULL AND kind <> 'page';
`;
