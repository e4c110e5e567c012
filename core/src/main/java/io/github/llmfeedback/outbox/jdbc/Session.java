package io.github.llmfeedback.outbox.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A connection, with the statements that were prepared on it. Not thread-safe. */
final class Session implements AutoCloseable {
  private final Connection connection;
  private final Values values;
  private final boolean wasAutoCommit;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private @Nullable String transaction;

  Session(Connection connection, Values values, boolean wasAutoCommit) {
    this.connection = connection;
    this.values = values;
    this.wasAutoCommit = wasAutoCommit;
  }

  Connection connection() {
    return connection;
  }

  /** Whether the connection was in auto-commit mode when it came. */
  boolean wasAutoCommit() {
    return wasAutoCommit;
  }

  /** What the database calls the transaction, if that is known. */
  @Nullable String transaction() {
    return transaction;
  }

  void transaction(@Nullable String transaction) {
    this.transaction = transaction;
  }

  /** A statement that is prepared once. */
  PreparedStatement prepare(String sql) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    return statement;
  }

  private PreparedStatement bound(String sql, @Nullable Object... arguments) throws SQLException {
    PreparedStatement statement = prepare(sql);
    bind(statement, arguments);
    return statement;
  }

  private void bind(PreparedStatement statement, @Nullable Object[] arguments) throws SQLException {
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, values.bound(connection, arguments[i]));
    }
  }

  /** Executes a statement, and returns how many rows it changed. */
  int update(String sql, @Nullable Object... arguments) throws SQLException {
    return bound(sql, arguments).executeUpdate();
  }

  /**
   * Executes a statement for each of these, in order and on one way to the server, and returns how
   * many rows it changed for each.
   */
  <T> int[] updateEach(String sql, List<T> all, Function<T, @Nullable Object[]> arguments)
      throws SQLException {
    if (all.isEmpty()) {
      return new int[0];
    }
    PreparedStatement statement = prepare(sql);
    statement.clearBatch(); // of what failed before it was executed
    for (T each : all) {
      bind(statement, arguments.apply(each));
      statement.addBatch();
    }
    return statement.executeBatch();
  }

  /** The rows that a statement returns. */
  <T> List<T> query(String sql, Row<T> row, @Nullable Object... arguments) throws SQLException {
    List<T> rows = new ArrayList<>();
    try (ResultSet results = bound(sql, arguments).executeQuery()) {
      while (results.next()) {
        rows.add(row.read(results));
      }
    }
    return rows;
  }

  /** Closes the statements. */
  @Override
  public void close() throws SQLException {
    for (PreparedStatement statement : statements.values()) {
      statement.close();
    }
    statements.clear();
  }

  /** Reads a row. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /**
   * Several values as one argument.
   *
   * @param type what PostgreSQL calls their type
   */
  record Several(String type, Collection<?> values) {
    static Several ids(Collection<UUID> ids) {
      return new Several("uuid", ids);
    }

    static Several hashes(Collection<Long> hashes) {
      return new Several("bigint", hashes);
    }
  }

  /** Turns an argument into what the driver takes. */
  interface Values {
    @Nullable Object bound(Connection connection, @Nullable Object value) throws SQLException;
  }
}
