package io.github.llmfeedback.outbox.crash;

import io.github.llmfeedback.outbox.jdbc.TestDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A pool of connections, as an application has one: those that broke are not given out again. */
final class Pool extends TestDataSource {
  private final String url;
  private final Semaphore permits;
  private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();

  Pool(String url, int size) {
    this.url = url;
    permits = new Semaphore(size);
  }

  @Override
  public Connection getConnection() throws SQLException {
    try {
      if (!permits.tryAcquire(10, TimeUnit.SECONDS)) {
        throw new SQLException("no connection is free");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", e);
    }
    try {
      Connection kept;
      while ((kept = idle.pollFirst()) != null) {
        if (kept.isValid(2)) {
          return lent(kept);
        }
        kept.close();
      }
      return lent(DriverManager.getConnection(url));
    } catch (SQLException | RuntimeException | Error e) {
      permits.release();
      throw e;
    }
  }

  private Connection lent(Connection connection) {
    boolean[] isBack = new boolean[1];
    return (Connection)
        Proxy.newProxyInstance(
            Pool.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, args) -> {
              if (method.getName().equals("close")) {
                if (!isBack[0]) {
                  isBack[0] = true;
                  back(connection);
                }
                return null;
              } else if (method.getName().equals("isClosed") && isBack[0]) {
                return true;
              }
              try {
                return method.invoke(connection, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void back(Connection connection) throws SQLException {
    try {
      if (!connection.isClosed()) {
        if (!connection.getAutoCommit()) {
          connection.rollback();
          connection.setAutoCommit(true);
        }
        idle.addFirst(connection);
      }
    } finally {
      permits.release();
    }
  }
}
