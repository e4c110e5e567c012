package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.redaction.ForeignException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import javax.sql.DataSource;

/** Recognises a database, and checks that it is one that keeps what it acknowledges. */
final class Opening {
  /** Those before could corrupt a file in WAL mode that several connections write to. */
  private static final int[] MIN_SQLITE = {3, 51, 3};

  private static final int MIN_POSTGRES = 10;

  private final Tables tables;

  Opening(Tables tables) {
    this.tables = tables;
  }

  /** Sessions with a SQLite file, which is created if need be. */
  Sessions file(Path file, Dialect dialect) {
    SqliteSessions.create(file);
    try (Connection connection = SqliteSessions.connect(file)) {
      checkSqlite(connection);
    } catch (SQLException e) {
      throw Failures.of(e, dialect, tables, false);
    }
    return new SqliteSessions(file, dialect);
  }

  /** How to talk to the database of a data source. */
  Dialect recognise(DataSource dataSource) {
    Connection connection;
    try {
      connection = PooledSessions.connection(dataSource);
    } catch (SQLException e) {
      throw Failures.of(e, new PostgresDialect(tables), tables, false);
    }
    try (connection) {
      DatabaseMetaData metaData = connection.getMetaData();
      String product = String.valueOf(metaData.getDatabaseProductName());
      if (product.equals(Database.POSTGRESQL.toString())) {
        checkPostgres(metaData.getDatabaseMajorVersion());
        return new PostgresDialect(tables);
      } else if (product.equals(Database.SQLITE.toString())) {
        checkSqlite(connection);
        return new SqliteDialect(tables, null);
      }
      throw unsupported(product);
    } catch (SQLException e) {
      throw new OutboxException(
          "the outbox's database did not tell what it is; nothing was stored",
          ForeignException.of(e),
          false);
    }
  }

  private static OutboxException unsupported(String product) {
    return new OutboxException(
        "the data source is one of "
            + product
            + ", and the outbox keeps its entries in PostgreSQL or SQLite only"
            + (product.equals("H2")
                ? ": by default H2 loses what it acknowledged when its process is killed"
                : ""),
        null,
        false);
  }

  private static void checkPostgres(int version) {
    if (version < MIN_POSTGRES) {
      throw new OutboxException(
          "the outbox needs PostgreSQL %d or later, but this is %d"
              .formatted(MIN_POSTGRES, version),
          null,
          false);
    }
  }

  static void checkSqlite(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      checkSqliteVersion(text(statement, "SELECT sqlite_version()"));
      statement.execute("PRAGMA busy_timeout = 10000");
      String mode = text(statement, "PRAGMA journal_mode = WAL");
      if (!mode.equalsIgnoreCase("wal")) {
        throw new OutboxException(
            "the outbox's SQLite database cannot have a write-ahead log (its journal mode is "
                + mode
                + "): it must be a file on a local disk, and not in memory",
            null,
            false);
      }
    }
  }

  static void checkSqliteVersion(String version) {
    String[] parts = version.split("\\.", -1);
    for (int i = 0; i < MIN_SQLITE.length; i++) {
      int part = i < parts.length ? Integer.parseInt(parts[i]) : 0;
      if (part < MIN_SQLITE[i]) {
        throw new OutboxException(
            String.format(
                Locale.ROOT,
                "the outbox needs SQLite 3.51.3 or later, but this is %s, which can corrupt a file"
                    + " that several connections write to: use %s or later",
                version,
                SqliteSessions.DRIVER),
            null,
            false);
      } else if (part > MIN_SQLITE[i]) {
        return;
      }
    }
  }

  private static String text(Statement statement, String sql) throws SQLException {
    try (ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? String.valueOf(result.getString(1)) : "";
    }
  }
}
