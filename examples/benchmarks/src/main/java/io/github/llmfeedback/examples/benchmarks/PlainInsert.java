package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.json.FeedbackJson;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/**
 * The database's own insert of a row with the same text, and the same durability: what one would
 * write by hand.
 */
final class PlainInsert {
  private static final Feedback FEEDBACK = Samples.feedback("trace-1");
  private static final String INSERT = "INSERT INTO plain (id, form) VALUES (?, ?)";

  private PlainInsert() {}

  private static void fill(PreparedStatement insert) throws SQLException {
    insert.setString(1, UUID.randomUUID().toString());
    insert.setString(2, FeedbackJson.strict().write(FEEDBACK));
    insert.executeUpdate();
  }

  private static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS plain (id varchar(36) PRIMARY KEY, form text)");
    }
  }

  /** Into SQLite, which has one writer at a time: one connection under a lock. */
  static final class Sqlite implements Workload {
    private final ReentrantLock lock = new ReentrantLock();
    private final PreparedStatement insert;

    Sqlite(String url, int threads) throws SQLException, IOException {
      Connection connection = DriverManager.getConnection("jdbc:sqlite:" + Stores.file());
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode=WAL");
        statement.execute("PRAGMA synchronous=FULL");
      }
      create(connection);
      insert = connection.prepareStatement(INSERT);
    }

    @Override
    public void run() throws SQLException {
      lock.lock();
      try {
        fill(insert);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Into PostgreSQL, from a pool. */
  static final class Postgres implements Workload {
    private final DataSource pool;

    Postgres(String url, int threads) throws SQLException {
      pool = Stores.pool(url, threads);
      try (Connection connection = pool.getConnection()) {
        create(connection);
      }
    }

    @Override
    public void run() throws SQLException {
      try (Connection connection = pool.getConnection();
          PreparedStatement insert = connection.prepareStatement(INSERT)) {
        fill(insert);
      }
    }
  }
}
