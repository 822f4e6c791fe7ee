/** The tables of random walks. `walk_steps` is part of the public contract (README); the others are ours. */
export const WALK_TABLES = `
-- One row: what makes the walk of this file this walk.
CREATE TABLE walk (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  rng_seed INTEGER NOT NULL,
  rounds   INTEGER NOT NULL              -- 1: walkers move in rounds, so that the seed repeats the walk
);

CREATE TABLE walkers (
  walker     INTEGER PRIMARY KEY,        -- from 1, in the order of the seeds
  seed       TEXT NOT NULL,              -- key of the URL where it starts
  steps      INTEGER NOT NULL,           -- steps taken; -1 = it has not reached its first page
  at_id      INTEGER,                    -- the page whose links it chooses from
  heading_id INTEGER,                    -- the URL it has chosen, or was redirected to; NULL = none
  via_id     INTEGER,                    -- the URL it had chosen, where that was redirected
  draws      INTEGER NOT NULL DEFAULT 0, -- random numbers drawn: with rng_seed the state of its generator
  ended      TEXT,                       -- nowhere: no page of its trail leads on; no-page: its seed led to none
  detail     TEXT                        -- why its seed led to none
);

CREATE TABLE walk_steps (
  walker  INTEGER NOT NULL,
  step    INTEGER NOT NULL,              -- 0 = the start
  page_id INTEGER NOT NULL,
  from_id INTEGER,                       -- the page whose link was chosen
  via_id  INTEGER,                       -- the URL of that link, where it was redirected to the page
  move    TEXT NOT NULL CHECK (move IN ('start', 'link', 'back')),
  PRIMARY KEY (walker, step)
) WITHOUT ROWID;
CREATE UNIQUE INDEX walk_steps_by_page ON walk_steps(page_id, walker);
-- Several walkers may start at one page; no other is visited twice.
CREATE UNIQUE INDEX walk_steps_once ON walk_steps(page_id) WHERE move <> 'start';
`;
