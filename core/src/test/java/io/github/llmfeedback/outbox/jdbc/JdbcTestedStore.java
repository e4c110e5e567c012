package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.concurrent.Clock;
import io.github.llmfeedback.outbox.OutboxStore;
import io.github.llmfeedback.outbox.TestedStore;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Two stores in one new database. */
public final class JdbcTestedStore implements TestedStore {
  private final KeptConnections connections;
  private final AtomicLong millis =
      new AtomicLong(Instant.parse("2026-11-22T12:00:00Z").toEpochMilli());
  private final JdbcOutboxStore store;
  private final JdbcOutboxStore another;

  /**
   * Opens both.
   *
   * @param ownClock whether they go by the clock that they have otherwise, instead of the test's
   */
  public JdbcTestedStore(Database database, Set<String> lanes, boolean ownClock) {
    if (database == Database.SQLITE) {
      Path file = Databases.sqlite();
      connections = new KeptConnections("jdbc:sqlite:" + file);
      store = opened(JdbcOutboxStore.builder(file), lanes, ownClock);
      another = opened(JdbcOutboxStore.builder(file), lanes, ownClock);
    } else {
      connections =
          new KeptConnections(Databases.url(Databases.createPostgres(), Databases.port()));
      store = opened(JdbcOutboxStore.builder(connections), lanes, ownClock);
      another = opened(JdbcOutboxStore.builder(connections), lanes, ownClock);
    }
  }

  private JdbcOutboxStore opened(
      JdbcOutboxStore.Builder builder, Set<String> lanes, boolean ownClock) {
    builder.createSchema(true);
    JdbcOutboxStore opened = (ownClock ? builder : builder.clock(new TestClock())).build();
    opened.open(lanes);
    return opened;
  }

  private final class TestClock implements Clock {
    @Override
    public long nanoTime() {
      return millis.incrementAndGet() * 1_000_000;
    }

    @Override
    public Instant now() {
      return Instant.ofEpochMilli(millis.incrementAndGet());
    }
  }

  /** Forgets all entries, so that the next test need not wait for another database. */
  public JdbcTestedStore emptied() {
    for (String table : new String[] {"entry", "total"}) {
      Databases.execute(connections, "DELETE FROM " + Tables.DEFAULT_PREFIX + table);
    }
    return this;
  }

  @Override
  public OutboxStore store() {
    return store;
  }

  @Override
  public OutboxStore another() {
    return another;
  }

  @Override
  public Instant now() {
    return new TestClock().now();
  }

  @Override
  public void pass(Duration time) {
    millis.addAndGet(time.toMillis());
  }

  @Override
  public boolean keepsFinal() {
    return true;
  }

  @Override
  public void close() {
    store.close();
    another.close();
    try {
      connections.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
