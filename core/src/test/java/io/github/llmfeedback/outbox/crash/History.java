package io.github.llmfeedback.outbox.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** All changes of the state of entries, as a trigger in the database wrote them down. */
final class History {
  static final int PENDING = 0;
  static final int CLAIMED = 1;
  static final int DELIVERED = 2;
  static final int PARKED = 6;
  private static final int DELETED = -1;

  final List<Change> changes;
  final Map<UUID, List<Change>> byEntry = new HashMap<>();

  private History(List<Change> changes) {
    this.changes = changes;
    changes.forEach(
        change -> byEntry.computeIfAbsent(change.id, id -> new ArrayList<>()).add(change));
  }

  /**
   * One change.
   *
   * @param at microseconds since 1970
   * @param process whose connection it was; empty in SQLite
   * @param lease until when the claim held before, in milliseconds since 1970
   * @param reason of the new state; empty if it has none
   */
  record Change(
      UUID id,
      long at,
      String process,
      int from,
      int to,
      long oldClaim,
      long newClaim,
      long lease,
      String reason) {
    boolean isExpiry() {
      return from == CLAIMED && lease * 1000 <= at;
    }
  }

  /** Has a database write them down from now on. */
  static void begin(Place place) {
    String rows = "feedback_outbox_entry";
    String columns = "(id, at, process, old, new, old_claim, new_claim, lease, reason)";
    String values = "OLD.state, %s, OLD.claim, %s, OLD.lease_until, %s";
    String changed = values.formatted("NEW.state", "NEW.claim", "coalesce(NEW.reason, '')");
    String deleted = values.formatted(DELETED, "OLD.claim", "''");
    String when = "WHEN (OLD.state <> NEW.state OR OLD.claim <> NEW.claim)";
    String insert = "INSERT INTO history " + columns + " VALUES (";
    if (place.isSqlite()) {
      String now = "OLD.id, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), '', ";
      place.execute(
          "CREATE TABLE history (n INTEGER PRIMARY KEY, id, at, process, old, new, old_claim,"
              + " new_claim, lease, reason)");
      place.execute(
          "CREATE TRIGGER changed AFTER UPDATE ON %s %s BEGIN %s%s%s); END"
              .formatted(rows, when, insert, now, changed));
      place.execute(
          "CREATE TRIGGER deleted AFTER DELETE ON %s BEGIN %s%s%s); END"
              .formatted(rows, insert, now, deleted));
      return;
    }
    String now =
        "OLD.id, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,"
            + " current_setting('application_name'), ";
    place.execute(
        "CREATE TABLE history (n bigserial PRIMARY KEY, id uuid, at bigint, process text,"
            + " old int, new int, old_claim bigint, new_claim bigint, lease bigint, reason text)");
    String function =
        "CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN %s%s%s); RETURN NULL; END $$";
    place.execute(function.formatted("changed", insert, now, changed));
    place.execute(function.formatted("deleted", insert, now, deleted));
    String trigger =
        "CREATE TRIGGER %1$s AFTER %2$s ON %3$s FOR EACH ROW %4$s EXECUTE FUNCTION %1$s()";
    place.execute(trigger.formatted("changed", "UPDATE", rows, when));
    place.execute(trigger.formatted("deleted", "DELETE", rows, ""));
  }

  static History of(Place place) {
    List<Change> changes = new ArrayList<>();
    try (Connection connection = place.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT * FROM history ORDER BY n")) {
      while (row.next()) {
        changes.add(
            new Change(
                UUID.fromString(row.getString("id")),
                row.getLong("at"),
                row.getString("process"),
                row.getInt("old"),
                row.getInt("new"),
                row.getLong("old_claim"),
                row.getLong("new_claim"),
                row.getLong("lease"),
                row.getString("reason")));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return new History(changes);
  }

  /** Fails if a change was not allowed: by its states, by its claim, or by who made it. */
  void check() {
    byEntry.values().forEach(History::check);
  }

  private static void check(List<Change> ofEntry) {
    int state = PENDING;
    long claim = 0;
    String claimant = "";
    for (Change change : ofEntry) {
      assertThat(change.from).as("what %s began from: %s", change, ofEntry).isEqualTo(state);
      assertThat(change.oldClaim).as("the claim before %s", change).isEqualTo(claim);
      if (change.from == PENDING && change.to == CLAIMED) {
        assertThat(change.newClaim).as("the claim after %s", change).isEqualTo(claim + 1);
        claimant = change.process;
      } else {
        assertThat(change.newClaim).as("the claim after %s", change).isEqualTo(claim);
        boolean isLate = change.from == PARKED && change.to == DELIVERED;
        boolean isEnd = change.from == CLAIMED && change.to != DELETED;
        assertThat(isLate || isEnd).as("whether %s is allowed: %s", change, ofEntry).isTrue();
        // The lease decides what others may write, and the claim what this process may.
        assertThat(change.process.equals(claimant) || (isEnd && change.isExpiry()))
            .as("whether %s is its process's to make: %s", change, ofEntry)
            .isTrue();
      }
      state = change.to;
      claim = change.newClaim;
    }
  }

  /** How many changes there were from one state to another. */
  long count(int from, int to) {
    return changes.stream().filter(change -> change.from == from && change.to == to).count();
  }

  /** How many claims ended because their lease did. */
  long expiries() {
    return changes.stream().filter(change -> change.from == CLAIMED && change.isExpiry()).count();
  }

  /**
   * Whether a process surely held a claim of an entry at a time, in microseconds, and for that sent
   * what it sent then: not if it had a claim before that ran out.
   */
  boolean held(UUID id, String process, long at) {
    boolean holds = false;
    for (Change change : byEntry.getOrDefault(id, List.of())) {
      if (change.at > at || (holds && change.isExpiry())) {
        return change.at > at && holds;
      }
      holds = change.to == CLAIMED && change.process.equals(process);
    }
    return holds;
  }
}
