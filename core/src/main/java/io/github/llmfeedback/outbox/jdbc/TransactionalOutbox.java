package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.outbox.OutboxFullException;
import java.sql.Connection;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * Adds feedback to an outbox within a transaction of the application's own: it is delivered if that
 * commits, and never was if it rolls back. Immutable and thread-safe.
 *
 * <pre>{@code
 * JdbcOutboxStore store = JdbcOutboxStore.on(dataSource);
 * Outbox outbox = Outbox.to(client).store(store).open();
 * TransactionalOutbox transactional = TransactionalOutbox.of(outbox, store);
 *
 * connection.setAutoCommit(false);
 * saveAnswer(connection);
 * transactional.add(connection, feedback);
 * connection.commit();
 * }</pre>
 *
 * <p>The connection must be one to the database in which the store has its tables. Nothing is
 * committed here, and the connection stays as it is. Entries are found some seconds after the
 * commit, and are not counted before it. In a transaction that stays open for long, they may be
 * sent after what was added later.
 */
public final class TransactionalOutbox {
  private final Outbox outbox;
  private final JdbcOutboxStore store;

  private TransactionalOutbox(Outbox outbox, JdbcOutboxStore store) {
    this.outbox = outbox;
    this.store = store;
  }

  /**
   * An outbox in the application's transactions.
   *
   * @param store the one that the outbox was opened with
   * @throws IllegalArgumentException if it is another
   */
  public static TransactionalOutbox of(Outbox outbox, JdbcOutboxStore store) {
    Objects.requireNonNull(store, "store must not be null");
    if (!Objects.requireNonNull(outbox, "outbox must not be null").isKeptIn(store)) {
      throw new IllegalArgumentException(
          "store must be the one that the outbox was opened with, or nobody would deliver what is"
              + " added: keep it in a variable, and pass it to both");
    }
    return new TransactionalOutbox(outbox, store);
  }

  /**
   * Adds a feedback within the transaction of a connection.
   *
   * @return the entry's id
   * @throws IllegalArgumentException if the connection is in auto-commit mode, or is one to another
   *     kind of database
   * @throws OutboxFullException if a SQLite database is full; nothing is dropped, and nobody waits
   * @throws OutboxException if the database refused it; PostgreSQL then accepts nothing but a
   *     rollback
   */
  public UUID add(Connection connection, Feedback feedback) {
    return addAll(connection, Collections.singletonList(feedback)).get(0);
  }

  /**
   * Adds several in order, as {@link #add} does.
   *
   * @return the entries' ids, in the same order
   */
  public List<UUID> addAll(Connection connection, Collection<? extends Feedback> feedbacks) {
    Objects.requireNonNull(connection, "connection must not be null");
    return outbox.addAll(
        feedbacks, (lanes, entries) -> store.addWithin(connection, lanes, entries));
  }
}
