package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.concurrent.Clock;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A store in a new database, opened for the lane "a", and another way into the database. */
final class Opened implements AutoCloseable {
  static final Duration LEASE = Duration.ofMinutes(1);

  /** Milliseconds since 1970, by a clock that a test may advance. */
  final AtomicLong millis = new AtomicLong(Instant.parse("2026-11-22T12:00:00Z").toEpochMilli());

  final Database database;
  final UrlDataSource dataSource;
  final @Nullable Path file;
  final JdbcOutboxStore store;
  private final Queue<JdbcOutboxStore> others = new ConcurrentLinkedQueue<>();

  Opened(Database database) {
    this(database, builder -> builder);
  }

  Opened(Database database, UnaryOperator<JdbcOutboxStore.Builder> settings) {
    this.database = database;
    if (database == Database.SQLITE) {
      file = Databases.sqlite();
      dataSource = new UrlDataSource("jdbc:sqlite:" + file);
    } else {
      file = null;
      dataSource = new UrlDataSource(Databases.newUrl(database));
    }
    store = another(settings);
  }

  /** A store that has all its connections from this, in SQLite too. */
  Opened(Database database, UrlDataSource dataSource) {
    this.database = database;
    this.dataSource = dataSource;
    file = null;
    store = another(builder -> builder);
  }

  /** Another store in the same database. */
  JdbcOutboxStore another(UnaryOperator<JdbcOutboxStore.Builder> settings) {
    JdbcOutboxStore.Builder builder =
        file == null ? JdbcOutboxStore.builder(dataSource) : JdbcOutboxStore.builder(file);
    JdbcOutboxStore another = settings.apply(builder.createSchema(true).clock(clock())).build();
    others.add(another);
    another.open(Set.of("a"));
    return another;
  }

  Clock clock() {
    return new Clock() {
      @Override
      public long nanoTime() {
        return millis.get() * 1_000_000;
      }

      @Override
      public Instant now() {
        return Instant.ofEpochMilli(millis.get());
      }
    };
  }

  static Feedback on(String target) {
    return Feedback.on(Target.of(target)).thumbsUp().build();
  }

  NewEntry entry(String target) {
    return new NewEntry(id(), on(target));
  }

  UUID id() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(
        millis.get() << 16 | 0x7000 | random.nextInt(0x1000),
        Long.MIN_VALUE | random.nextLong() >>> 2);
  }

  /** Adds an entry to the lane "a". */
  UUID add(String target) {
    NewEntry entry = entry(target);
    store.add(Set.of("a"), List.of(entry));
    return entry.id();
  }

  Claims claim(int max) {
    return store.claim("a", max, max, LEASE);
  }

  Claim claimOne() {
    return claim(1).entries().get(0).claim();
  }

  static List<UUID> ids(Claims claims) {
    return claims.entries().stream().map(Claimed::claim).map(Claim::id).toList();
  }

  static Settlement delivered(Claim claim) {
    return new Settlement(claim, EntryState.DELIVERED, null, null, 1, Duration.ZERO);
  }

  static Settlement parked(Claim claim, @Nullable String detail) {
    return new Settlement(
        claim, EntryState.PARKED, Fate.Reason.UNCERTAIN, detail, 1, Duration.ZERO);
  }

  static Settlement released(Claim claim, Duration delay) {
    return new Settlement(claim, EntryState.PENDING, null, null, 1, delay);
  }

  EntryState state(UUID id) {
    return store.find(id).get(0).state();
  }

  void execute(String sql) {
    Databases.execute(dataSource, sql);
  }

  /** The first column of the rows that a statement returns, as text. */
  List<String> query(String sql) {
    List<String> rows = new ArrayList<>();
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        rows.add(row.getString(database == Database.SQLITE && sql.startsWith("EXPLAIN") ? 4 : 1));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return rows;
  }

  @Override
  public void close() {
    others.forEach(JdbcOutboxStore::close);
    if (dataSource.lent.get() != 0) {
      throw new AssertionError(dataSource.lent + " connections were not given back");
    }
  }
}
