package io.github.llmfeedback.outbox.jdbc;

/** A kind of database that a {@link JdbcOutboxStore} knows. */
public enum Database {
  /** PostgreSQL 10 or later, which processes on several machines can share. */
  POSTGRESQL("PostgreSQL"),
  /** SQLite 3.51.3 or later: a file, for the processes of one machine. */
  SQLITE("SQLite");

  private final String product;

  Database(String product) {
    this.product = product;
  }

  /** Its name, as its JDBC driver says it. */
  @Override
  public String toString() {
    return product;
  }
}
