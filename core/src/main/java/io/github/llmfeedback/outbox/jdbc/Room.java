package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxFullException;
import io.github.llmfeedback.outbox.OutboxStore.Change;
import io.github.llmfeedback.outbox.Overflow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Keeps a SQLite database within its bound. Before anything is refused or dropped, entries that
 * were delivered, superseded or dropped are forgotten: they are kept for people only.
 */
final class Room {
  static final long DEFAULT_BYTES = 1L << 30;

  private static final int PORTION = 500;

  /** What a row takes besides its form and the name of its lane, in the table and its indexes. */
  private static final int ROW = 260;

  /** This part of the bound is kept free for pages that are split, which no row foresees. */
  private static final int RESERVE = 16;

  /** After how many additions the bytes are counted again: others may add, too. */
  private static final int MAX_USES = 100;

  private final long maxBytes;
  private final boolean isDropping;
  private final Totals totals;
  private final String forget;
  private final String drop;
  private long estimate;
  private int uses;

  Room(Dialect dialect, Totals totals, long maxBytes, Overflow whenFull) {
    this.maxBytes = maxBytes;
    this.isDropping = whenFull.isDropping();
    this.totals = totals;
    forget = oldest(dialect, "state >= 2 AND state IN (2, 4, 5)");
    drop = oldest(dialect, "state = " + States.PENDING);
  }

  private static String oldest(Dialect dialect, String condition) {
    return dialect.sql(
        "DELETE FROM {entry} WHERE seq IN (SELECT seq FROM {entry} WHERE "
            + condition
            + " ORDER BY seq LIMIT "
            + PORTION
            + ") RETURNING id, lane, state, reason, attempts");
  }

  /** How many bytes an addition takes. */
  static long bytes(Addition addition) {
    long forms = 0;
    for (Rows.Added entry : addition.entries) {
      forms += ROW + entry.utf8Bytes();
    }
    long bytes = 0;
    for (String lane : addition.lanes) {
      bytes += forms + 3L * lane.length() * addition.entries.size();
    }
    return bytes;
  }

  /** How many bytes are left in this transaction. */
  long left(Session session) throws SQLException {
    long pages = pragma(session, "page_count") - pragma(session, "freelist_count");
    return maxBytes - maxBytes / RESERVE - pages * pragma(session, "page_size");
  }

  /**
   * How many bytes are left, about: while there are many, they are not counted each time. For one
   * thread at a time.
   */
  long estimate(Session session, List<Addition> additions) throws SQLException {
    long bytes = additions.stream().mapToLong(Room::bytes).sum();
    if (uses == 0 || estimate - bytes < maxBytes / 4) {
      estimate = left(session);
      uses = MAX_USES;
    }
    uses--;
    long left = estimate;
    estimate -= bytes;
    return left;
  }

  private static long pragma(Session session, String name) throws SQLException {
    return session.query("PRAGMA " + name, row -> row.getLong(1)).get(0);
  }

  /**
   * Makes room, by what the overflow allows.
   *
   * @param mayDrop whether pending entries may be dropped, if that is what the overflow says
   * @return what was dropped
   * @throws OutboxFullException if that is not enough; then nothing was dropped
   */
  List<Change> make(Session session, long bytes, boolean mayDrop) throws SQLException {
    if (bytes > maxBytes - maxBytes / RESERVE) {
      throw full("; this would not fit into an empty one");
    }
    if (free(session, bytes, forget, new ArrayList<>())) {
      return List.of();
    } else if (!isDropping || !mayDrop) {
      throw full("");
    }
    List<Change> dropped = new ArrayList<>();
    session.update("SAVEPOINT feedback_outbox_room");
    boolean isEnough = free(session, bytes, drop, dropped);
    if (!isEnough) { // nothing is dropped in vain
      session.update("ROLLBACK TO feedback_outbox_room");
    }
    session.update("RELEASE feedback_outbox_room");
    if (!isEnough) {
      throw full("; what is pending is too little to make room");
    }
    return dropped;
  }

  /** Deletes portion after portion, until there is room, or nothing is left to delete. */
  private boolean free(Session session, long bytes, String sql, List<Change> dropped)
      throws SQLException {
    while (left(session) < bytes) {
      Map<Totals.Kind, Long> counts = new TreeMap<>();
      int deleted = dropped.size();
      dropped.addAll(
          session.query(
              sql,
              row -> {
                Change change =
                    new Change(
                        row.getString("lane"),
                        UUID.fromString(row.getString("id")),
                        EntryState.DROPPED,
                        Fate.Reason.FULL,
                        row.getInt("attempts"));
                int state = row.getInt("state");
                boolean isDropped = state == States.PENDING;
                String reason = row.getString("reason");
                counts.merge(
                    new Totals.Kind(
                        change.lane(),
                        isDropped ? States.DROPPED : state,
                        isDropped ? Fate.Reason.FULL.name() : reason == null ? "" : reason),
                    1L,
                    Long::sum);
                return change;
              }));
      if (dropped.size() == deleted) {
        return false;
      }
      totals.add(session, counts);
    }
    return true;
  }

  private OutboxFullException full(String more) {
    return new OutboxFullException(
        String.format(
            Locale.ROOT,
            "the outbox's SQLite database is full%s: it may take %,d bytes; nothing was stored. Raise"
                + " maxBytes of JdbcOutboxStore.builder(), choose another whenFull, or look whether"
                + " parked and rejected entries fill it",
            more,
            maxBytes));
  }
}
