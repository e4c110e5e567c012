package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackListener;
import io.github.llmfeedback.concurrent.EventQueue;
import io.github.llmfeedback.concurrent.ExitHook;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.outbox.OutboxStore.LaneCounts;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.redaction.ForeignException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stores feedback first and delivers it later, so that who adds it never waits for a provider, and
 * an outage loses nothing. Thread-safe; one instance serves a whole application, until {@link
 * #close()}.
 *
 * <pre>{@code
 * Outbox outbox = Outbox.to(client).store(JdbcOutboxStore.sqlite(Path.of("feedback.db"))).open();
 * UUID id = outbox.add(Feedback.on(traceId).thumbsUp().build()); // stored when it returns
 * }</pre>
 *
 * <p>Each client is a <em>lane</em> with a fate of its own for every entry ({@link EntryState}), so
 * a provider that is down holds up nobody else. Entries on one target are sent one after the other,
 * in the order in which they were added, by whichever process. A lane whose provider gives no
 * answer tries again for as long as it takes; one whose key is refused (401, 403) tries one entry
 * now and then.
 *
 * <p>What {@linkplain io.github.llmfeedback.FeedbackException#mayHaveArrived() may have arrived} is
 * sent again only if the provider {@linkplain io.github.llmfeedback.Capabilities#overwrites
 * overwrites} or {@link Builder#repeatUncertain} was chosen; otherwise it is parked, and holds up
 * nothing. The same goes for what a process was sending when it ended. Nothing is counted twice by
 * surprise.
 *
 * <p>If the provider overwrites, an entry that a later one on its target repeats in all parts is
 * superseded, and not sent.
 */
public final class Outbox implements AutoCloseable {
  private static final int PAGE = 500;

  private final Map<String, Lane> lanes = new LinkedHashMap<>();
  private final Set<String> names = Collections.unmodifiableSet(lanes.keySet());
  private final Lane[] allLanes;
  private final Map<String, FeedbackClient> clients;
  private final OutboxStore store;
  private final UnaryOperator<Feedback> redaction;
  private final Duration closeTimeout;
  private final SharedThreads threads;
  private final ExitHook exitHook;
  private final Notices notices;
  private final Fates fates;
  private final EntryIds ids;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  private Outbox(Builder builder, OutboxStore store) {
    this.clients = Map.copyOf(builder.clients);
    this.store = store;
    this.redaction = builder.redaction;
    this.closeTimeout = builder.closeTimeout;
    threads = SharedThreads.acquire();
    Time time = builder.time == null ? threads : builder.time;
    exitHook = new ExitHook(true, closeTimeout, threads, this::exits, this::warnOfExit);
    notices = new Notices(time);
    fates = new Fates(events(builder.listener, time), notices, time);
    ids = new EntryIds(time);
    for (Map.Entry<String, FeedbackClient> each : builder.clients.entrySet()) {
      Lane lane =
          new Lane(
              each.getKey(),
              each.getValue(),
              store,
              builder.settings(),
              builder.repeatUncertain,
              time,
              threads::run,
              exitHook,
              fates,
              notices);
      lanes.put(each.getKey(), lane);
    }
    allLanes = lanes.values().toArray(Lane[]::new);
  }

  private @Nullable EventQueue<FeedbackListener> events(
      @Nullable FeedbackListener listener, Time time) {
    return listener == null
        ? null
        : new EventQueue<>(
            listener,
            "the outbox",
            time,
            threads.callbacks(),
            exitHook,
            notices::warn,
            ForeignException::of);
  }

  /** Starts building an outbox to a client; its lane is called as its provider. */
  public static Builder to(FeedbackClient client) {
    return new Builder().and(client);
  }

  /**
   * Starts building an outbox to a client.
   *
   * @param lane the name of its lane, which stays with what is stored: 1 to 64 letters, digits,
   *     dots, hyphens and underscores
   */
  public static Builder to(String lane, FeedbackClient client) {
    return new Builder().and(lane, client);
  }

  /**
   * Stores a feedback, to be delivered in every lane. Never waits for a provider, unless the store
   * is {@linkplain Overflow#waitUpTo told to} when it is full. Whether the providers can keep it is
   * found out at delivery; {@link FeedbackClient#check} tells before.
   *
   * @return the entry's id; the feedback is as durable as the store is
   * @throws OutboxFullException if the store is full; nothing was stored
   * @throws OutboxException if the store failed; nothing was stored, unless it says otherwise
   * @throws io.github.llmfeedback.InvalidFeedbackException if it is longer than a store in a
   *     database takes (a million characters of JSON)
   * @throws IllegalStateException if the outbox is closed; nothing was stored
   */
  public UUID add(Feedback feedback) {
    NewEntry entry = entry(feedback);
    stored(store.add(names, entry));
    return entry.id();
  }

  /**
   * Stores all of these, or none if it throws; in a database by one commit.
   *
   * @return the entries' ids, in the same order
   * @see #add
   */
  public List<UUID> addAll(Collection<? extends Feedback> feedbacks) {
    List<NewEntry> entries = entries(feedbacks);
    if (!entries.isEmpty()) {
      stored(store.add(names, entries));
    }
    return entries.stream().map(NewEntry::id).toList();
  }

  /**
   * Has a writer store all of these, in place of the store: for stores that can do so within a
   * transaction of the application's own, as those of {@code .outbox.jdbc} can.
   *
   * @param writer takes the lanes and the entries; what it throws is thrown
   * @return the entries' ids, in the same order
   */
  public List<UUID> addAll(
      Collection<? extends Feedback> feedbacks, BiConsumer<Set<String>, List<NewEntry>> writer) {
    Objects.requireNonNull(writer, "writer must not be null");
    List<NewEntry> entries = entries(feedbacks);
    if (!entries.isEmpty()) {
      writer.accept(names, entries);
    }
    return entries.stream().map(NewEntry::id).toList();
  }

  /** Whether this outbox delivers what is in this store. */
  public boolean isKeptIn(OutboxStore store) {
    return this.store == Objects.requireNonNull(store, "store must not be null");
  }

  private List<NewEntry> entries(Collection<? extends Feedback> feedbacks) {
    Objects.requireNonNull(feedbacks, "feedbacks must not be null");
    List<NewEntry> entries = new ArrayList<>(feedbacks.size());
    for (Feedback each : feedbacks) {
      if (each == null) {
        throw new NullPointerException(
            "feedback " + entries.size() + " of the list must not be null; nothing was stored");
      }
      entries.add(entry(each));
    }
    return entries;
  }

  private NewEntry entry(Feedback feedback) {
    Objects.requireNonNull(feedback, "feedback must not be null");
    if (isClosed.get()) {
      throw new IllegalStateException("the outbox is closed; the feedback was not stored");
    }
    Feedback redacted =
        Objects.requireNonNull(
            redaction.apply(feedback), "the redaction returned null; the feedback was not stored");
    return new NewEntry(ids.next(), redacted);
  }

  private void stored(List<OutboxStore.Change> dropped) {
    fates.changed(dropped);
    for (Lane lane : allLanes) {
      lane.added();
    }
  }

  /**
   * What is known of an entry, by lane. A lane is missing if it never had the entry, or no longer
   * keeps it.
   */
  public Map<String, OutboxEntry> find(UUID id) {
    Map<String, OutboxEntry> found = new TreeMap<>();
    store
        .find(Objects.requireNonNull(id, "id must not be null"))
        .forEach(entry -> found.put(entry.lane(), entry));
    return found;
  }

  /**
   * The entries of a lane that are in one of these states, in the order in which they were stored;
   * read from the store as they are consumed, a page at a time. An entry that changes meanwhile may
   * be met in its old state, or not at all; none is met twice.
   *
   * @param states all if none is given
   * @throws IllegalArgumentException if the store has no lane of this name
   */
  public Stream<OutboxEntry> entries(String lane, EntryState... states) {
    checkLane("lane", lane);
    Set<EntryState> wanted =
        states.length == 0 ? EnumSet.allOf(EntryState.class) : EnumSet.copyOf(List.of(states));
    Function<Long, List<OutboxEntry>> page = after -> store.list(lane, wanted, after, PAGE);
    return Stream.iterate(
            page.apply(0L),
            entries -> !entries.isEmpty(),
            entries -> page.apply(entries.get(entries.size() - 1).sequence()))
        .flatMap(List::stream);
  }

  /**
   * Writes the entries of a lane that are in one of these states, each as one line of JSON: the
   * form of {@link io.github.llmfeedback.json.FeedbackJson#lenient}, and beside it a field {@code
   * "outbox"} with lane, id, state, reason, detail, attempts and the time of adding. A line that
   * could not be read has that field alone.
   *
   * @param states all if none is given
   * @return how many lines were written
   * @throws IOException if {@code out} does
   */
  public long export(String lane, Appendable out, EntryState... states) throws IOException {
    long lines = 0;
    for (OutboxEntry entry : (Iterable<OutboxEntry>) entries(lane, states)::iterator) {
      out.append(ExportLine.of(entry)).append('\n');
      lines++;
    }
    return lines;
  }

  /**
   * Has an entry that is parked or rejected delivered again, at its place in the order, in every
   * lane in which it is; what is parked may then be counted twice.
   *
   * @return in how many lanes
   */
  public int retry(UUID id) {
    int retried = 0;
    for (String lane : find(id).keySet()) {
      retried += retry(lane, id) ? 1 : 0;
    }
    return retried;
  }

  /** Like {@link #retry(UUID)}, in one lane; returns whether it was parked or rejected there. */
  public boolean retry(String lane, UUID id) {
    Objects.requireNonNull(lane, "lane must not be null");
    boolean isRetried = store.retry(lane, Objects.requireNonNull(id, "id must not be null"));
    Lane own = lanes.get(lane);
    if (isRetried && own != null) {
      own.wake();
    }
    return isRetried;
  }

  /**
   * Passes entries on to another lane of this outbox, as when a provider closes: all that are
   * parked or rejected, and if this outbox has no client for {@code from}, those that are pending
   * too. They are dropped in {@code from}, as {@link io.github.llmfeedback.Fate.Reason#FORWARDED},
   * and pending in {@code to}.
   *
   * @return how many left {@code from}
   * @throws IllegalArgumentException if the store has no lane {@code from}, or this outbox no
   *     client for {@code to}
   */
  public long forward(String from, String to) {
    checkLane("from", from);
    Lane target = lanes.get(Objects.requireNonNull(to, "to must not be null"));
    if (target == null || from.equals(to)) {
      throw new IllegalArgumentException(
          "to must be another lane of this outbox, which has " + lanes.keySet() + ", not " + to);
    }
    Set<EntryState> states =
        lanes.containsKey(from)
            ? EnumSet.of(EntryState.PARKED, EntryState.REJECTED)
            : EnumSet.of(EntryState.PARKED, EntryState.REJECTED, EntryState.PENDING);
    long forwarded = 0;
    List<OutboxStore.Change> some = store.forward(from, to, states);
    while (!some.isEmpty()) {
      forwarded += some.size();
      fates.changed(some);
      some = store.forward(from, to, states);
    }
    target.wake();
    return forwarded;
  }

  /** A wrong name would otherwise be answered by silence. */
  private void checkLane(String field, String lane) {
    Objects.requireNonNull(lane, field + " must not be null");
    if (!lanes.containsKey(lane) && !store.counts().containsKey(lane)) {
      Set<String> known = new TreeSet<>(store.counts().keySet());
      known.addAll(lanes.keySet());
      throw new IllegalArgumentException(
          field + " must be a lane of the store, which has " + known + ", not " + lane);
    }
  }

  /** What the lanes have done and do; asks the store, so in a database it takes a query. */
  public OutboxStats stats() {
    Map<String, LaneCounts> counts = new TreeMap<>(store.counts());
    LaneCounts none = new LaneCounts(Map.of(), Map.of(), 0, 0);
    lanes.keySet().forEach(name -> counts.putIfAbsent(name, none));
    Map<String, OutboxStats.Lane> all = new TreeMap<>();
    counts.forEach(
        (name, each) ->
            all.put(
                name,
                Optional.ofNullable(lanes.get(name))
                    .map(lane -> lane.stats(each))
                    .orElseGet(
                        () -> new OutboxStats.Lane(each, OutboxStats.Status.NO_CLIENT, null, 0))));
    return new OutboxStats(all, fates.droppedEvents());
  }

  /**
   * Waits until nothing is to be delivered in the lanes of this outbox, by this process or others.
   *
   * @param timeout how long at most; a second more if a database takes long to answer
   * @return how many entries are still pending or claimed
   * @throws OutboxException if the store cannot be asked, or does not answer in time
   */
  public long flush(Duration timeout) {
    long deadline = deadline(timeout);
    try {
      for (Lane lane : lanes.values()) {
        lane.wake();
        var unused = lane.awaitDelivered(deadline, true);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return open(deadline);
  }

  private static long deadline(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout must not be null");
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("timeout must not be negative, but is " + timeout);
    }
    Duration longest = Duration.ofDays(365);
    return System.nanoTime() + (timeout.compareTo(longest) < 0 ? timeout : longest).toNanos();
  }

  private long open(long deadline) {
    Map<String, LaneCounts> counts = Question.ask(store, threads::run, deadline, store::counts);
    long open = 0;
    for (String name : lanes.keySet()) {
      LaneCounts lane = counts.get(name);
      if (lane != null) {
        open += lane.states().getOrDefault(EntryState.PENDING, 0L);
        open += lane.states().getOrDefault(EntryState.CLAIMED, 0L);
      }
    }
    return open;
  }

  /** Closes, within {@link Builder#closeTimeout}. */
  @Override
  public void close() {
    close(closeTimeout);
  }

  /**
   * Accepts nothing more and ends: waits for what is being sent, and if the store is in memory also
   * for what is pending, as far as that may succeed in time. What is left stays in a database, for
   * the next process; in memory it is lost, which a line at WARN counts. Then closes the clients
   * and the store. Closing again has no effect.
   *
   * @param timeout how long at most, apart from what the store and the clients take to close
   * @return how many entries are still pending or claimed; 0 if the store cannot be asked, which a
   *     line at WARN says
   */
  public long close(Duration timeout) {
    long deadline = deadline(timeout);
    if (!isClosed.compareAndSet(false, true)) {
      return 0;
    }
    long left = 0;
    try {
      awaitEnd(deadline);
      left = open(deadline);
    } catch (RuntimeException e) { // a store of somebody else may throw anything
      notices.warn(
          "the outbox closes, but its store cannot be asked: {}",
          e instanceof OutboxException ? e.getMessage() : e.getClass().getName());
    } finally {
      lanes.values().forEach(Lane::end);
      release();
    }
    left =
        store.isShared()
            ? left
            : open(deadline); // something may have been added until it was closed
    if (left > 0) {
      if (store.isShared()) {
        notices.info("the outbox closed with {} entries to be delivered; they stay stored", left);
      } else {
        notices.warn("the outbox in memory closed with {} entries not delivered: lost", left);
      }
    }
    return left;
  }

  private void awaitEnd(long deadline) {
    try {
      for (Lane lane : lanes.values()) {
        if (store.isShared()) {
          lane.claimNoMore();
        } else {
          lane.wake();
          var unused = lane.awaitDelivered(deadline, false);
        }
      }
      lanes.values().forEach(Lane::claimNoMore);
      boolean isQuiet = true;
      for (Lane lane : lanes.values()) {
        isQuiet &= lane.awaitQuiet(deadline);
      }
      if (!isQuiet) {
        lanes.values().forEach(Lane::stop);
        long grace = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        for (Lane lane : lanes.values()) {
          var unused = lane.awaitQuiet(grace);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      lanes.values().forEach(Lane::stop);
    }
  }

  private void release() {
    notices.report();
    fates.close(Duration.ofSeconds(1));
    clients.values().forEach(client -> close("client", client));
    close("store", store);
    exitHook.close();
    threads.release();
  }

  private void close(String what, AutoCloseable closed) {
    try {
      closed.close();
    } catch (Exception | Error e) { // one that is not ours
      notices.warn("the outbox closes, but its {} threw {}", what, e.getClass().getName());
    }
  }

  /** In a database nothing is lost at exit, if only nothing more is begun. */
  private void exits() {
    if (store.isShared()) {
      lanes.values().forEach(Lane::claimNoMore);
    }
  }

  private void warnOfExit(int pending) {
    if (store.isShared()) {
      notices.warn("the JVM exits while the outbox is sending; what it sends may be parked");
    } else {
      notices.warn(
          "the JVM exits while the outbox in memory has {} entries not delivered: lost",
          open(System.nanoTime()));
    }
  }

  /** Collects what an outbox is to be. Not thread-safe. */
  public static final class Builder {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final Map<String, FeedbackClient> clients = new LinkedHashMap<>();
    private @Nullable OutboxStore store;
    private boolean repeatUncertain;
    private int batchSize = 500;
    private int concurrency = 4;
    private Duration lease = Duration.ofMinutes(1);
    private Duration pollInterval = Duration.ofSeconds(1);
    private Duration firstBackoff = Duration.ofSeconds(1);
    private Duration maxBackoff = Duration.ofMinutes(5);
    private @Nullable Duration maxAge;
    private Duration keepFinal = Duration.ofHours(1);
    private Duration keepFailed = Duration.ofDays(30);
    private UnaryOperator<Feedback> redaction = UnaryOperator.identity();
    private @Nullable FeedbackListener listener;
    private Duration closeTimeout = Duration.ofSeconds(10);
    private @Nullable Time time;

    private Builder() {}

    /** Adds a lane to another client, called as its provider. */
    public Builder and(FeedbackClient client) {
      return and(
          Objects.requireNonNull(client, "client must not be null").capabilities().provider(),
          client);
    }

    /** Adds a lane to another client; see {@link Outbox#to(String, FeedbackClient)}. */
    public Builder and(String lane, FeedbackClient client) {
      Objects.requireNonNull(lane, "lane must not be null");
      Objects.requireNonNull(client, "client must not be null");
      if (!NAME.matcher(lane).matches()) {
        throw new IllegalArgumentException(
            "lane must be 1 to 64 letters, digits, dots, hyphens and underscores, and begin with a"
                + " letter or digit, but is \""
                + lane
                + "\"");
      }
      if (clients.values().stream().anyMatch(each -> each == client)) {
        throw new IllegalArgumentException(
            "this client has a lane already: with a second one it would be sent everything twice");
      }
      if (clients.putIfAbsent(lane, client) != null) {
        throw new IllegalArgumentException(
            "there are two lanes \"" + lane + "\": give one another name, with and(name, client)");
      }
      return this;
    }

    /** Sets where entries are kept; required, and for this outbox alone. */
    public Builder store(OutboxStore store) {
      this.store = Objects.requireNonNull(store, "store must not be null");
      return this;
    }

    /**
     * Sets whether what may have arrived is sent again, and may then count twice, if the provider
     * does not overwrite; otherwise it is parked. False by default.
     */
    public Builder repeatUncertain(boolean repeat) {
      this.repeatUncertain = repeat;
      return this;
    }

    /** Sets how many entries a lane sends together at most, from 1 to 10,000; 500 by default. */
    public Builder batchSize(int entries) {
      batchSize = ranged("batchSize", entries, 10_000);
      return this;
    }

    /** Sets how many batches a lane has in flight at most, from 1 to 100; 4 by default. */
    public Builder concurrency(int batches) {
      concurrency = ranged("concurrency", batches, 100);
      return this;
    }

    /**
     * Sets how long after a process stopped responding its entries may be taken from it; a minute
     * by default, at least a second.
     */
    public Builder lease(Duration length) {
      lease = ranged("lease", length, Duration.ofSeconds(1));
      return this;
    }

    /**
     * Sets how often a lane looks in the store for entries of other processes or transactions; a
     * second by default, at least 10 ms.
     */
    public Builder pollInterval(Duration interval) {
      pollInterval = ranged("pollInterval", interval, Duration.ofMillis(10));
      return this;
    }

    /**
     * Sets how long a lane waits after a failure: {@code first}, then twice as long each time, up
     * to {@code max}; 1 s and 5 min by default.
     */
    public Builder backoff(Duration first, Duration max) {
      ranged("first", first, Duration.ofMillis(1));
      maxBackoff = ranged("max", max, first);
      firstBackoff = first;
      return this;
    }

    /**
     * Sets how long an entry may be pending before it is dropped as {@link
     * io.github.llmfeedback.Fate.Reason#EXPIRED}; for ever by default.
     */
    public Builder maxAge(Duration age) {
      maxAge = ranged("maxAge", age, Duration.ofMillis(1));
      return this;
    }

    /**
     * Sets how long a database keeps entries that are delivered, superseded or dropped, an hour by
     * default, and that are parked or rejected, 30 days by default. Then they are only counted.
     */
    public Builder keep(Duration fates, Duration failed) {
      keepFinal = ranged("fates", fates, Duration.ZERO);
      keepFailed = ranged("failed", failed, Duration.ZERO);
      return this;
    }

    /**
     * Sets what is done to a feedback before it is stored, such as taking out names; nothing by
     * default. What it throws is thrown by {@link Outbox#add}.
     */
    public Builder redact(UnaryOperator<Feedback> redaction) {
      this.redaction = Objects.requireNonNull(redaction, "redaction must not be null");
      return this;
    }

    /** Sets who is told of {@linkplain FeedbackListener#onFate fates}; nobody by default. */
    public Builder listener(FeedbackListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener must not be null");
      return this;
    }

    /** Sets how long {@link Outbox#close()}, and the exit of the JVM, may wait; 10 s by default. */
    public Builder closeTimeout(Duration timeout) {
      closeTimeout = ranged("closeTimeout", timeout, Duration.ZERO);
      return this;
    }

    /** Sets the time, which is the process's own otherwise. */
    Builder time(Time time) {
      this.time = time;
      return this;
    }

    private LaneSettings settings() {
      return new LaneSettings(
          batchSize,
          concurrency,
          lease,
          pollInterval,
          firstBackoff,
          maxBackoff,
          maxAge,
          keepFinal,
          keepFailed);
    }

    private static int ranged(String field, int number, int max) {
      if (number < 1 || number > max) {
        throw new IllegalArgumentException(
            field + " must be from 1 to " + max + ", but is " + number);
      }
      return number;
    }

    private static Duration ranged(String field, Duration length, Duration min) {
      Objects.requireNonNull(length, field + " must not be null");
      Duration longest = Duration.ofDays(36_500);
      if (length.compareTo(min) < 0 || length.compareTo(longest) > 0) {
        throw new IllegalArgumentException(
            field + " must be at least " + min + " and at most 100 years, but is " + length);
      }
      return length;
    }

    /**
     * Opens the store and begins to deliver what is in it.
     *
     * @throws IllegalStateException if no store was given
     * @throws OutboxException if the store cannot be used; its message says what to do
     */
    public Outbox open() {
      if (store == null) {
        throw new IllegalStateException(
            "an outbox needs a store: .store(OutboxStore.memory()) or"
                + " .store(JdbcOutboxStore.sqlite(path))");
      }
      store.open(clients.keySet());
      Outbox outbox = new Outbox(this, store);
      outbox.lanes.values().forEach(Lane::wake);
      return outbox;
    }
  }
}
