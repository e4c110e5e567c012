-- The tables of a JdbcOutboxStore in SQLite 3.51.3 or later, version 1. May be run again.
-- Another prefix: replace "feedback_outbox_", and tell the store's builder.

CREATE TABLE IF NOT EXISTS feedback_outbox_meta (
  version INTEGER NOT NULL PRIMARY KEY
);

INSERT INTO feedback_outbox_meta (version)
  SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM feedback_outbox_meta);

CREATE TABLE IF NOT EXISTS feedback_outbox_lane (
  name TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- One row for each entry and lane. Times are milliseconds since 1970; states are
-- 0 pending, 1 claimed, 2 delivered, 3 rejected, 4 superseded, 5 dropped, 6 parked.
CREATE TABLE IF NOT EXISTS feedback_outbox_entry (
  seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  lane TEXT NOT NULL,
  target_hash INTEGER NOT NULL,
  claim INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL DEFAULT 0,
  added_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL DEFAULT 0,
  form_version INTEGER NOT NULL,
  reason TEXT,
  detail TEXT,
  form TEXT NOT NULL,
  UNIQUE (id, lane)
);

CREATE INDEX IF NOT EXISTS feedback_outbox_entry_turn
  ON feedback_outbox_entry (lane, state, seq);

CREATE INDEX IF NOT EXISTS feedback_outbox_entry_final
  ON feedback_outbox_entry (state, changed_at) WHERE state >= 2;

-- What is no longer kept, by what became of it; state -1 counts what was tried again.
CREATE TABLE IF NOT EXISTS feedback_outbox_total (
  lane TEXT NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  entries INTEGER NOT NULL,
  PRIMARY KEY (lane, state, reason)
) WITHOUT ROWID;
