package io.github.llmfeedback.outbox.jdbc;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.StringJoiner;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * SQLite. Its transactions are begun by hand: {@code BEGIN IMMEDIATE} is the only one that never
 * has to give up after it has read. Many rows are many executions of one statement.
 */
final class SqliteDialect implements Dialect {
  private final Tables tables;
  private final @Nullable Path file;
  private final String insert;

  /**
   * SQLite with these tables.
   *
   * @param file null if only the application's data source knows it
   */
  SqliteDialect(Tables tables, @Nullable Path file) {
    this.tables = tables;
    this.file = file;
    insert =
        tables.sql(
            "INSERT INTO {entry} (id, lane, target_hash, added_at, changed_at, form_version, form)"
                + " VALUES (?, ?, ?, ?, ?, "
                + Rows.FORM_VERSION
                + ", ?)");
  }

  @Override
  public Database database() {
    return Database.SQLITE;
  }

  @Override
  public String place() {
    return "the outbox's SQLite file" + (file == null ? "" : " " + file);
  }

  @Override
  public String sql(String template) {
    return tables
        .sql(template)
        .replace("{greatest}", "max")
        .replace("{in}", "IN (SELECT value FROM json_each(?))")
        .replace("{row in (}", "seq IN (")
        .replace("{row}", "seq")
        .replace("{)}", ")");
  }

  @Override
  public UUID id(ResultSet row, String column) throws SQLException {
    return UUID.fromString(row.getString(column));
  }

  @Override
  public @Nullable Object bound(Connection connection, @Nullable Object value) {
    if (value instanceof Session.Several several) {
      StringJoiner list = new StringJoiner(",", "[", "]");
      several
          .values()
          .forEach(each -> list.add(each instanceof UUID ? "\"" + each + "\"" : "" + each));
      return list.toString();
    }
    return value instanceof UUID ? value.toString() : value;
  }

  @Override
  public @Nullable Long now(Session session) {
    return null;
  }

  @Override
  public void lock(Session session, String lane) {
    // Whoever writes is alone.
  }

  @Override
  public void insert(
      Session session, Collection<String> lanes, List<Rows.Added> entries, boolean isAgain)
      throws SQLException {
    for (String lane : lanes) {
      session.updateEach(
          insert,
          entries,
          each ->
              new Object[] {
                each.id(), lane, each.targetHash(), each.addedAt(), each.addedAt(), each.form()
              });
    }
  }

  @Override
  public void begin(Session session) throws SQLException {
    Connection connection = session.connection();
    if (!connection.getAutoCommit()) {
      connection.setAutoCommit(true);
    }
    session.prepare("BEGIN IMMEDIATE").execute();
  }

  @Override
  public void beginAdding(Session session, boolean isOneStatement) throws SQLException {
    begin(session);
  }

  @Override
  public void commit(Session session) throws SQLException {
    session.prepare("COMMIT").execute();
  }

  @Override
  public void rollback(Session session) throws SQLException {
    session.prepare("ROLLBACK").execute();
  }

  /** What could not be written as a whole may be found as a whole after a crash. */
  @Override
  public boolean isDoubtful(SQLException e) {
    return (e.getErrorCode() & 0xFF) == 10;
  }

  @Override
  public @Nullable String outcome(Session session, String transaction) {
    return null;
  }
}
