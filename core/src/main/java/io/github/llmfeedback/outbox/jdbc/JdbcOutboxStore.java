package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.concurrent.Clock;
import io.github.llmfeedback.outbox.EntryState;
import io.github.llmfeedback.outbox.OutboxEntry;
import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.outbox.OutboxStore;
import io.github.llmfeedback.outbox.Overflow;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the entries of an outbox in a SQLite file or in PostgreSQL, where they survive the end of
 * the process. Thread-safe.
 *
 * <pre>{@code
 * OutboxStore one = JdbcOutboxStore.sqlite(Path.of("feedback.db")); // for one machine
 * OutboxStore many = JdbcOutboxStore.on(dataSource); // for all that share its PostgreSQL
 * }</pre>
 *
 * <p>The application brings the driver: {@code org.xerial:sqlite-jdbc} (3.51.3 or later) or {@code
 * org.postgresql:postgresql}. Callers that add at the same time share one commit. Final entries are
 * kept for a while, and then only counted.
 *
 * <p>An {@link OutboxException} says what the database complains about in the library's own words;
 * it never quotes rows, statements or the URL.
 */
public final class JdbcOutboxStore implements OutboxStore {
  private final Builder settings;
  private final Tables tables;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Parts parts;
  private volatile boolean isClosed;

  private JdbcOutboxStore(Builder builder) {
    settings = builder;
    tables = builder.tables;
  }

  /**
   * A store in a SQLite file of its own, which is created with its tables when the outbox is
   * opened, readable and writable for its owner only. Several processes of one machine may share
   * it.
   */
  public static JdbcOutboxStore sqlite(Path file) {
    return builder(file).build();
  }

  /**
   * A store in the database of a data source: PostgreSQL, or SQLite, which is recognised when the
   * outbox is opened. Its tables must be there; {@link #schema} creates them, or {@link
   * Builder#createSchema}.
   *
   * @param dataSource a pool of connections: each is borrowed for one transaction of a few
   *     milliseconds, and given back as it was
   */
  public static JdbcOutboxStore on(DataSource dataSource) {
    return builder(dataSource).build();
  }

  /** Starts building a store in a SQLite file. */
  public static Builder builder(Path file) {
    Objects.requireNonNull(file, "file must not be null");
    if (file.getFileName() == null || file.toString().isEmpty()) {
      throw new IllegalArgumentException("file must name a file, but is \"" + file + "\"");
    }
    if (file.toString().contains("?")) { // SQLite's driver would take the rest for settings
      throw new IllegalArgumentException(
          "file must not have a question mark in its path, but is \"" + file + "\"");
    }
    return new Builder(file, null);
  }

  /** Starts building a store in the database of a data source. */
  public static Builder builder(DataSource dataSource) {
    return new Builder(null, Objects.requireNonNull(dataSource, "dataSource must not be null"));
  }

  /** The SQL script that creates the tables, for teams that run such scripts themselves. */
  public static String schema(Database database) {
    return schema(database, Tables.DEFAULT_PREFIX);
  }

  /** The SQL script that creates the tables with another prefix, as {@link Builder#tables}. */
  public static String schema(Database database, String prefix) {
    return new Tables(prefix).script(Objects.requireNonNull(database, "database must not be null"));
  }

  /** What does the work, when the database is known. */
  private record Parts(
      Transactions transactions,
      Adding adding,
      Claiming claiming,
      Settling settling,
      Upkeep upkeep,
      Totals totals,
      Reading reading) {}

  @Override
  public void open(Set<String> lanes) {
    lock.lock();
    try {
      if (parts != null) {
        throw new IllegalStateException("this store has been opened; each outbox needs its own");
      }
      parts = open();
    } finally {
      lock.unlock();
    }
    opened().reading.open(lanes);
  }

  private Parts open() {
    Opening opening = new Opening(tables);
    DataSource dataSource = settings.dataSource;
    Dialect dialect;
    Sessions sessions;
    if (dataSource == null) {
      dialect = new SqliteDialect(tables, settings.file);
      check(dialect.database());
      sessions = opening.file(Objects.requireNonNull(settings.file), dialect);
    } else {
      dialect = opening.recognise(dataSource);
      check(dialect.database());
      sessions =
          new PooledSessions(
              dataSource,
              dialect,
              dialect.database() == Database.SQLITE ? SqliteSessions::prepare : connection -> {});
    }
    Transactions transactions = new Transactions(sessions, dialect, tables, settings.clock);
    try {
      Boolean isCreating = settings.createSchema;
      new Schema(transactions, tables).open(isCreating == null ? dataSource == null : isCreating);
    } catch (RuntimeException | Error e) {
      sessions.close();
      throw e;
    }
    Totals totals = new Totals(transactions);
    Long maxBytes = settings.maxBytes;
    Overflow whenFull = settings.whenFull;
    Room room =
        dialect.database() == Database.SQLITE
            ? new Room(
                dialect,
                totals,
                maxBytes == null ? Room.DEFAULT_BYTES : maxBytes,
                whenFull == null ? Overflow.refuse() : whenFull)
            : null;
    return new Parts(
        transactions,
        new Adding(
            transactions,
            room,
            whenFull == null ? Duration.ZERO : whenFull.limit(),
            settings.clock == null ? new ProcessClock() : settings.clock),
        new Claiming(transactions),
        new Settling(transactions),
        new Upkeep(transactions, totals),
        totals,
        new Reading(transactions));
  }

