package io.github.llmfeedback.outbox.crash;

import io.github.llmfeedback.outbox.OutboxStore;
import io.github.llmfeedback.outbox.jdbc.JdbcOutboxStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A database, as its JDBC URL, for several processes. */
record Place(String url) {
  private static final String SQLITE = "jdbc:sqlite:";

  static Place of(Path file) {
    return new Place(SQLITE + file);
  }

  boolean isSqlite() {
    return url.startsWith(SQLITE);
  }

  /** A store of its own for an outbox, which creates its tables. */
  OutboxStore store(String process) {
    return isSqlite()
        ? JdbcOutboxStore.sqlite(Path.of(url.substring(SQLITE.length())))
        : JdbcOutboxStore.builder(new Pool(urlFor(process), 6)).createSchema(true).build();
  }

  private String urlFor(String process) {
    return isSqlite() ? url : url + "&ApplicationName=" + process;
  }

  /** Another way in, for the test itself. */
  Connection connect() throws SQLException {
    return DriverManager.getConnection(urlFor("test"));
  }

  void execute(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
