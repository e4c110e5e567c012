package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.redaction.ForeignException;
import java.sql.SQLException;
import java.util.Locale;

/**
 * Says in own words what a database complains about: its messages quote rows, and the driver's the
 * URL with its password.
 */
final class Failures {
  private Failures() {}

  static OutboxException of(SQLException e, Dialect dialect, Tables tables, boolean mayBeStored) {
    String what =
        switch (dialect.database()) {
          case POSTGRESQL -> postgres(e, tables, dialect.place());
          case SQLITE -> sqlite(e, tables, dialect.place());
        };
    if (isOfRows(e)) {
      return new RefusedException(what + "; nothing was stored", ForeignException.of(e));
    }
    return new OutboxException(
        what
            + (mayBeStored
                ? "; it is not known whether what was to be stored or changed has been"
                : "; nothing was stored or changed"),
        ForeignException.of(e),
        mayBeStored);
  }

  static String missingTables(Database database, Tables tables) {
    return "the outbox's database has no tables whose names begin with "
        + tables.prefix()
        + ": run the statements of JdbcOutboxStore.schema(Database."
        + database.name()
        + ", \""
        + tables.prefix()
        + "\"), or let the builder's createSchema(true) do it";
  }

  private static String postgres(SQLException e, Tables tables, String place) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    String what =
        switch (state) {
          case "42P01" -> missingTables(Database.POSTGRESQL, tables);
          case "3F000" ->
              "the outbox's database has no schema for tables whose names begin with "
                  + tables.prefix()
                  + ": create it (CREATE SCHEMA), or choose another with the builder's tables(...)";
          case "25P02" -> "the transaction had failed before, and accepts nothing but a rollback";
          case "42703" -> "the outbox's tables lack a column; were they changed?";
          case "42501" -> "the outbox's database user lacks a privilege on the outbox's tables";
          case "25006" ->
              place + " is read-only, perhaps because it is a standby: connect to the primary";
          case "53100" -> "the disk of the outbox's database is full";
          case "53300" -> place + " has too many connections";
          case "55P03", "40P01", "40001" ->
              place + " kept a row locked for too long, or again and again";
          case "57014" -> place + " canceled a statement, perhaps for its timeout";
          case "23505" -> "an entry with this id is stored already";
          case "3D000" -> place + " does not exist";
          default -> null;
        };
    if (what == null) {
      what =
          isConnectionLost(e)
              ? place + " cannot be reached, or ended the connection"
              : state.startsWith("28")
                  ? place + " refused the user or the password"
                  : state.isEmpty()
                      ? "no connection to the outbox's database was to be had"
                      : place + " failed";
    }
    return state.isEmpty() ? what : what + " (SQLState " + state + ")";
  }

  private static String sqlite(SQLException e, Tables tables, String place) {
    String what =
        switch (e.getErrorCode() & 0xFF) {
          case 1 ->
              String.valueOf(e.getMessage()).contains("no such table")
                  ? missingTables(Database.SQLITE, tables)
                  : "the outbox's SQLite database refused a statement; were its tables changed?";
          case 5, 6 ->
              place
                  + " was locked by another connection for too long: is there a transaction that"
                  + " does not end?";
          case 8 -> place + " is read-only";
          case 10 -> place + " cannot be read or written: is its disk sound?";
          case 11, 26 -> place + " is damaged, or not a SQLite database";
          case 13 -> place + " cannot grow: its disk is full";
          case 14 -> place + " cannot be opened: does its folder exist, and is it writable?";
          case 18 -> "what was to be stored is too big for SQLite";
          case 19 -> "an entry with this id is stored already";
          default -> place + " failed";
        };
    return what + String.format(Locale.ROOT, " (code %d)", e.getErrorCode());
  }

  /** Whether the connection is gone, or the server is about to go. */
  static boolean isConnectionLost(SQLException e) {
    String state = e.getSQLState();
    return state != null
        && (state.startsWith("08") || state.startsWith("57P") || state.equals("25P03"));
  }

  /** Whether the same transaction may go well if it is tried again at once. */
  static boolean isPassing(SQLException e) {
    String state = e.getSQLState();
    return "40001".equals(state) || "40P01".equals(state) || isConnectionLost(e);
  }

  /** Whether it is about the rows, so that others may be stored. */
  private static boolean isOfRows(SQLException e) {
    String state = e.getSQLState();
    return state != null
        ? state.startsWith("22") || state.startsWith("23") || state.startsWith("54")
        : e.getErrorCode() == 18 || e.getErrorCode() == 19;
  }
}
