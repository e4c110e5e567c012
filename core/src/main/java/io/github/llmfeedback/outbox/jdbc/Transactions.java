package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.concurrent.Clock;
import io.github.llmfeedback.outbox.OutboxException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs transactions. One that fails for a reason that passes, while nothing can have been stored,
 * is run again, at most twice. Thread-safe.
 *
 * <p>An interrupt is put off until the end.
 */
final class Transactions implements AutoCloseable {
  private static final int MAX_RUNS = 3;

  /** Longer would keep a caller who adds waiting. */
  private static final Duration ASKING = Duration.ofSeconds(4);

  private final Sessions sessions;
  private final Dialect dialect;
  private final Tables tables;
  private final @Nullable Clock given;

  /**
   * Transactions of a store.
   *
   * @param given a clock for tests; null for that of the database, or of the process if it has none
   */
  Transactions(Sessions sessions, Dialect dialect, Tables tables, @Nullable Clock given) {
    this.sessions = sessions;
    this.dialect = dialect;
    this.tables = tables;
    this.given = given;
  }

  /** What is done in a transaction; it may be run several times. */
  interface Body<T> {
    T run(Session session) throws SQLException;
  }

  private interface Begin {
    void begin(Session session) throws SQLException;
  }

  Dialect dialect() {
    return dialect;
  }

  /** Reads and writes. */
  <T> T write(Body<T> body) {
    try (Interrupts interrupts = new Interrupts()) {
      return again(dialect::begin, body, interrupts);
    }
  }

  /** Adds entries. */
  <T> T add(Body<T> body) {
    try (Interrupts interrupts = new Interrupts()) {
      return again(session -> dialect.beginAdding(session, false), body, interrupts);
    }
  }

  /** What adds entries by one statement; it may be run several times. */
  interface Statement {
    boolean run(Session session, boolean isAgain) throws SQLException;
  }

  /**
   * Adds entries by one statement, which commits by itself. If its response is lost, it is run
   * again where it changes nothing if the first was committed: the database waits for the first to
   * end.
   */
  void addByOneStatement(Statement statement) {
    try (Interrupts interrupts = new Interrupts()) {
      Run<Boolean> run =
          once(
              session -> dialect.beginAdding(session, true),
              session -> statement.run(session, false));
      SQLException error = run.error;
      if (error == null) {
        return;
      }
      interrupts.putOff();
      boolean isDoubtful = dialect.isDoubtful(error);
      if (!isDoubtful && !Failures.isPassing(error)) {
        throw Failures.of(error, dialect, tables, false);
      }
      try {
        again(
            dialect::begin,
            session -> {
              dialect.now(session); // gives the transaction a number
              return statement.run(session, isDoubtful);
            },
            interrupts);
      } catch (OutboxException e) {
        throw isDoubtful ? Failures.of(error, dialect, tables, true) : e;
      }
    }
  }

  /** Does something in a transaction of the caller's, and leaves its end to them. */
  <T> T within(Connection connection, Body<T> body) {
    try (Session session = new Session(connection, dialect, false)) {
      check(connection);
      return body.run(session);
    } catch (SQLException e) {
      throw Failures.of(e, dialect, tables, false);
    }
  }

  private void check(Connection connection) throws SQLException {
    if (connection.isClosed()) {
      throw new IllegalArgumentException("connection must be open, but is closed");
    }
    String product = String.valueOf(connection.getMetaData().getDatabaseProductName());
    if (!product.equals(dialect.database().toString())) {
      throw new IllegalArgumentException(
          "connection must be one to the outbox's own database, %s, but is one to %s"
              .formatted(dialect.database(), product));
    }
    if (connection.getAutoCommit()) {
      throw new IllegalArgumentException(
          "connection must be in a transaction, but is in auto-commit mode: call"
              + " setAutoCommit(false) before, and commit() after");
    }
  }

  /** Reads with one statement, which is a snapshot by itself. */
  <T> T read(Body<T> body) {
    try (Interrupts interrupts = new Interrupts()) {
      return againReading(body, interrupts);
    }
  }

