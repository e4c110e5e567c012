package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxEntry;
import io.github.llmfeedback.outbox.OutboxStore.LaneCounts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** Looks at entries and counts them, each by one statement, so that it is one snapshot. */
final class Reading {
  private static final String COLUMNS =
      "id, lane, seq, target_hash, state, reason, detail, attempts, added_at, form_version, form";

  private final Transactions transactions;
  private final Dialect dialect;
  private final String addLane;
  private final String find;
  private final String hasOpen;
  private final String counts;

  Reading(Transactions transactions) {
    this.transactions = transactions;
    this.dialect = transactions.dialect();
    addLane = dialect.sql("INSERT INTO {lane} (name) VALUES (?) ON CONFLICT DO NOTHING");
    find = dialect.sql("SELECT " + COLUMNS + " FROM {entry} WHERE id = ? ORDER BY lane");
    hasOpen = dialect.sql("SELECT 1 FROM {entry} WHERE lane = ? AND state IN (0, 1) LIMIT 1");
    counts =
        dialect.sql(
            "SELECT name AS lane, 0 AS state, '' AS reason, 0 AS entries, 0 AS rolled FROM {lane}"
                + " UNION ALL SELECT lane, state, '', count(*), 0 FROM {entry}"
                + " WHERE state <> 5 GROUP BY lane, state"
                + " UNION ALL SELECT lane, state, coalesce(reason, ''), count(*), 0 FROM {entry}"
                + " WHERE state >= 2 AND state = 5 GROUP BY lane, state, reason"
                + " UNION ALL SELECT lane, state, reason, entries, 1 FROM {total}");
  }

  /** Notes the names of lanes, so that they can be locked and are counted. */
  void open(Set<String> lanes) {
    transactions.write(
        session -> {
          for (String lane : lanes) {
            session.update(addLane, lane);
          }
          return lanes.size();
        });
  }

  List<OutboxEntry> find(UUID id) {
    return transactions.read(session -> session.query(find, this::entry, id));
  }

  List<OutboxEntry> list(String lane, Set<EntryState> states, long after, int max) {
    if (states.isEmpty()) {
      return List.of();
    }
    List<Object> arguments = new ArrayList<>();
    List<String> parts = new ArrayList<>();
    for (EntryState state : EntryState.values()) {
      if (states.contains(state)) {
        parts.add(
            "SELECT * FROM (SELECT %s FROM {entry} WHERE lane = ? AND state = %d AND seq > ?"
                    .formatted(COLUMNS, States.number(state))
                + " ORDER BY seq LIMIT ?) s"
                + States.number(state));
        arguments.addAll(List.<Object>of(lane, after, max));
      }
    }
    arguments.add(max);
    String list = dialect.sql(String.join(" UNION ALL ", parts) + " ORDER BY seq LIMIT ?");
    return transactions.read(session -> session.query(list, this::entry, arguments.toArray()));
  }

  private OutboxEntry entry(ResultSet row) throws SQLException {
    UUID id = dialect.id(row, "id");
    return OutboxEntry.of(row.getString("lane"), id, States.of(row.getInt("state")))
        .sequence(row.getLong("seq"))
        .reason(States.reason(row.getString("reason")), row.getString("detail"))
        .attempts(row.getInt("attempts"))
        .added(Instant.ofEpochMilli(row.getLong("added_at")))
        .feedback(
            Rows.read(
                    id,
                    row.getLong("target_hash"),
                    row.getInt("form_version"),
                    row.getString("form"))
                .feedback())
        .build();
  }

  boolean hasOpen(String lane) {
    return transactions.read(
        session -> !session.query(hasOpen, row -> row.getInt(1), lane).isEmpty());
  }

  Map<String, LaneCounts> counts() {
    Map<String, Count> lanes = new TreeMap<>();
    transactions.read(
        session -> {
          lanes.clear();
          return session.query(
              counts,
              row -> {
                lanes
                    .computeIfAbsent(row.getString("lane"), lane -> new Count())
                    .add(
                        row.getInt("state"),
                        row.getString("reason"),
                        row.getLong("entries"),
                        row.getInt("rolled") == 1);
                return true;
              });
        });
    return lanes.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, each -> each.getValue().result(), (a, b) -> b, TreeMap::new));
  }

  /** Adds up the counts of a lane. */
  private static final class Count {
    private final Map<EntryState, Long> states = new EnumMap<>(EntryState.class);
    private final Map<Fate.Reason, Long> dropped = new EnumMap<>(Fate.Reason.class);
    private long retried;
    private long forgotten;

    Count() {
      for (EntryState state : EntryState.values()) {
        states.put(state, 0L);
      }
    }

    void add(int number, String reason, long entries, boolean isRolled) {
      if (number == States.RETRIED) {
        retried += entries;
        return;
      }
      EntryState state = States.of(number);
      states.merge(state, entries, Long::sum);
      Fate.Reason known = States.reason(reason);
      if (state == EntryState.DROPPED && known != null) {
        dropped.merge(known, entries, Long::sum);
      }
      if (isRolled && state.isRetryable()) {
        forgotten += entries;
      }
    }

    LaneCounts result() {
      return new LaneCounts(states, dropped, retried, forgotten);
    }
  }
}
