package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.EntryState;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Counts final entries and forgets them. Thread-safe. */
final class Totals {
  private static final int PORTION = 2_000;

  /** At most so many portions in one call, each a transaction. */
  private static final int PORTIONS = 20;

  private final Transactions transactions;
  private final String add;
  private final String forget;

  Totals(Transactions transactions) {
    this.transactions = transactions;
    Dialect dialect = transactions.dialect();
    add =
        dialect.sql(
            "INSERT INTO {total} AS t (lane, state, reason, entries) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT (lane, state, reason)"
                + " DO UPDATE SET entries = t.entries + excluded.entries");
    forget =
        dialect.sql(
            "DELETE FROM {entry} WHERE {row in (}SELECT {row} FROM {entry}"
                + " WHERE state >= 2 AND state = ? AND changed_at <= ?"
                + " ORDER BY changed_at LIMIT "
                + PORTION
                + "{)} RETURNING lane, state, reason");
  }

  /** What is counted together. */
  record Kind(String lane, int state, String reason) implements Comparable<Kind> {
    @Override
    public int compareTo(Kind other) {
      int order = lane.compareTo(other.lane);
      order = order == 0 ? Integer.compare(state, other.state) : order;
      return order == 0 ? reason.compareTo(other.reason) : order;
    }
  }

  void add(Session session, String lane, int state, String reason, long entries)
      throws SQLException {
    session.update(add, lane, state, reason, entries);
  }

  /** Adds these, in their order. */
  void add(Session session, Map<Kind, Long> counts) throws SQLException {
    for (Map.Entry<Kind, Long> each : counts.entrySet()) {
      Kind kind = each.getKey();
      add(session, kind.lane, kind.state, kind.reason, each.getValue());
    }
  }

  /** As {@code OutboxStore.rollUp}. */
  long rollUp(Duration keepFinal, Duration keepFailed) {
    long forgotten = 0;
    for (EntryState state : EntryState.values()) {
      if (!state.isOpen()) {
        Duration keep = state.isRetryable() ? keepFailed : keepFinal;
        int size = PORTION;
        for (int portion = 0; portion < PORTIONS && size == PORTION; portion++) {
          size = rollUp(States.number(state), keep);
          forgotten += state.isRetryable() ? size : 0;
        }
      }
    }
    return forgotten;
  }

  private int rollUp(int state, Duration keep) {
    return transactions.write(
        session -> {
          long last = Rows.before(transactions.now(session), keep);
          List<Kind> forgotten =
              session.query(
                  forget,
                  row -> {
                    String reason = row.getString("reason");
                    return new Kind(
                        row.getString("lane"), row.getInt("state"), reason == null ? "" : reason);
                  },
                  state,
                  last);
          // In one order everywhere, so that two that count the same never block each other.
          Map<Kind, Long> counts =
              forgotten.stream()
                  .collect(
                      Collectors.groupingBy(
                          Function.identity(), TreeMap::new, Collectors.counting()));
          add(session, counts);
          return forgotten.size();
        });
  }
}
