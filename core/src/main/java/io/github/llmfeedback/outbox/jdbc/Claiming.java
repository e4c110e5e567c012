package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxStore.Change;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Claims entries in order, and renews claims. Thread-safe.
 *
 * <p>Where rows are named by their ids, {@code +state} and {@code lane || ''} keep a database from
 * searching by state instead: its statistics may be from a time when nothing was pending.
 */
final class Claiming {
  private static final int PAGE = 1_000;

  private final Transactions transactions;
  private final Dialect dialect;
  private final String claimedTargets;
  private final String firstPage;
  private final String nextPage;
  private final String claim;
  private final String park;
  private final String renew;

  Claiming(Transactions transactions) {
    this.transactions = transactions;
    this.dialect = transactions.dialect();
    claimedTargets =
        dialect.sql(
            "SELECT target_hash FROM {entry} WHERE lane = ? AND state = "
                + States.CLAIMED
                + " ORDER BY seq");
    String columns = "SELECT id, seq, target_hash, due_at";
    String pending = " FROM {entry} WHERE lane = ? AND state = " + States.PENDING;
    firstPage =
        dialect.sql(
            columns
                + ", (SELECT max(seq)"
                + pending
                + ") newest"
                + pending
                + " ORDER BY seq LIMIT ?");
    // There may be a hundred thousand that must wait, on a few targets. What was committed since
    // the first page was read may stand behind something on its target that is on no page.
    nextPage =
        dialect.sql(
            columns
                + pending
                + " AND seq > ? AND seq <= ? AND target_hash NOT {in} ORDER BY seq LIMIT ?");
    claim =
        dialect.sql(
            "UPDATE {entry} SET state = "
                + States.CLAIMED
                + ", claim = claim + 1, lease_until = ?, changed_at = ?, reason = NULL,"
                + " detail = NULL WHERE lane || '' = ? AND id {in} AND +state = "
                + States.PENDING
                + " RETURNING id, seq, claim, attempts, target_hash, form_version, form");
    park =
        dialect.sql(
            "UPDATE {entry} SET state = "
                + States.PARKED
                + ", reason = ?, lease_until = 0 WHERE lane = ? AND id = ? AND +state = "
                + States.CLAIMED);
    renew =
        dialect.sql(
            "UPDATE {entry} SET lease_until = ? WHERE lane = ? AND id = ? AND +state = "
                + States.CLAIMED
                + " AND claim = ?");
  }

  /** One pending entry, as far as choosing needs it. */
  private record Pending(UUID id, long sequence, long target, long due) {}

  /** One that was claimed, as it is in the tables. */
  private record Taken(
      UUID id, long sequence, long claim, int attempts, long target, int version, String form) {}

  Claims claim(String lane, int max, int maxPerTarget, Duration lease) {
    return transactions.write(
        session -> {
          dialect.lock(session, lane);
          long now = transactions.now(session);
          Choice choice = new Choice(session, lane, maxPerTarget, now);
          List<Claimed> claimed = new ArrayList<>();
          List<Change> parked = new ArrayList<>();
          List<UUID> chosen = choice.next(max);
          while (!chosen.isEmpty()) {
            for (Taken taken : take(session, lane, chosen, now, Rows.after(now, lease))) {
              Rows.Read read = Rows.read(taken.id, taken.target, taken.version, taken.form);
              Feedback feedback = read.feedback();
              if (feedback == null) {
                Fate.Reason reason = read.unreadable();
                session.update(park, reason.name(), lane, taken.id);
                parked.add(new Change(lane, taken.id, EntryState.PARKED, reason, taken.attempts));
              } else {
                claimed.add(
                    new Claimed(new Claim(taken.id, taken.claim), feedback, taken.attempts));
              }
            }
            chosen = choice.next(max - claimed.size());
          }
          return new Claims(claimed, parked);
        });
  }

  /** Claims those that are still pending: somebody may have dropped one a moment ago. */
  private List<Taken> take(Session session, String lane, List<UUID> ids, long now, long leaseEnd)
      throws SQLException {
    List<Taken> taken =
        session.query(
            claim,
            row ->
                new Taken(
                    dialect.id(row, "id"),
                    row.getLong("seq"),
                    row.getLong("claim"),
                    row.getInt("attempts"),
                    row.getLong("target_hash"),
                    row.getInt("form_version"),
                    row.getString("form")),
            leaseEnd,
            now,
            lane,
            Session.Several.ids(ids));
    taken.sort(Comparator.comparingLong(Taken::sequence));
    return taken;
  }

  /** Chooses among the pending entries of a lane, page by page. */
  private final class Choice {
    private final Session session;
    private final String lane;
    private final int maxPerTarget;
    private final long now;

    /** Targets that are claimed, not due, or have been chosen often enough. */
    private final Set<Long> blocked;

    private final Map<Long, Integer> chosenOf = new HashMap<>();
    private List<Pending> entries = List.of();
    private int index;
    private long last;

    /** The last that there was when the first page was read. */
    private long newest;

    private boolean isLastPage;

    Choice(Session session, String lane, int maxPerTarget, long now) throws SQLException {
      this.session = session;
      this.lane = lane;
      this.maxPerTarget = maxPerTarget;
      this.now = now;
      blocked =
          session.query(claimedTargets, row -> row.getLong(1), lane).stream()
              .collect(Collectors.toCollection(HashSet::new));
    }

    /** The next that may be claimed; empty if there are no more. */
    List<UUID> next(int max) throws SQLException {
      List<UUID> chosen = new ArrayList<>();
      while (chosen.size() < max && (index < entries.size() || hasRead(max))) {
        Pending entry = entries.get(index++);
        if (blocked.contains(entry.target)) {
          continue;
        }
        if (entry.due > now) {
          blocked.add(entry.target);
          continue;
        }
        chosen.add(entry.id);
        if (chosenOf.merge(entry.target, 1, Integer::sum) == maxPerTarget) {
          blocked.add(entry.target);
        }
      }
      return chosen;
    }

    private Pending first(ResultSet row, Session.Row<Pending> entry) throws SQLException {
      newest = row.getLong("newest");
      return entry.read(row);
    }

    private boolean hasRead(int max) throws SQLException {
      if (isLastPage) {
        return false;
      }
      int size = last == 0 ? max : Math.max(PAGE, max);
      Session.Row<Pending> row =
          each ->
              new Pending(
                  dialect.id(each, "id"),
                  each.getLong("seq"),
                  each.getLong("target_hash"),
                  each.getLong("due_at"));
      entries =
          last == 0
              ? session.query(firstPage, each -> first(each, row), lane, lane, size)
              : session.query(
                  nextPage, row, lane, last, newest, Session.Several.hashes(blocked), size);
      index = 0;
      isLastPage = entries.size() < size;
      if (!entries.isEmpty()) {
        last = entries.get(entries.size() - 1).sequence;
      }
      return !entries.isEmpty();
    }
  }

  void renew(String lane, List<Claim> claims, Duration lease) {
    transactions.write(
        session -> {
          long end = Rows.after(transactions.now(session), lease);
          return session.updateEach(
              renew,
              Rows.inOneOrder(claims, Claim::id),
              each -> new Object[] {end, lane, each.id(), each.number()});
        });
  }
}
