package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How the databases execute the store's statements on a million rows, as they say themselves when
 * it executes them: without statistics, as after a first rush, and with them.
 */
class PlanTest {
  private static final int ROWS = 1_000_000;
  private static final String TURN = "feedback_outbox_entry_turn";
  private static final String FINAL = "feedback_outbox_entry_final";

  /** Parts of the statements that touch entries, and the index by which each finds them. */
  private static final Map<String, String> INDEXES =
      Map.ofEntries(
          Map.entry("SELECT target_hash FROM", TURN),
          Map.entry("lane = ? AND state = 0 ORDER BY seq LIMIT ?", TURN),
          Map.entry("AND seq > ? AND seq <= ? AND target_hash NOT IN", TURN),
          Map.entry("claim = claim + 1", "{id}"),
          Map.entry("SET lease_until = ? WHERE", "{id}"),
          Map.entry("changed_at = ? WHERE lane = ? AND id = ? AND +state = 1 AND claim", "{id}"),
          Map.entry("+state = 6 AND claim >= ?", "{id}"),
          Map.entry("attempts = attempts + 1", TURN),
          Map.entry("reason = 'EXPIRED'", "{id}"),
          Map.entry("+state IN (3, 6)", "{id}"),
          Map.entry("FROM feedback_outbox_entry WHERE id = ? ORDER BY lane", "{id}"),
          Map.entry("state IN (0, 1) LIMIT 1", TURN),
          Map.entry("form_version, form FROM feedback_outbox_entry WHERE lane = ?", TURN),
          Map.entry("SELECT * FROM (SELECT id, seq FROM", TURN),
          Map.entry("SET state = 5, reason = 'FORWARDED'", "{id}"),
          Map.entry("AND reason = 'FORWARDED'", "{id}"),
          Map.entry("feedback_outbox_entry f WHERE", "{id}"),
          Map.entry("state >= 2 AND state = ? AND changed_at <= ?", FINAL));

  @ParameterizedTest
  @EnumSource
  void everyStatementFindsItsRowsByAnIndex(Database database) {
    Explaining explaining = new Explaining(database, Databases.newUrl(database));
    try (Opened opened = new Opened(database, explaining)) {
      fill(opened);
      useAll(opened);
      check(database, "without statistics", explaining.plans());
      opened.execute("ANALYZE feedback_outbox_entry");
      useAll(opened);
      check(database, "with statistics", explaining.plans());
    }
  }

  /** Of a million, one of a hundred is pending, one of a thousand claimed; others are delivered. */
  private static void fill(Opened opened) {
    opened.store.add(
        Set.of("a"),
        IntStream.range(0, 2_000)
            .mapToObj(i -> new NewEntry(opened.id(), Opened.on("target-" + i / 2)))
            .toList());
    boolean isSqlite = opened.database == Database.SQLITE;
    if (!isSqlite) {
      opened.execute("ALTER TABLE feedback_outbox_entry SET (autovacuum_enabled = false)");
    }
    opened.execute(
        (isSqlite
                    ? "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                    : "WITH n (i) AS (SELECT generate_series(1, %d))")
                .formatted(ROWS)
            + " INSERT INTO feedback_outbox_entry (id, lane, target_hash, added_at, changed_at,"
            + " state, lease_until, form_version, form) SELECT "
            + (isSqlite
                ? "printf('%08x-0000-7000-8000-%012x', i / 1000, i)"
                : "(lpad(to_hex(i / 1000), 8, '0') || '-0000-7000-8000-'"
                    + " || lpad(to_hex(i), 12, '0'))::uuid")
            + ", 'a', i, 0, 0, CASE WHEN i % 1000 = 0 THEN 1 WHEN i % 100 = 0 THEN 0 ELSE 2 END,"
            + " 9223372036854775807, 1, '{}' FROM n");
  }

  /** Has the store execute all of its statements. */
  private static void useAll(Opened opened) {
    JdbcOutboxStore store = opened.store;
    Claims claims = store.claim("a", 500, 1, Opened.LEASE); // in two pages
    assertThat(claims.entries()).hasSize(500);
    List<Claim> all = claims.entries().stream().map(each -> each.claim()).toList();
    store.renew("a", all, Opened.LEASE);
    store.settle("a", all.subList(0, 280).stream().map(Opened::delivered).toList());
    store.settle("a", IntStream.range(280, 300).mapToObj(i -> ended(all.get(i), i)).toList());
    store.settle("a", all.subList(0, 1).stream().map(Opened::delivered).toList()); // too late
    store.settle(
        "a", all.subList(300, 400).stream().map(each -> Opened.parked(each, null)).toList());
    UUID parked = all.get(300).id();
    assertThat(opened.state(parked)).isEqualTo(EntryState.PARKED);
    assertThat(store.retry("a", parked)).isTrue();
    opened.millis.addAndGet(Opened.LEASE.toMillis());
    assertThat(store.endLeases("a", false)).hasSize(100);
    assertThat(store.hasOpen("a")).isTrue();
    assertThat(store.list("a", EnumSet.allOf(EntryState.class), 0, 100)).hasSize(100);
    assertThat(store.forward("a", "b", EnumSet.of(EntryState.PARKED))).hasSize(199);
    assertThat(store.expire("a", Duration.ofDays(7_000))).hasSize(1_000);
    store.rollUp(Duration.ofDays(1), Duration.ofDays(1));
  }

  /** Each in another way. */
  private static Settlement ended(Claim claim, int attempts) {
    return new Settlement(claim, EntryState.DELIVERED, null, null, attempts, Duration.ZERO);
  }

  private static void check(Database database, String when, Map<String, String> plans) {
    String byId =
        database == Database.SQLITE
            ? "sqlite_autoindex_feedback_outbox_entry_1 (id"
            : "feedback_outbox_entry_pkey";
    Map<String, String> indexes = new HashMap<>(INDEXES);
    if (database == Database.POSTGRESQL) {
      indexes.put("id = ANY (?) AND +state = 1 AND claim = ?", "{id}");
    }
    SoftAssertions softly = new SoftAssertions();
    indexes.forEach(
        (part, index) ->
            softly
                .assertThat(plans.entrySet())
                .as("%s: %s", when, part)
                .anyMatch(
                    plan ->
                        plan.getKey().contains(part)
                            && plan.getValue().contains(index.replace("{id}", byId))));
    plans.forEach(
        (statement, plan) -> {
          softly
              .assertThat(plan)
              .as("%s: %s", when, statement)
              .doesNotContain("Seq Scan on feedback", "SCAN feedback", "SCAN f", "Hash", "Merge J");
          if (!statement.startsWith("INSERT") && !statement.contains(", form FROM")) {
            softly
                .assertThat(plan)
                .as("%s: %s", when, statement)
                .doesNotContain("Sort", "TEMP B-TREE");
          }
        });
    softly.assertAll();
  }
}
