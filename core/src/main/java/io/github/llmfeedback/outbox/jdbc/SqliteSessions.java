package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.OutboxException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Sessions with a SQLite file: one that writes and one that reads, so that neither waits. */
final class SqliteSessions implements Sessions {
  static final String DRIVER = "org.xerial:sqlite-jdbc:3.54.1.0";

  private final Path file;
  private final Dialect dialect;
  private final Kept writer = new Kept();
  private final Kept reader = new Kept();
  private volatile boolean isClosed;

  SqliteSessions(Path file, Dialect dialect) {
    this.file = file;
    this.dialect = dialect;
  }

  /** A connection that is kept, for one thread at a time. */
  private static final class Kept {
    final ReentrantLock lock = new ReentrantLock();
    @Nullable Session session;
  }

  @Override
  public Session take(boolean isWriting) throws SQLException {
    Kept kept = isWriting ? writer : reader;
    kept.lock.lock();
    try {
      if (isClosed) {
        throw new OutboxException(
            "the outbox's store is closed; nothing was stored or changed", null, false);
      }
      Session session = kept.session;
      if (session == null) {
        session = new Session(connect(file), dialect, true);
        kept.session = session;
      }
      return session;
    } catch (SQLException | RuntimeException | Error e) {
      kept.lock.unlock();
      throw e;
    }
  }

  @Override
  public void giveBack(Session session, boolean isBroken) {
    Kept kept = session == writer.session ? writer : reader;
    try {
      if (isBroken) {
        close(kept);
      }
    } finally {
      kept.lock.unlock();
    }
  }

  /** Creates the file if need be, readable for its owner alone, as SQLite's files beside it are. */
  static void create(Path file) {
    checkDriver();
    if (Files.isDirectory(file)) {
      throw new OutboxException(
          "the outbox's SQLite file " + file + " is a folder: name a file in it", null, false);
    }
    try {
      if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
    } catch (FileAlreadyExistsException e) {
      // As it is.
    } catch (IOException e) {
      throw new OutboxException(
          "the outbox's SQLite file "
              + file
              + " cannot be created: does its folder exist, and is it writable?",
          e,
          false);
    }
  }

  private static void checkDriver() {
    try {
      DriverManager.getDriver("jdbc:sqlite:");
    } catch (SQLException e) {
      throw noDriver();
    }
  }

  private static OutboxException noDriver() {
    return new OutboxException(
        "there is no JDBC driver for SQLite: add " + DRIVER + " to the class path", null, false);
  }

  static Connection connect(Path file) throws SQLException {
    Connection connection;
    try {
      connection = DriverManager.getConnection("jdbc:sqlite:" + file.toAbsolutePath());
    } catch (SQLException e) {
      if ("08001".equals(e.getSQLState())) {
        throw noDriver();
      }
      throw e;
    } catch (LinkageError e) {
      throw new OutboxException(
          "the JDBC driver for SQLite could not load its native library; it unpacks that into"
              + " java.io.tmpdir, which must be writable and allow execution",
          e,
          false);
    }
    try {
      prepare(connection);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** What each connection needs: what is committed is on the disk, and nothing is mapped. */
  static void prepare(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.setAutoCommit(true); // within a transaction these have no effect, or are refused
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("PRAGMA mmap_size = 0");
    }
  }

  private static void close(Kept kept) {
    Session session = kept.session;
    kept.session = null;
    if (session != null) {
      try {
        session.close();
        session.connection().close();
      } catch (SQLException e) {
        // What was committed is on the disk.
      }
    }
  }

  @Override
  public void close() {
    isClosed = true;
    for (Kept kept : new Kept[] {writer, reader}) {
      kept.lock.lock();
      try {
        close(kept);
      } finally {
        kept.lock.unlock();
      }
    }
  }
}
