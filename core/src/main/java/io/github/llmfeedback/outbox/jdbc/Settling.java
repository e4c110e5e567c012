package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Ends claims. Thread-safe. */
final class Settling {
  private final Transactions transactions;
  private final Dialect dialect;

  Settling(Transactions transactions) {
    this.transactions = transactions;
    this.dialect = transactions.dialect();
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
    Set<UUID> found = dialect.settle(session, lane, settlements, false, now);
    List<Settlement> late =
        settlements.stream()
            .filter(each -> each.state() == EntryState.DELIVERED)
            .filter(each -> !found.contains(each.claim().id()))
            .toList();
    if (!late.isEmpty()) {
      found.addAll(dialect.settle(session, lane, late, true, now));
    }
    return settlements.stream().map(each -> found.contains(each.claim().id())).toList();
  }
}
