package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.OutboxException;
import java.sql.SQLException;
import java.util.List;

/** Creates the tables, or checks those that are there. */
final class Schema {
  private final Transactions transactions;
  private final Tables tables;
  private final Database database;

  Schema(Transactions transactions, Tables tables) {
    this.transactions = transactions;
    this.tables = tables;
    this.database = transactions.dialect().database();
  }

  /** Makes sure that the tables are there, of a version that is known. */
  void open(boolean isCreating) {
    boolean isReady =
        transactions.write(
            session -> {
              if (!isThere(session)) {
                if (!isCreating) {
                  return false;
                }
                create(session);
              }
              check(session);
              return true;
            });
    if (!isReady) {
      throw new OutboxException(Failures.missingTables(database, tables), null, false);
    }
  }

  private boolean isThere(Session session) throws SQLException {
    String found =
        switch (database) {
          case POSTGRESQL -> "SELECT 1 WHERE to_regclass(?) IS NOT NULL";
          case SQLITE -> "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
        };
    return !session.query(found, row -> row.getInt(1), tables.named("meta")).isEmpty();
  }

  private void create(Session session) throws SQLException {
    if (database == Database.POSTGRESQL) {
      // IF NOT EXISTS fails if two do it at once.
      session.query("SELECT pg_advisory_xact_lock(?)", row -> 1, 0x0FEEDBACL);
    }
    for (String statement : tables.statements(database)) {
      session.update(statement);
    }
  }

  private void check(Session session) throws SQLException {
    List<Integer> versions =
        session.query(tables.sql("SELECT max(version) FROM {meta}"), row -> row.getInt(1));
    int version = versions.get(0);
    if (version != Tables.VERSION) {
      throw new OutboxException(
          ("the outbox's tables (%s...) are of version %d, and this version of the library knows"
                  + " version %d: use the version of the library that made them, or another prefix")
              .formatted(tables.prefix(), version, Tables.VERSION),
          null,
          false);
    }
  }
}
