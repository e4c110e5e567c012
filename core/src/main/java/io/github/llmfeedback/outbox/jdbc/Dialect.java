package io.github.llmfeedback.outbox.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the databases say in their own way. Immutable. */
interface Dialect extends Session.Values {
  Database database();

  /** What a message calls the place where the entries are. */
  String place();

  /** A statement of the store, with the names of the tables and what this database calls things. */
  String sql(String template);

  UUID id(ResultSet row, String column) throws SQLException;

  /** The database's time in milliseconds; null if it has none of its own. */
  @Nullable Long now(Session session) throws SQLException;

  /** Keeps others from claiming entries of the lane until the transaction ends. */
  void lock(Session session, String lane) throws SQLException;

  /**
   * Adds entries to lanes, in order, as pending.
   *
   * @param isAgain whether they may be there already
   */
  void insert(Session session, Collection<String> lanes, List<Rows.Added> entries, boolean isAgain)
      throws SQLException;

  /** Begins a transaction that sees what others commit, and is meant to write. */
  void begin(Session session) throws SQLException;

  /**
   * Begins one that adds entries, which needs less.
   *
   * @param isOneStatement whether it is only one statement, which may commit by itself
   */
  void beginAdding(Session session, boolean isOneStatement) throws SQLException;

  void commit(Session session) throws SQLException;

  void rollback(Session session) throws SQLException;

  /** Whether a commit that failed so may have been done. */
  boolean isDoubtful(SQLException e);

  /**
   * What became of a transaction whose commit did not respond: {@code committed}, {@code aborted},
   * or null if that is not known.
   */
  @Nullable String outcome(Session session, String transaction) throws SQLException;
}
