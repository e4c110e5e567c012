package io.github.llmfeedback.outbox.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL 10 or later. Many rows are added by one statement, with an array for each column.
 *
 * <p>A transaction's number is asked for along with the time, because {@code txid_status} tells by
 * it what became of a commit whose response was lost. What is added by one statement commits by
 * itself, which saves two of three ways to the server.
 */
final class PostgresDialect implements Dialect {
  /**
   * The caller's pool may have other defaults. A process that is frozen in a transaction must not
   * keep others from a lane for longer than the timeout, in milliseconds. Without statistics, as
   * after a first rush, PostgreSQL would read the whole table to find a few hundred rows by id.
   */
  private static final String BEGIN =
      "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;"
          + " SET LOCAL idle_in_transaction_session_timeout = 15000;"
          + " SET LOCAL lock_timeout = 20000;"
          + " SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
          + " SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off;"
          + " SET LOCAL enable_mergejoin = off";

  private static final String NOW =
      "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, txid_current()::text";

  private final Tables tables;
  private final String insertOne;
  private final String insertMany;
  private final String lock;
  private final String addLane;

  PostgresDialect(Tables tables) {
    this.tables = tables;
    String columns = "(id, lane, target_hash, added_at, changed_at, form_version, form)";
    insertOne =
        tables.sql(
            "INSERT INTO {entry} %s VALUES (?, ?, ?, ?, ?, %d, ?)"
                .formatted(columns, Rows.FORM_VERSION));
    insertMany =
        tables.sql(
            ("INSERT INTO {entry} %s"
                    + " SELECT e.id, l.lane, e.hash, e.added, e.added, %d, e.form"
                    + " FROM unnest(?, ?, ?, ?) WITH ORDINALITY e (id, hash, added, form, n)"
                    + " CROSS JOIN unnest(?) l (lane) ORDER BY e.n, l.lane")
                .formatted(columns, Rows.FORM_VERSION));
    lock = tables.sql("SELECT name FROM {lane} WHERE name = ? FOR UPDATE");
    addLane = tables.sql("INSERT INTO {lane} (name) VALUES (?) ON CONFLICT DO NOTHING");
  }

  @Override
  public Database database() {
    return Database.POSTGRESQL;
  }

  @Override
  public String place() {
    return "the outbox's database";
  }

  @Override
  public String sql(String template) {
    return tables
        .sql(template)
        .replace("{greatest}", "greatest")
        .replace("NOT {in}", "NOT IN (SELECT unnest(?))")
        .replace("{in}", "= ANY (?)")
        .replace("{row in (}", "ctid = ANY (ARRAY(")
        .replace("{row}", "ctid")
        .replace("{)}", " FOR UPDATE SKIP LOCKED))");
  }

  @Override
  public UUID id(ResultSet row, String column) throws SQLException {
    return row.getObject(column, UUID.class);
  }

  @Override
  public @Nullable Object bound(Connection connection, @Nullable Object value) throws SQLException {
    return value instanceof Session.Several several
        ? connection.createArrayOf(several.type(), several.values().toArray())
        : value;
  }

  @Override
  public Long now(Session session) throws SQLException {
    return session
        .query(
            NOW,
            row -> {
              session.transaction(row.getString(2));
              return row.getLong(1);
            })
        .get(0);
  }

  @Override
  public void lock(Session session, String lane) throws SQLException {
    if (session.query(lock, row -> row.getString(1), lane).isEmpty()) {
      session.update(addLane, lane);
      session.query(lock, row -> row.getString(1), lane);
    }
  }

  @Override
  public void insert(
      Session session, Collection<String> lanes, List<Rows.Added> entries, boolean isAgain)
      throws SQLException {
    String end = isAgain ? " ON CONFLICT (id, lane) DO NOTHING" : "";
    if (lanes.size() == 1 && entries.size() == 1) {
      Rows.Added entry = entries.get(0);
      session.update(
          insertOne + end,
          entry.id(),
          lanes.iterator().next(),
          entry.targetHash(),
          entry.addedAt(),
          entry.addedAt(),
          entry.form());
      return;
    }
    session.update(
        insertMany + end,
        array(session, "uuid", entries, Rows.Added::id),
        array(session, "bigint", entries, Rows.Added::targetHash),
        array(session, "bigint", entries, Rows.Added::addedAt),
        array(session, "text", entries, Rows.Added::form),
        session.connection().createArrayOf("text", lanes.toArray()));
  }

  private static <T> Array array(
      Session session, String type, List<T> rows, Function<T, @Nullable Object> column)
      throws SQLException {
    @Nullable Object[] values = new @Nullable Object[rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = column.apply(rows.get(i));
    }
    return session.connection().createArrayOf(type, values);
  }

  @Override
  public void begin(Session session) throws SQLException {
    session.connection().setAutoCommit(false);
    try (Statement statement = session.connection().createStatement()) {
      statement.execute(BEGIN);
    }
  }

  @Override
  public void beginAdding(Session session, boolean isOneStatement) throws SQLException {
    session.connection().setAutoCommit(isOneStatement);
  }

  @Override
  public void commit(Session session) throws SQLException {
    if (!session.connection().getAutoCommit()) {
      session.connection().commit();
    }
  }

  @Override
  public void rollback(Session session) throws SQLException {
    if (!session.connection().getAutoCommit()) {
      session.connection().rollback();
    }
  }

  @Override
  public boolean isDoubtful(SQLException e) {
    return Failures.isConnectionLost(e);
  }

  /**
   * What became of a transaction whose commit did not respond: {@code committed}, {@code aborted},
   * or null if that is not known. Gives a commit that is under way two seconds to end.
   */
  @Override
  public @Nullable String outcome(Session session, String transaction) throws SQLException {
    try (PreparedStatement ask =
        session.connection().prepareStatement("SELECT txid_status(?::bigint), pg_sleep(?)")) {
      for (int tries = 0; tries < 20; tries++) {
        ask.setString(1, transaction);
        ask.setDouble(2, tries == 0 ? 0 : 0.1);
        try (ResultSet result = ask.executeQuery()) {
          result.next();
          String status = result.getString(1);
          if (!"in progress".equals(status)) {
            return status;
          }
        }
      }
    }
    return null;
  }
}