  private void check(Database database) {
    if (database == Database.SQLITE && tables.hasSchema()) {
      throw new IllegalArgumentException("tables must be without a schema in SQLite");
    }
    if (database != Database.SQLITE && (settings.maxBytes != null || settings.whenFull != null)) {
      throw new IllegalArgumentException(
          "maxBytes and whenFull are for SQLite; how large the tables in "
              + database
              + " become is bounded by that alone");
    }
  }

  private Parts opened() {
    Parts parts = this.parts;
    if (isClosed) {
      throw new OutboxException(
          "the outbox's store is closed; nothing was stored or changed", null, false);
    }
    if (parts == null) {
      throw new IllegalStateException("the store must be opened first");
    }
    return parts;
  }

  /** Others may add, and deliver, in the same database. */
  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public List<Change> add(Set<String> lanes, List<NewEntry> entries) {
    return opened().adding.add(lanes, entries);
  }

  /** Adds entries in a transaction of the caller's, who commits it. */
  void addWithin(Connection connection, Set<String> lanes, List<NewEntry> entries) {
    opened().adding.addWithin(connection, lanes, entries);
  }

  @Override
  public Claims claim(String lane, int max, int maxPerTarget, Duration lease) {
    return opened().claiming.claim(lane, max, maxPerTarget, lease);
  }

  @Override
  public void renew(String lane, List<Claim> claims, Duration lease) {
    opened().claiming.renew(lane, claims, lease);
  }

  @Override
  public List<Boolean> settle(String lane, List<Settlement> settlements) {
    Parts parts = opened();
    List<Boolean> written = parts.settling.settle(lane, settlements);
    parts.adding.look();
    return written;
  }

  @Override
  public List<Change> endLeases(String lane, boolean repeat) {
    return opened().upkeep.endLeases(lane, repeat);
  }

  @Override
  public List<Change> expire(String lane, Duration age) {
    return opened().upkeep.expire(lane, age);
  }

  @Override
  public boolean retry(String lane, UUID id) {
    return opened().upkeep.retry(lane, id);
  }

  @Override
  public List<OutboxEntry> find(UUID id) {
    return opened().reading.find(id);
  }

  @Override
  public List<OutboxEntry> list(String lane, Set<EntryState> states, long after, int max) {
    return opened().reading.list(lane, states, after, max);
  }

  @Override
  public List<Change> forward(String from, String to, Set<EntryState> states) {
    return opened().upkeep.forward(from, to, states);
  }

  @Override
  public long rollUp(Duration keepFinal, Duration keepFailed) {
    Parts parts = opened();
    long forgotten = parts.totals.rollUp(keepFinal, keepFailed);
    parts.adding.look();
    return forgotten;
  }

  @Override
  public boolean hasOpen(String lane) {
    return opened().reading.hasOpen(lane);
  }

  @Override
  public Map<String, LaneCounts> counts() {
    return opened().reading.counts();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      if (parts != null) {
        parts.transactions.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Collects the settings of a store. Not thread-safe. */
  public static final class Builder {
    private final @Nullable Path file;
    private final @Nullable DataSource dataSource;
    private Tables tables = new Tables(Tables.DEFAULT_PREFIX);
    private @Nullable Boolean createSchema;
    private @Nullable Long maxBytes;
    private @Nullable Overflow whenFull;
    private @Nullable Clock clock;

    private Builder(@Nullable Path file, @Nullable DataSource dataSource) {
      this.file = file;
      this.dataSource = dataSource;
    }

    /**
     * Sets what the names of the tables begin with; {@code feedback_outbox_} by default.
     *
     * @param prefix of small letters, digits and underscores, at most 40 characters; on PostgreSQL
     *     after a schema and a dot, if it is another than that of the connection
     */
    public Builder tables(String prefix) {
      tables = new Tables(Objects.requireNonNull(prefix, "prefix must not be null"));
      return this;
    }

    /**
     * Sets whether the tables are created if they are missing; true by default in a file, and false
     * in the database of a data source.
     */
    public Builder createSchema(boolean createSchema) {
      this.createSchema = createSchema;
      return this;
    }

    /**
     * Sets how large a SQLite database may become, in bytes of its pages in use; 1 GiB by default.
     * It is refused for PostgreSQL, when the outbox is opened.
     */
    public Builder maxBytes(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("maxBytes must be positive, but is " + bytes);
      }
      maxBytes = bytes;
      return this;
    }

    /**
     * Sets what happens to what is added when a SQLite database is full; {@link Overflow#refuse()}
     * by default. Entries that were delivered, superseded or dropped are forgotten before.
     */
    public Builder whenFull(Overflow overflow) {
      whenFull = Objects.requireNonNull(overflow, "overflow must not be null");
      return this;
    }

    /** Sets the clock, which is that of PostgreSQL or of the process otherwise. */
    Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /** The store. */
    public JdbcOutboxStore build() {
      return new JdbcOutboxStore(this);
    }
  }
}
