package io.github.llmfeedback.outbox.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Sessions with the connections of an application's data source, each given back as it was. */
final class PooledSessions implements Sessions {
  private final DataSource dataSource;
  private final Dialect dialect;
  private final Preparation preparation;

  PooledSessions(DataSource dataSource, Dialect dialect, Preparation preparation) {
    this.dataSource = dataSource;
    this.dialect = dialect;
    this.preparation = preparation;
  }

  @Override
  public Session take(boolean isWriting) throws SQLException {
    Connection connection = connection(dataSource);
    try {
      Session session = new Session(connection, dialect, connection.getAutoCommit());
      preparation.prepare(connection);
      return session;
    } catch (SQLException | RuntimeException e) {
      close(connection);
      throw e;
    }
  }

  /**
   * A connection of a data source.
   *
   * @throws SQLException also if it gives none, or throws otherwise: HikariCP does so if it cannot
   *     connect the first time
   */
  static Connection connection(DataSource dataSource) throws SQLException {
    Connection connection;
    try {
      connection = dataSource.getConnection();
    } catch (RuntimeException e) {
      throw new SQLException("the data source threw an exception", e);
    }
    if (connection == null) {
      throw new SQLException("the data source gave null");
    }
    return connection;
  }

  @Override
  public void giveBack(Session session, boolean isBroken) {
    Connection connection = session.connection();
    try {
      session.close();
      if (!isBroken && !connection.getAutoCommit()) {
        connection.rollback(); // what only reads begins a transaction, too
      }
      // A transaction that could not be rolled back would be committed by this.
      if (!isBroken && connection.getAutoCommit() != session.wasAutoCommit()) {
        connection.setAutoCommit(session.wasAutoCommit());
      }
    } catch (SQLException e) {
      // The pool finds out for itself that the connection is useless.
    } finally {
      close(connection);
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // What was to be stored is stored or not by now.
    }
  }

  @Override
  public void close() {
    // The data source is the application's.
  }

  /** Sets what a connection needs for each use. */
  interface Preparation {
    void prepare(Connection connection) throws SQLException;
  }
}
