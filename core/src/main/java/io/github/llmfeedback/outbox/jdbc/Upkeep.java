package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxStore.Change;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What happens to entries without a client: leases end, some are too old or tried again. */
final class Upkeep {
  private static final int PORTION = 1_000;

  private final Transactions transactions;
  private final Dialect dialect;
  private final String endLeases;
  private final String expire;
  private final String retry;
  private final String forwardable;
  private final String drop;
  private final String forward;
  private final String forget;
  private final Totals totals;

  Upkeep(Transactions transactions, Totals totals) {
    this.transactions = transactions;
    this.dialect = transactions.dialect();
    this.totals = totals;
    String returning = " RETURNING id, seq, attempts";
    endLeases =
        dialect.sql(
            "UPDATE {entry} SET state = ?, reason = ?, detail = NULL, attempts = attempts + 1,"
                + " due_at = 0, lease_until = 0, changed_at = ? WHERE lane = ? AND state = "
                + States.CLAIMED
                + " AND lease_until <= ?"
                + returning);
    expire =
        dialect.sql(
            "UPDATE {entry} SET state = "
                + States.DROPPED
                + ", reason = 'EXPIRED', detail = NULL, changed_at = ?"
                + " WHERE {row in (}SELECT {row} FROM {entry} WHERE lane || '' = ? AND +state = "
                + States.PENDING
                + " AND due_at <> "
                + Rows.NOT_TOO_OLD
                + " AND id < ? ORDER BY id LIMIT "
                + PORTION
                + "{)}"
                + returning);
    retry =
        dialect.sql(
            "UPDATE {entry} SET state = "
                + States.PENDING
                + ", reason = NULL, detail = NULL, due_at = "
                + Rows.NOT_TOO_OLD
                + ", changed_at = ? WHERE lane = ? AND id = ? AND +state IN ("
                + States.REJECTED
                + ", "
                + States.PARKED
                + ")");
    forwardable =
        "SELECT * FROM (SELECT id, seq FROM {entry} WHERE lane = ? AND state = %d"
            + " ORDER BY seq LIMIT "
            + PORTION
            + ") s%d";
    drop =
        dialect.sql(
            "UPDATE {entry} SET state = "
                + States.DROPPED
                + ", reason = 'FORWARDED', detail = NULL, changed_at = ?"
                + " WHERE lane || '' = ? AND id {in} AND +state IN ("
                + States.PENDING
                + ", "
                + States.REJECTED
                + ", "
                + States.PARKED
                + ")"
                + returning);
    forget =
        dialect.sql(
            "DELETE FROM {entry} WHERE lane || '' = ? AND id {in} AND +state = "
                + States.DROPPED
                + " AND reason = 'FORWARDED'");
    forward =
        dialect.sql(
            "INSERT INTO {entry}"
                + " (id, lane, target_hash, added_at, changed_at, due_at, form_version, form)"
                + " SELECT id, ?, target_hash, added_at, ?, "
                + Rows.NOT_TOO_OLD
                + ", form_version, form FROM {entry} f"
                + " WHERE f.lane || '' = ? AND f.id {in} AND NOT EXISTS"
                + " (SELECT 1 FROM {entry} t WHERE t.id = f.id AND t.lane = ?)"
                + " ORDER BY f.seq");
  }

  /** A changed entry. */
  private record Changed(UUID id, long sequence, int attempts) {}

  private List<Change> changes(
      Session session,
      String lane,
      EntryState state,
      Fate.Reason reason,
      String sql,
      @Nullable Object... arguments)
      throws SQLException {
    return session
        .query(
            sql,
            row -> new Changed(dialect.id(row, "id"), row.getLong("seq"), row.getInt("attempts")),
            arguments)
        .stream()
        .sorted((a, b) -> Long.compare(a.sequence, b.sequence))
        .map(each -> new Change(lane, each.id, state, reason, each.attempts))
        .toList();
  }

  List<Change> endLeases(String lane, boolean repeat) {
    EntryState state = repeat ? EntryState.PENDING : EntryState.PARKED;
    Fate.Reason reason = Fate.Reason.LEASE_EXPIRED;
    List<Change> changes =
        transactions.write(
            session -> {
              dialect.lock(session, lane);
              long now = transactions.now(session);
              return changes(
                  session,
                  lane,
                  state,
                  reason,
                  endLeases,
                  States.number(state),
                  repeat ? null : reason.name(),
                  now,
                  lane,
                  now);
            });
    return repeat ? List.of() : changes;
  }

  List<Change> expire(String lane, Duration age) {
    return transactions.write(
        session -> {
          dialect.lock(session, lane);
          long now = transactions.now(session);
          return changes(
              session,
              lane,
              EntryState.DROPPED,
              Fate.Reason.EXPIRED,
              expire,
              now,
              lane,
              Rows.firstAt(Rows.before(now, age)));
        });
  }

  boolean retry(String lane, UUID id) {
    return transactions.write(
        session -> {
          boolean isRetried = session.update(retry, transactions.now(session), lane, id) > 0;
          if (isRetried) {
            totals.add(session, lane, States.RETRIED, "", 1);
          }
          return isRetried;
        });
  }

  List<Change> forward(String from, String to, Set<EntryState> states) {
    List<Integer> numbers =
        states.stream()
            .filter(state -> state == EntryState.PENDING || state.isRetryable())
            .map(States::number)
            .sorted()
            .toList();
    if (numbers.isEmpty()) {
      return List.of();
    }
    String some =
        dialect.sql(
            numbers.stream()
                    .map(number -> forwardable.formatted(number, number))
                    .collect(Collectors.joining(" UNION ALL "))
                + " ORDER BY seq LIMIT "
                + PORTION);
    return transactions.write(
        session -> {
          for (String lane : new TreeSet<>(Set.of(from, to))) {
            dialect.lock(session, lane);
          }
          long now = transactions.now(session);
          List<UUID> ids =
              session.query(
                  some, row -> dialect.id(row, "id"), numbers.stream().map(n -> from).toArray());
          List<Change> changes =
              changes(
                  session,
                  from,
                  EntryState.DROPPED,
                  Fate.Reason.FORWARDED,
                  drop,
                  now,
                  from,
                  Session.Several.ids(ids));
          List<UUID> dropped = changes.stream().map(Change::id).toList();
          // What was passed on from there comes back: it is counted and forgotten, and added anew.
          int back = session.update(forget, to, Session.Several.ids(dropped));
          if (back > 0) {
            int state = States.number(EntryState.DROPPED);
            totals.add(session, to, state, Fate.Reason.FORWARDED.name(), back);
          }
          session.update(forward, to, now, from, Session.Several.ids(dropped), to);
          return changes;
        });
  }
}
