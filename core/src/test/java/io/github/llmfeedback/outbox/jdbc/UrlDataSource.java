package io.github.llmfeedback.outbox.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A simple pool, which fails if a connection comes back in a transaction, and counts those out. */
class UrlDataSource extends TestDataSource {
  final AtomicInteger lent = new AtomicInteger();
  private final ConcurrentLinkedQueue<Connection> idle = new ConcurrentLinkedQueue<>();
  final String url;

  UrlDataSource(String url) {
    this.url = url;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection kept = idle.poll();
    Connection connection = kept == null ? connect() : kept;
    lent.incrementAndGet();
    return Proxies.of(
        Connection.class,
        (proxy, method, arguments) -> {
          if (method.getName().equals("close")) {
            giveBack(connection);
            return null;
          }
          return Proxies.invoke(method, connection, arguments);
        });
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url);
  }

  private void giveBack(Connection connection) throws SQLException {
    lent.decrementAndGet();
    if (!connection.isClosed()) {
      if (!connection.getAutoCommit()) {
        connection.close();
        throw new AssertionError("given back in a transaction");
      }
      idle.add(connection);
    }
  }
}
