-- The tables of a JdbcOutboxStore in PostgreSQL 10 or later, version 1. May be run again.
-- Another prefix or schema: replace "feedback_outbox_", and tell the store's builder.

CREATE TABLE IF NOT EXISTS feedback_outbox_meta (
  version integer NOT NULL PRIMARY KEY
);

INSERT INTO feedback_outbox_meta (version)
  SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM feedback_outbox_meta);

-- Whoever claims entries of a lane locks its row.
CREATE TABLE IF NOT EXISTS feedback_outbox_lane (
  name text NOT NULL PRIMARY KEY
);

-- One row for each entry and lane. Times are milliseconds since 1970; states are
-- 0 pending, 1 claimed, 2 delivered, 3 rejected, 4 superseded, 5 dropped, 6 parked.
CREATE TABLE IF NOT EXISTS feedback_outbox_entry (
  id uuid NOT NULL,
  lane text NOT NULL,
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  target_hash bigint NOT NULL,
  claim bigint NOT NULL DEFAULT 0,
  lease_until bigint NOT NULL DEFAULT 0,
  due_at bigint NOT NULL DEFAULT 0,
  added_at bigint NOT NULL,
  changed_at bigint NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  state smallint NOT NULL DEFAULT 0,
  form_version smallint NOT NULL,
  reason text,
  detail text,
  form text NOT NULL,
  PRIMARY KEY (id, lane)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX IF NOT EXISTS feedback_outbox_entry_turn
  ON feedback_outbox_entry (lane, state, seq);

CREATE INDEX IF NOT EXISTS feedback_outbox_entry_final
  ON feedback_outbox_entry (state, changed_at) WHERE state >= 2;

-- What is no longer kept, by what became of it; state -1 counts what was tried again.
CREATE TABLE IF NOT EXISTS feedback_outbox_total (
  lane text NOT NULL,
  state smallint NOT NULL,
  reason text NOT NULL,
  entries bigint NOT NULL,
  PRIMARY KEY (lane, state, reason)
);
