package io.github.llmfeedback.outbox.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A SQLite file, and what can be wrong with one. */
class SqliteFileTest {
  @Test
  void theFileAndThoseBesideItAreForTheirOwnerOnly() throws Exception {
    try (Opened opened = new Opened(Database.SQLITE)) {
      opened.add("t");
      Path file = Objects.requireNonNull(opened.file);
      for (String end : List.of("", "-wal", "-shm")) {
        Path each = Path.of(file + end);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
            .as(each.toString())
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void whatIsStoredIsThereForTheNextProcess() {
    try (Opened opened = new Opened(Database.SQLITE)) {
      UUID id = opened.add("t");
      opened.store.close();
      opened.store.close();
      assertThat(opened.another(builder -> builder).find(id)).hasSize(1);
      assertThatThrownBy(() -> opened.add("t"))
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void itIsWrittenToTheDiskAtEachCommit() throws SQLException {
    try (Opened opened = new Opened(Database.SQLITE);
        Connection connection = SqliteSessions.connect(Objects.requireNonNull(opened.file))) {
      assertThat(opened.query("PRAGMA journal_mode")).containsExactly("wal");
      try (Statement statement = connection.createStatement()) {
        assertThat(statement.executeQuery("PRAGMA synchronous").getInt(1)).isEqualTo(2);
        assertThat(statement.executeQuery("PRAGMA mmap_size").getInt(1)).isZero();
        assertThat(statement.executeQuery("PRAGMA busy_timeout").getInt(1)).isEqualTo(10_000);
      }
    }
  }

  @Test
  void aFolderThatDoesNotExistIsSaid() {
    JdbcOutboxStore store = JdbcOutboxStore.sqlite(Path.of("does", "not", "exist.db"));
    assertThatThrownBy(() -> store.open(Set.of("a")))
        .isInstanceOf(OutboxException.class)
        .hasMessageContaining("cannot be created: does its folder exist");
  }

  @Test
  void aFileOfSomethingElseIsSaidAndLeftAlone() throws Exception {
    Path file = Databases.sqlite();
    String text = "This is a letter, and not a database. ".repeat(100);
    Files.writeString(file, text);
    JdbcOutboxStore store = JdbcOutboxStore.sqlite(file);
    assertThatThrownBy(() -> store.open(Set.of("a")))
        .isInstanceOf(OutboxException.class)
        .hasMessageContaining("SQLite file " + file + " is damaged, or not a SQLite database");
    assertThat(Files.readString(file)).isEqualTo(text);
  }

  @Test
  void aReadOnlyFileIsSaid() {
    try (Opened opened = new Opened(Database.SQLITE)) {
      opened.add("t");
      JdbcOutboxStore readOnly =
          JdbcOutboxStore.on(new UrlDataSource("jdbc:sqlite:file:" + opened.file + "?mode=ro"));
      assertThatThrownBy(() -> readOnly.open(Set.of("a")))
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("read-only");
      opened.add("t");
    }
  }

  @Test
  void aDatabaseInMemoryIsRefused() {
    JdbcOutboxStore memory = JdbcOutboxStore.on(new UrlDataSource("jdbc:sqlite::memory:"));
    assertThatThrownBy(() -> memory.open(Set.of("a")))
        .isInstanceOf(OutboxException.class)
        .hasMessageContaining("not in memory");
  }

  @Test
  void aFullDiskIsSaidAndWhatIsThereStaysAndGoesOn() {
    try (Opened opened = new Opened(Database.SQLITE)) {
      boolean[] isFull = {true};
      UrlDataSource small =
          new UrlDataSource("jdbc:sqlite:" + opened.file) {
            @Override
            public Connection getConnection() throws SQLException {
              Connection connection = super.getConnection();
              try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA max_page_count = " + (isFull[0] ? 40 : 4_000));
              }
              return connection;
            }
          };
      JdbcOutboxStore store = JdbcOutboxStore.on(small);
      store.open(Set.of("a"));
      List<UUID> stored = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                while (true) {
                  NewEntry entry = opened.entry("t");
                  store.add(Set.of("a"), List.of(entry));
                  stored.add(entry.id());
                }
              })
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("disk is full")
          .hasMessageContaining("nothing was stored");
      assertThat(stored).isNotEmpty();
      assertThat(store.list("a", Set.of(EntryState.PENDING), 0, 10_000))
          .extracting(each -> each.id())
          .isEqualTo(stored);
      isFull[0] = false;
      store.add(Set.of("a"), List.of(opened.entry("t")));
      assertThat(small.lent).hasValue(0);
    }
  }

  @Test
  void itWorksWithADataSourceOfAnyMode() {
    try (Opened opened = new Opened(Database.SQLITE)) {
      JdbcOutboxStore store = JdbcOutboxStore.on(opened.dataSource);
      store.open(Set.of("b"));
      NewEntry entry = opened.entry("t");
      store.add(Set.of("b"), List.of(entry));
      store.settle(
          "b",
          store.claim("b", 1, 1, Opened.LEASE).entries().stream()
              .map(each -> Opened.delivered(each.claim()))
              .toList());
      assertThat(opened.state(entry.id())).isEqualTo(EntryState.DELIVERED);
    }
  }

  @Test
  void listingDoesNotHoldUpAdding() throws SQLException {
    try (Opened opened = new Opened(Database.SQLITE);
        Connection reader = opened.dataSource.getConnection();
        Statement statement = reader.createStatement()) {
      opened.add("t");
      statement.execute("BEGIN");
      statement.executeQuery("SELECT count(*) FROM feedback_outbox_entry").close();
      UUID id = opened.add("t");
      assertThat(opened.store.find(id)).hasSize(1);
      statement.execute("COMMIT");
    }
  }

  @Test
  void withoutTheDriverItsCoordinatesAreSaid() throws Exception {
    URL[] others =
        java.util.Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(each -> !each.contains("sqlite-jdbc"))
            .map(SqliteFileTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader without =
        new URLClassLoader(others, ClassLoader.getPlatformClassLoader())) {
      Class<?> type = without.loadClass(JdbcOutboxStore.class.getName());
      Object store = type.getMethod("sqlite", Path.class).invoke(null, Databases.sqlite());
      assertThatThrownBy(() -> type.getMethod("open", Set.class).invoke(store, Set.of("a")))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .hasMessageContaining("org.xerial:sqlite-jdbc:3.54.1.0");
    }
  }

  private static URL url(String path) {
    try {
      return Path.of(path).toUri().toURL();
    } catch (java.net.MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void anOldSqliteIsRefusedWithTheReason() {
    for (String old : List.of("3.51.2", "3.50.9", "2.99.99", "3.7")) {
      assertThatThrownBy(() -> Opening.checkSqliteVersion(old))
          .isInstanceOf(OutboxException.class)
          .hasMessageContaining("3.51.3 or later, but this is " + old)
          .hasMessageContaining("corrupt");
    }
    for (String good : List.of("3.51.3", "3.52", "3.54.1", "4.0.0")) {
      Opening.checkSqliteVersion(good);
    }
  }

  @Test
  void sizesOfManyRowsAreWithinTheBound() {
    long max = 400_000;
    try (Opened opened = new Opened(Database.SQLITE, builder -> builder.maxBytes(max))) {
      assertThatThrownBy(
              () ->
                  IntStream.range(0, 10_000)
                      .forEach(
                          i ->
                              opened.store.add(
                                  Set.of("a"),
                                  IntStream.range(0, 20)
                                      .mapToObj(n -> opened.entry("é" + i + "-" + n))
                                      .toList())))
          .isInstanceOf(io.github.llmfeedback.outbox.OutboxFullException.class)
          .hasMessageContaining("full")
          .hasMessageContaining("maxBytes");
      long used = pages(opened) * 4_096;
      assertThat(used).isBetween(max / 2, max);
    }
  }

  static long pages(Opened opened) {
    return Long.parseLong(opened.query("PRAGMA page_count").get(0))
        - Long.parseLong(opened.query("PRAGMA freelist_count").get(0));
  }
}