  /** The time in milliseconds. */
  long now(Session session) throws SQLException {
    Long now = dialect.now(session); // by this the transaction gets its number, too
    if (given != null) {
      return given.now().toEpochMilli();
    }
    return now == null ? new ProcessClock().now().toEpochMilli() : now;
  }

  private <T> T again(Begin begin, Body<T> body, Interrupts interrupts) {
    for (int runs = 1; ; runs++) {
      Run<T> run = once(begin, body);
      SQLException error = run.error;
      if (error == null) {
        return Objects.requireNonNull(run.result);
      }
      interrupts.putOff();
      if (run.isDoubtful) {
        String outcome = outcome(run.transaction, interrupts);
        if ("committed".equals(outcome)) {
          return Objects.requireNonNull(run.result);
        } else if (!"aborted".equals(outcome)) {
          throw Failures.of(error, dialect, tables, true);
        }
      }
      if (runs == MAX_RUNS || !Failures.isPassing(error)) {
        throw Failures.of(error, dialect, tables, false);
      }
    }
  }

  /**
   * How a run of a transaction ended.
   *
   * @param result null if it failed before its commit
   * @param isDoubtful whether it failed, and may have been committed
   */
  private record Run<T>(
      @Nullable T result,
      @Nullable SQLException error,
      boolean isDoubtful,
      @Nullable String transaction) {}

  private <T> Run<T> once(Begin begin, Body<T> body) {
    Session session = take(true);
    T result = null;
    boolean isBroken = true;
    try {
      session.transaction(null);
      begin.begin(session);
      result = body.run(session);
      dialect.commit(session);
      isBroken = false;
      return new Run<>(result, null, false, null);
    } catch (SQLException e) {
      boolean isDoubtful = result != null && dialect.isDoubtful(e);
      isBroken = isDoubtful || !isRolledBack(session);
      return new Run<>(result, e, isDoubtful, session.transaction());
    } catch (RuntimeException | Error e) {
      isBroken = !isRolledBack(session);
      throw e;
    } finally {
      sessions.giveBack(session, isBroken);
    }
  }

  private Session take(boolean isWriting) {
    try {
      return sessions.take(isWriting);
    } catch (SQLException e) {
      throw Failures.of(e, dialect, tables, false);
    }
  }

  private boolean isRolledBack(Session session) {
    try {
      dialect.rollback(session);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  /**
   * What became of a transaction, by another connection; null if that is not known. Asks for some
   * seconds, for a database that restarts has closed all connections and takes none for a moment.
   */
  private @Nullable String outcome(@Nullable String transaction, Interrupts interrupts) {
    if (transaction == null) {
      return null;
    }
    long end = System.nanoTime() + ASKING.toNanos();
    String outcome = askOutcome(transaction);
    while (outcome == null && System.nanoTime() - end < 0) {
      interrupts.pause(ASKING.dividedBy(20));
      outcome = askOutcome(transaction);
    }
    return outcome;
  }

  private @Nullable String askOutcome(String transaction) {
    Session session;
    try {
      session = sessions.take(true);
    } catch (SQLException e) {
      return null;
    }
    boolean isBroken = true;
    try {
      String outcome = dialect.outcome(session, transaction);
      isBroken = false;
      return outcome;
    } catch (SQLException e) {
      return null;
    } finally {
      sessions.giveBack(session, isBroken);
    }
  }

  private <T> T againReading(Body<T> body, Interrupts interrupts) {
    for (int runs = 1; ; runs++) {
      Session session = take(false);
      boolean isBroken = true;
      try {
        T result = body.run(session);
        isBroken = false;
        return result;
      } catch (SQLException e) {
        if (runs == MAX_RUNS || !Failures.isPassing(e)) {
          throw Failures.of(e, dialect, tables, false);
        }
        interrupts.putOff();
      } finally {
        sessions.giveBack(session, isBroken);
      }
    }
  }

  @Override
  public void close() {
    sessions.close();
  }
}
