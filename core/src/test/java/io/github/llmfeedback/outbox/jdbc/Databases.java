package io.github.llmfeedback.outbox.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Real databases for tests: files of SQLite, and databases of one PostgreSQL that is started for
 * the first test that needs it and ends with the JVM.
 */
public final class Databases {
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static @Nullable EmbeddedPostgres postgres;

  private Databases() {}

  /** A new, empty database of the PostgreSQL that this JVM's tests share. */
  public static DataSource postgres() {
    return postgres(createPostgres());
  }

  /** The name of a new, empty database. */
  static String createPostgres() {
    String name = "test" + COUNT.incrementAndGet();
    execute(server().getPostgresDatabase(), "CREATE DATABASE " + name);
    return name;
  }

  static DataSource postgres(String name) {
    return new UrlDataSource(url(name, port()));
  }

  /** The URL of a new, empty database. */
  static String newUrl(Database database) {
    return database == Database.SQLITE ? "jdbc:sqlite:" + sqlite() : url(createPostgres(), port());
  }

  static String url(String name, int port) {
    return "jdbc:postgresql://localhost:" + port + "/" + name + "?user=postgres";
  }

  static int port() {
    return server().getPort();
  }

  private static EmbeddedPostgres server() {
    LOCK.lock();
    try {
      if (postgres == null) {
        postgres = start();
      }
      return postgres;
    } finally {
      LOCK.unlock();
    }
  }

  private static EmbeddedPostgres start() {
    try {
      EmbeddedPostgres server = EmbeddedPostgres.builder().start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
      return server;
    } catch (IOException | RuntimeException e) {
      throw new AssertionError(
          "PostgreSQL cannot start on this machine, and these tests need it; nothing is skipped",
          e);
    }
  }

  private static void stop(EmbeddedPostgres server) {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The path of a SQLite file that does not exist yet, in a folder of its own. */
  public static Path sqlite() {
    try {
      Path folder = Files.createTempDirectory("outbox");
      folder.toFile().deleteOnExit();
      return folder.resolve("outbox.db");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void execute(DataSource dataSource, String sql) {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
