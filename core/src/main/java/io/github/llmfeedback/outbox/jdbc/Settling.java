package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Ends claims. Thread-safe. */
final class Settling {
  private final Transactions transactions;
  private final Dialect dialect;
  private final String settle;
  private final String settleLate;

  Settling(Transactions transactions) {
    this.transactions = transactions;
    this.dialect = transactions.dialect();
    String settling =
        "UPDATE {entry} SET state = ?, reason = ?, detail = ?, attempts = {greatest}(attempts, ?),"
            + " due_at = ?, lease_until = 0, changed_at = ? WHERE lane = ? AND id = ? AND +state = ";
    settle = dialect.sql(settling + States.CLAIMED + " AND claim = ?");
    // Those that are parked and were delivered after all.
    settleLate = dialect.sql(settling + States.PARKED + " AND claim >= ?");
  }

  List<Boolean> settle(String lane, List<Settlement> settlements) {
    if (settlements.isEmpty()) {
      return List.of();
    }
    return transactions.write(
        session -> {
          long now = transactions.now(session);
          List<Boolean> written = new ArrayList<>(settlements.size());
          while (written.size() < settlements.size()) {
            List<Settlement> rest = settlements.subList(written.size(), settlements.size());
            written.addAll(write(session, lane, distinct(rest), now));
          }
          return written;
        });
  }

  /** The first of them, up to one that ends a claim of the same entry again. */
  private static List<Settlement> distinct(List<Settlement> settlements) {
    Set<UUID> ids = new HashSet<>();
    int size = 0;
    while (size < settlements.size() && ids.add(settlements.get(size).claim().id())) {
      size++;
    }
    return settlements.subList(0, size);
  }

  private List<Boolean> write(Session session, String lane, List<Settlement> settlements, long now)
      throws SQLException {
    Set<UUID> found = written(session, settle, lane, settlements, now);
    List<Settlement> late =
        settlements.stream()
            .filter(each -> each.state() == EntryState.DELIVERED)
            .filter(each -> !found.contains(each.claim().id()))
            .toList();
    found.addAll(written(session, settleLate, lane, late, now));
    return settlements.stream().map(each -> found.contains(each.claim().id())).toList();
  }

  /** The ids of those that the statement found. */
  private static Set<UUID> written(
      Session session, String sql, String lane, List<Settlement> settlements, long now)
      throws SQLException {
    List<Settlement> ordered = Rows.inOneOrder(settlements, each -> each.claim().id());
    int[] changed =
        session.updateEach(
            sql,
            ordered,
            each ->
                new @Nullable Object[] {
                  States.number(each.state()),
                  each.reason() == null ? null : each.reason().name(),
                  Rows.detail(each.detail()),
                  each.attempts(),
                  Rows.after(now, each.delay()),
                  now,
                  lane,
                  each.claim().id(),
                  each.claim().number()
                });
    Set<UUID> found = new HashSet<>();
    for (int i = 0; i < changed.length; i++) {
      if (changed[i] > 0) {
        found.add(ordered.get(i).claim().id());
      }
    }
    return found;
  }
}
