package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Ends claims. Most of those of a batch end alike: PostgreSQL writes these by one statement, which
 * costs it half of what one for each does. All are written in the order of their ids, or two
 * transactions that write the same rows could wait for each other. Thread-safe.
 */
final class Settling {
  /** If there are more runs, a statement for each entry costs less than one for each run. */
  private static final int MAX_RUNS = 10;

  private final Transactions transactions;
  private final Dialect dialect;
  private final String settleAlike;
  private final String settle;
  private final String settleLate;

  Settling(Transactions transactions) {
    this.transactions = transactions;
    this.dialect = transactions.dialect();
    String settling =
        "UPDATE {entry} SET state = ?, reason = ?, detail = ?, attempts = {greatest}(attempts, ?),"
            + " due_at = ?, lease_until = 0, changed_at = ? WHERE ";
    String held = " AND +state = " + States.CLAIMED + " AND claim = ?";
    settleAlike = dialect.sql(settling + "lane || '' = ? AND id {in}" + held + " RETURNING id");
    settle = dialect.sql(settling + "lane = ? AND id = ?" + held);
    // Those that are parked and were delivered after all.
    settleLate =
        dialect.sql(
            settling + "lane = ? AND id = ? AND +state = " + States.PARKED + " AND claim >= ?");
  }

  /** How a claim ends, as it stands in a row. */
  private record End(
      int state,
      @Nullable String reason,
      @Nullable String detail,
      int attempts,
      long due,
      long claim) {
    static End of(Settlement settlement, long now) {
      return new End(
          States.number(settlement.state()),
          settlement.reason() == null ? null : settlement.reason().name(),
          Rows.detail(settlement.detail()),
          settlement.attempts(),
          Rows.after(now, settlement.delay()),
          settlement.claim().number());
    }

    /** The arguments of a statement that writes it. */
    @Nullable Object[] arguments(long now, String lane, Object ids) {
      return new @Nullable Object[] {state, reason, detail, attempts, due, now, lane, ids, claim};
    }
  }

  /** Entries whose claims end alike, one after the other in the order of their ids. */
  private record Run(End end, List<UUID> ids) {}

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
    Map<UUID, End> ends = new LinkedHashMap<>();
    for (Settlement each : Rows.inOneOrder(settlements, each -> each.claim().id())) {
      ends.put(each.claim().id(), End.of(each, now));
    }
    List<Run> runs = runs(ends);
    Set<UUID> found =
        runs.isEmpty() || runs.size() > MAX_RUNS
            ? writeEach(session, settle, lane, ends, now)
            : writeRuns(session, lane, runs, now);
    ends.keySet().removeAll(found);
    ends.values().removeIf(end -> end.state != States.number(EntryState.DELIVERED));
    found.addAll(writeEach(session, settleLate, lane, ends, now));
    return settlements.stream().map(each -> found.contains(each.claim().id())).toList();
  }

  /** The entries in runs of those that end alike; none in SQLite, where they are of no use. */
  private List<Run> runs(Map<UUID, End> ends) {
    List<Run> runs = new ArrayList<>();
    if (dialect.database() == Database.POSTGRESQL) {
      Run last = null;
      for (Map.Entry<UUID, End> each : ends.entrySet()) {
        if (last == null || !last.end.equals(each.getValue())) {
          last = new Run(each.getValue(), new ArrayList<>());
          runs.add(last);
        }
        last.ids.add(each.getKey());
      }
    }
    return runs;
  }

  /** Writes with a statement for each run, and returns the ids of those that it found. */
  private Set<UUID> writeRuns(Session session, String lane, List<Run> runs, long now)
      throws SQLException {
    Set<UUID> found = new HashSet<>();
    for (Run run : runs) {
      Session.Several ids = Session.Several.ids(run.ids);
      found.addAll(
          session.query(
              settleAlike, row -> dialect.id(row, "id"), run.end.arguments(now, lane, ids)));
    }
    return found;
  }

  /** Writes with a statement for each entry, and returns the ids of those that it found. */
  private static Set<UUID> writeEach(
      Session session, String sql, String lane, Map<UUID, End> ends, long now) throws SQLException {
    List<Map.Entry<UUID, End>> all = List.copyOf(ends.entrySet());
    int[] changed =
        session.updateEach(sql, all, each -> each.getValue().arguments(now, lane, each.getKey()));
    Set<UUID> found = new HashSet<>();
    for (int i = 0; i < changed.length; i++) {
      if (changed[i] > 0) {
        found.add(all.get(i).getKey());
      }
    }
    return found;
  }
}
