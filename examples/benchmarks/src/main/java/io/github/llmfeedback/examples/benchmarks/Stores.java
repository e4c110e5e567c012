package io.github.llmfeedback.examples.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.llmfeedback.outbox.OutboxStore;
import io.github.llmfeedback.outbox.jdbc.JdbcOutboxStore;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;

/** The databases that are measured. */
final class Stores {
  private Stores() {}

  /** A file in a folder of its own, which ends with the machine's temporary files. */
  static Path file() throws IOException {
    return Files.createTempDirectory("outbox-benchmark").resolve("feedback.db");
  }

  /** A new SQLite store. */
  static OutboxStore sqlite() throws IOException {
    return JdbcOutboxStore.builder(file()).maxBytes(8L << 30).build();
  }

  /** A new store in PostgreSQL. */
  static OutboxStore postgres(String url, String tables, int threads) {
    return JdbcOutboxStore.builder(pool(url, threads)).tables(tables).createSchema(true).build();
  }

  /** A store in a PostgreSQL that ends with this JVM. */
  static OutboxStore ownPostgres() throws IOException {
    EmbeddedPostgres server = EmbeddedPostgres.start();
    return postgres(server.getJdbcUrl("postgres", "postgres"), "outbox_", 1);
  }

  /** A pool as an application has one, with a connection for each thread and the outbox. */
  static DataSource pool(String url, int threads) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(threads + 4);
    return new HikariDataSource(config);
  }
}
