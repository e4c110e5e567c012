package io.github.llmfeedback.outbox.jdbc;

import java.sql.SQLException;

/** Where sessions come from. Thread-safe. */
interface Sessions extends AutoCloseable {
  /** A session for the caller alone, until it gives it back. */
  Session take(boolean isWriting) throws SQLException;

  /**
   * Takes a session back.
   *
   * @param isBroken whether it may be in a transaction, or useless
   */
  void giveBack(Session session, boolean isBroken);

  @Override
  void close();
}
