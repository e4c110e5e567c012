package io.github.llmfeedback.outbox.crash;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real PostgreSQL that can be restarted; a commit is on disk when it returns. */
final class Postgres implements AutoCloseable {
  private final Path data;
  private EmbeddedPostgres server;
  private int databases;

  /** Starts it; fails where it cannot start. */
  Postgres() {
    try {
      data = Files.createTempDirectory("postgres");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server = start(0);
  }

  private EmbeddedPostgres start(int port) {
    try {
      EmbeddedPostgres.Builder builder =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setServerConfig("synchronous_commit", "on") // not so by default
              .setServerConfig("fsync", "on");
      return (port == 0 ? builder : builder.setPort(port)).start();
    } catch (IOException | RuntimeException e) {
      throw new AssertionError(
          "PostgreSQL cannot start on this machine, and these tests need it; nothing is skipped",
          e);
    }
  }

  /** A new database. */
  Place create() {
    String name = "crash" + ++databases;
    Place all = place("postgres");
    all.execute("CREATE DATABASE " + name);
    return place(name);
  }

  private Place place(String database) {
    return new Place(server.getJdbcUrl("postgres", database));
  }

  /**
   * Stops it, and starts it again on the same port.
   *
   * @param hard whether it has no time to end its transactions, and recovers when it starts
   */
  void restart(boolean hard) throws InterruptedException {
    int port = server.getPort();
    if (hard) {
      quit(server.getProcess());
    }
    stop();
    server = start(port);
  }

  /** An immediate shutdown. */
  private static void quit(Process postmaster) throws InterruptedException {
    try {
      new ProcessBuilder("kill", "-QUIT", Long.toString(postmaster.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!postmaster.waitFor(10, TimeUnit.SECONDS)) {
      throw new AssertionError("PostgreSQL did not end");
    }
  }

  private void stop() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    stop();
    try (Stream<Path> files = Files.walk(data)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
