package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.OutboxStore.Change;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Adds entries. Thread-safe. */
final class Adding {
  private final Transactions transactions;
  private final Dialect dialect;
  private final GroupCommit commits = new GroupCommit(this::commit);

  Adding(Transactions transactions) {
    this.transactions = transactions;
    this.dialect = transactions.dialect();
  }

  List<Change> add(Set<String> lanes, List<NewEntry> entries) {
    if (lanes.isEmpty() || entries.isEmpty()) {
      return List.of();
    }
    Addition addition = new Addition(lanes, entries.stream().map(Rows.Added::of).toList());
    commits.add(addition);
    return addition.dropped;
  }

  void addWithin(Connection connection, Set<String> lanes, List<NewEntry> entries) {
    Addition addition = new Addition(lanes, entries.stream().map(Rows.Added::of).toList());
    transactions.within(
        connection,
        session -> {
          insert(session, List.of(addition));
          return true;
        });
  }

  private void commit(List<Addition> additions) {
    transactions.add(
        session -> {
          insert(session, additions);
          return additions.size();
        });
  }

  /** Adds additions to the same lanes by one statement. */
  void insert(Session session, List<Addition> additions) throws SQLException {
    List<Rows.Added> entries = new ArrayList<>();
    for (int i = 0; i < additions.size(); i++) {
      Addition addition = additions.get(i);
      entries.addAll(addition.entries);
      if (i + 1 == additions.size() || !additions.get(i + 1).lanes.equals(addition.lanes)) {
        dialect.insert(session, addition.lanes, entries);
        entries.clear();
      }
    }
  }
}
