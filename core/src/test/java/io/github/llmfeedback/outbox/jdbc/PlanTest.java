package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which index a statement uses, when there are many entries and most are final. */
class PlanTest {
  private static final int ROWS = 100_000;

  /** What the statements of the store ask, with values in place of its arguments. */
  private static final String PAGE =
      "SELECT id, seq, target_hash, due_at FROM feedback_outbox_entry"
          + " WHERE lane = 'a' AND state = 0 AND seq > 10 ORDER BY seq LIMIT 100";

  private static final String CLAIMED =
      "SELECT target_hash FROM feedback_outbox_entry WHERE lane = 'a' AND state = 1"
          + " ORDER BY seq";

  private static final String OPEN =
      "SELECT 1 FROM feedback_outbox_entry WHERE lane = 'a' AND state IN (0, 1) LIMIT 1";

  private static final String OLDEST_FINAL =
      "SELECT seq FROM feedback_outbox_entry WHERE state >= 2 AND state = 2"
          + " AND changed_at <= 5 ORDER BY changed_at LIMIT 2000";

  private static final String FIND =
      "SELECT form FROM feedback_outbox_entry"
          + " WHERE id = '00000000-0000-7000-8000-000000000005' ORDER BY lane";

  private static final String LEASES =
      "UPDATE feedback_outbox_entry SET state = 0 WHERE lane = 'a' AND state = 1"
          + " AND lease_until <= 7";

  @Test
  void sqliteSearchesByAnIndexAndSortsNothing() {
    try (Opened opened = new Opened(Database.SQLITE)) {
      fill(
          opened,
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)",
          "printf('%%08x-0000-7000-8000-%%012x', i / 1000, i)");
      opened.execute("ANALYZE");
      holds(opened, PAGE, "USING INDEX feedback_outbox_entry_turn (lane=? AND state=? AND seq>?)");
      holds(opened, CLAIMED, "USING INDEX feedback_outbox_entry_turn (lane=? AND state=?)");
      holds(opened, OPEN, "USING COVERING INDEX feedback_outbox_entry_turn (lane=? AND state=?)");
      holds(opened, OLDEST_FINAL, "feedback_outbox_entry_final (state=? AND changed_at<?)");
      holds(opened, FIND, "USING INDEX sqlite_autoindex_feedback_outbox_entry_1 (id=?)");
      holds(opened, LEASES, "USING INDEX feedback_outbox_entry_turn (lane=? AND state=?)");
      holds(
          opened,
          "UPDATE feedback_outbox_entry SET state = 1 WHERE lane || '' = 'a' AND +state = 0"
              + " AND id IN (SELECT value FROM json_each('[\"a\",\"b\"]'))",
          "sqlite_autoindex_feedback_outbox_entry_1 (id=?)");
      holds(
          opened,
          "SELECT seq FROM feedback_outbox_entry WHERE lane || '' = 'a' AND +state = 0"
              + " AND id < '00000003' ORDER BY id LIMIT 1000",
          "sqlite_autoindex_feedback_outbox_entry_1 (id<?)");
    }
  }

  @Test
  void postgresqlSearchesByAnIndexAndSortsNothing() {
    try (Opened opened = new Opened(Database.POSTGRESQL)) {
      fill(
          opened,
          "WITH n (i) AS (SELECT generate_series(1, %d))",
          "(lpad(to_hex(i / 1000), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid");
      opened.execute("ANALYZE feedback_outbox_entry");
      holds(opened, PAGE, "Index Scan using feedback_outbox_entry_turn");
      holds(opened, CLAIMED, "using feedback_outbox_entry_turn");
      holds(opened, OPEN, "using feedback_outbox_entry_turn");
      holds(opened, OLDEST_FINAL, "Index Scan using feedback_outbox_entry_final");
      holds(opened, FIND, "Index Scan using feedback_outbox_entry_pkey");
      holds(opened, LEASES, "using feedback_outbox_entry_turn");
      holds(
          opened,
          "UPDATE feedback_outbox_entry SET state = 1 WHERE lane || '' = 'a' AND +state = 0"
              + " AND id = ANY ('{00000000-0000-7000-8000-000000000005,"
              + "00000000-0000-7000-8000-000000000006}')",
          "Index Scan using feedback_outbox_entry_pkey");
      holds(
          opened,
          "DELETE FROM feedback_outbox_entry WHERE ctid = ANY (ARRAY(SELECT ctid"
              + " FROM feedback_outbox_entry WHERE state >= 2 AND state = 2 AND changed_at <= 5"
              + " ORDER BY changed_at LIMIT 2000 FOR UPDATE SKIP LOCKED))",
          "Tid Scan on feedback_outbox_entry");
      holds(
          opened,
          "UPDATE feedback_outbox_entry e SET state = s.state FROM unnest("
              + "'{00000000-0000-7000-8000-000000000005}'::uuid[], '{1}'::bigint[],"
              + " '{2}'::smallint[]) s (id, claim, state)"
              + " WHERE e.id = s.id AND e.lane || '' = 'a' AND +e.state = 1"
              + " AND e.claim = s.claim",
          "Index Scan using feedback_outbox_entry_pkey");
    }
  }

  /** One of a hundred is pending, one of a thousand is claimed, the others are delivered. */
  private static void fill(Opened opened, String numbers, String id) {
    opened.execute(
        numbers.formatted(ROWS)
            + " INSERT INTO feedback_outbox_entry (id, lane, target_hash, added_at, changed_at,"
            + " state, form_version, form) SELECT "
            + id.replace("%%", "%")
            + ", 'a', i, i, i, CASE WHEN i % 1000 = 0 THEN 1 WHEN i % 100 = 0 THEN 0 ELSE 2 END,"
            + " 1, '{}' FROM n");
  }

  private static void holds(Opened opened, String statement, String plan) {
    List<String> lines =
        opened.query(
            (opened.database == Database.SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + statement);
    assertThat(String.join("\n", lines))
        .contains(plan)
        .doesNotContain("Seq Scan")
        .doesNotContain("SCAN feedback")
        .doesNotContain("TEMP B-TREE")
        .doesNotContain("Sort");
  }
}
