package io.github.llmfeedback.outbox;

import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.concurrent.ExitHook;
import io.github.llmfeedback.concurrent.Scheduler;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.outbox.OutboxStore.Change;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import io.github.llmfeedback.outbox.OutboxStore.LaneCounts;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the entries of a store to one client. It takes steps, one at a time and each on one of
 * the library's threads: looks after leases, claims entries, begins to deliver them, and sleeps
 * until something wakes it. Thread-safe.
 */
final class Lane implements Delivery.Owner {
  /** After it got fewer entries than it wanted, a lane waits for more, to send them together. */
  static final Duration REST = Duration.ofMillis(20);

  /**
   * After it got none, or waited long for a few, it rests up to so long: there may be thousands on
   * a target that must wait, and whoever looks through them may keep others waiting.
   */
  static final Duration LONGEST_REST = Duration.ofMillis(200);

  /** Less than a batch divided by so much. */
  private static final int FEW = 10;

  private static final Duration AFTER_ERROR = Duration.ofSeconds(1);

  /** Within this time after the store is back, fates that could not be written are written. */
  private static final Duration WRITES_AGAIN = Delivery.LONGEST_WAIT.plusSeconds(1);

  final String name;
  private final FeedbackClient client;
  private final OutboxStore store;
  private final LaneSettings settings;
  private final boolean overwrites;
  private final boolean repeats;
  private final Pace pace;
  private final Suspects suspects = new Suspects();
  private final Time time;
  private final Executor threads;
  private final ExitHook exitHook;
  private final Fates fates;
  private final Notices notices;

  /** How often it was woken since it last slept; not 0 while a step is due or being taken. */
  private final AtomicInteger wakes = new AtomicInteger();

  private final AtomicLong restarts = new AtomicLong();

  /** Whether it found nothing to claim, so that whoever adds something must wake it. */
  private volatile boolean isIdle;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Delivery> running = new HashSet<>();
  private Scheduler.@Nullable Alarm alarm;
  private boolean claimsNoMore;
  private boolean isOver;
  private boolean hasStoreFailed;
  private long storeFailed;

  /** Used by one step after the other alone. */
  private long lookedAfter;

  private boolean hasLooked;
  private boolean holdsExit;
  private final Probes probes = new Probes();
  private int inVain;
  private long restsUntil;

  Lane(
      String name,
      FeedbackClient client,
      OutboxStore store,
      LaneSettings settings,
      boolean repeatUncertain,
      Time time,
      Executor threads,
      ExitHook exitHook,
      Fates fates,
      Notices notices) {
    this.name = name;
    this.client = client;
    this.store = store;
    this.settings = settings;
    this.overwrites = client.capabilities().overwrites();
    this.repeats = overwrites || repeatUncertain;
    this.pace = new Pace(time, settings.firstBackoff(), settings.maxBackoff());
    this.time = time;
    this.threads = threads;
    this.exitHook = exitHook;
    this.fates = fates;
    this.notices = notices;
    this.restsUntil = time.nanoTime();
  }

  /** Something was added; costs next to nothing while the lane is awake. */
  void added() {
    if (isIdle) {
      wake();
    }
  }

  /** Has it take a step, now or after the one that it takes. */
  void wake() {
    if (wakes.getAndIncrement() == 0) {
      try {
        exitHook.begin();
        threads.execute(this::steps);
      } catch (RuntimeException | Error e) { // no memory, most likely
        recover(e);
        wakes.set(0);
        exitHook.end();
      }
    }
  }

  private void steps() {
    int seen;
    do {
      seen = wakes.get();
      try {
        step();
      } catch (Exception | Error e) { // a store that is not ours may throw anything
        recover(e);
      }
    } while (wakes.addAndGet(-seen) != 0);
    exitHook.end();
    signal();
  }

  /**
   * Has the lane go on, whatever a step threw; what is added next wakes it, if nothing else can.
   */
  private void recover(Throwable thrown) {
    isIdle = true;
    try {
      failed(thrown);
      sleep(AFTER_ERROR);
      isIdle = false;
    } catch (Exception | Error e) {
      // As above: an add, a poll or the end of a delivery wakes it.
    }
  }

  private void step() {
    if (!mayClaim()) {
      holdExit(false);
      return;
    }
    lookAfter();
    Duration wait = longer(Duration.ofNanos(restsUntil - time.nanoTime()), pace.left());
    if (isPositive(wait)) {
      isIdle = true; // before it asks: what is added after it must hold the exit too
      boolean hasOpen = hasOpen();
      isIdle = !store.isShared() && !hasOpen;
      holdExit(hasOpen);
      sleep(shorter(wait, settings.lease())); // it looks after leases and ages meanwhile
      return;
    }
    while (hasRoom() && !isPositive(pace.left())) { // what it began may have failed by now
      boolean isProbe = pace.isProbing();
      int size = isProbe ? probes.choice(settings.batchSize()) : settings.batchSize();
      int perTarget = isProbe ? 1 : LaneSettings.PER_TARGET;
      isIdle = true; // before the claim: what is added after it must wake this lane
      long claimed = time.nanoTime();
      Claims claims = store.claim(name, size, perTarget, settings.lease());
      Duration took = Duration.ofNanos(time.nanoTime() - claimed);
      fates.changed(claims.parked());
      if (claims.entries().isEmpty() && claims.parked().isEmpty()) {
        rest(longer(Pace.doubled(REST, ++inVain, LONGEST_REST), restAfter(took)));
        holdExit(hasOpen());
        sleep(settings.pollInterval());
        return;
      }
      isIdle = false;
      if (!claims.entries().isEmpty()) {
        holdExit(!store.isShared());
        begin(claims.entries(), claimed, isProbe);
      }
      inVain = 0;
      if (claims.entries().size() < size) {
        boolean areFew = claims.entries().size() < size / FEW;
        Duration rest = areFew ? restAfter(took) : REST;
        rest(rest);
        sleep(rest);
        return;
      }
    }
    sleep(settings.pollInterval()); // a delivery that ends wakes it before
  }

  /** Four times as long as the claim took, so that at most a fifth of the time goes by claiming. */
  private static Duration restAfter(Duration claim) {
    return shorter(longer(claim.multipliedBy(4), REST), LONGEST_REST);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static boolean isPositive(Duration length) {
    return !length.isNegative() && !length.isZero();
  }

  /** Whether the end of this process would lose something. */
  private boolean hasOpen() {
    return !store.isShared() && store.hasOpen(name);
  }

  private void rest(Duration length) {
    restsUntil = time.nanoTime() + length.toNanos();
  }

  private void begin(List<Claimed> entries, long claimed, boolean isProbe) {
    Delivery delivery =
        new Delivery(this, name, client, store, settings.lease(), claimed, time, threads);
    boolean isLate;
    lock.lock();
    try {
      running.add(delivery);
      isLate = claimsNoMore;
    } finally {
      lock.unlock();
    }
    exitHook.begin();
    try {
      if (isLate) {
        delivery.beginNoMore();
      }
      begin(delivery, entries, isProbe);
    } catch (Exception | Error e) { // no memory, or a client that is not ours
      delivery.end();
      throw e;
    }
  }

  private void begin(Delivery delivery, List<Claimed> entries, boolean isProbe) {
    if (isProbe) {
      delivery.begin(entries, List.of(), List.of(probes.choose(entries)));
      return;
    }
    probes.end();
    Set<Claimed> superseded = overwrites ? Superseding.superseded(entries, client) : Set.of();
    List<Claimed> sent =
        superseded.isEmpty()
            ? entries
            : entries.stream().filter(each -> !superseded.contains(each)).toList();
    delivery.begin(entries, List.copyOf(superseded), sent);
  }

  /** Ends leases, and drops what is too old; at most once in a poll interval. */
  private void lookAfter() {
    long now = time.nanoTime();
    if (hasLooked && now - lookedAfter < settings.pollInterval().toNanos()) {
      return;
    }
    hasLooked = true;
    lookedAfter = now;
    if (!isStoreNewlyBack(now)) {
      fates.changed(store.endLeases(name, repeats));
    }
    Duration maxAge = settings.maxAge();
    if (maxAge != null) {
      List<Change> expired = store.expire(name, maxAge);
      while (!expired.isEmpty()) {
        fates.changed(expired);
        expired = store.expire(name, maxAge);
      }
    }
    notices.count(
        "parked or rejected entries were kept long enough and are forgotten",
        store.rollUp(settings.keepFinal(), settings.keepFailed()),
        null);
  }

  /**
   * Whether the store failed a moment ago. Leases have run out meanwhile of claims whose processes
   * live, and are about to renew them or to write their fates.
   */
  private boolean isStoreNewlyBack(long now) {
    lock.lock();
    try {
      return hasStoreFailed
          && now - storeFailed < settings.lease().dividedBy(3).plus(WRITES_AGAIN).toNanos();
    } finally {
      lock.unlock();
    }
  }

  private boolean mayClaim() {
    lock.lock();
    try {
      return !claimsNoMore;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom() {
    lock.lock();
    try {
      return !claimsNoMore && running.size() < (pace.isCautious() ? 1 : settings.concurrency());
    } finally {
      lock.unlock();
    }
  }

  private void sleep(Duration length) {
    lock.lock();
    try {
      if (alarm != null) {
        alarm.cancel();
      }
      alarm = isOver ? null : time.schedule(this::wake, length);
    } finally {
      lock.unlock();
    }
  }

  /** A memory's entries are lost at exit, so the JVM waits for them a while. */
  private void holdExit(boolean holds) {
    if (holds && !holdsExit) {
      exitHook.begin();
    } else if (!holds && holdsExit) {
      exitHook.end();
    }
    holdsExit = holds;
  }

  @Override
  public Delivery.Verdict judge(
      List<Claimed> sent, long began, List<? extends @Nullable Outcome> outcomes) {
    Judgement judgement = Judgement.of(sent, outcomes, repeats, suspects, pace.isProbing());
    Pace.Change change = pace.after(judgement, began);
    suspects.add(judgement.unauthorizedEntries());
    if (judgement.isKeyGood() || change == Pace.Change.RECOVERED) {
      suspects.accuse();
    }
    say(change, judgement);
    boolean goesOn = !judgement.isFailing() && judgement.unauthorized() == null;
    Judgement.Delays delays = goesOn ? pace::entryDelay : attempts -> Duration.ZERO;
    return new Delivery.Verdict(judgement.settlements(delays), goesOn);
  }

  private void say(Pace.Change change, Judgement judgement) {
    switch (change) {
      case NONE -> {}
      case FAILING ->
          notices.warn(
              "{} gives no answer: {}; what is added stays in the outbox, and is tried again, at"
                  + " least every {} s",
              name,
              message(judgement.failure()),
              Math.max(1, settings.maxBackoff().toSeconds()));
      case UNAUTHORIZED -> {
        RejectedFeedbackException refused = judgement.unauthorized();
        notices.error(
            "{} refuses everything: {}; its lane stopped. Nothing is lost: correct the key, the"
                + " account or the address, and restart; until then one entry is tried every {} to {}"
                + " s",
            name,
            message(refused),
            Pace.FIRST_PROBE.toSeconds(),
            Pace.LAST_PROBE.toSeconds());
      }
      case RECOVERED -> notices.info("{} answers again; its outbox is delivered", name);
    }
  }

  private static String message(@Nullable FeedbackException error) {
    return error == null ? "no outcome" : String.valueOf(error.getMessage());
  }

  @Override
  public void settled(List<Settlement> settlements, List<Boolean> written) {
    fates.settled(name, settlements, written);
    long late = written.stream().filter(each -> !each).count();
    notices.count(
        "fates of %s came after their lease had run out, and were not written".formatted(name),
        late,
        null);
    signal();
  }

  @Override
  public void failed(Throwable e) {
    var unused = storeFailed(e);
  }

  @Override
  public boolean storeFailed(Throwable e) {
    say(e);
    lock.lock();
    try {
      hasStoreFailed = true;
      storeFailed = time.nanoTime();
      return !isOver;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void clientFailed(Throwable e) {
    notices.count(
        "calls of the client of %s threw, and what was sent may have arrived".formatted(name),
        1,
        e.getClass().getName());
  }

  @Override
  public void renewalFailed(Throwable e) {
    say(e);
  }

  private void say(Throwable e) {
    if (!(e instanceof OutboxException)) {
      restarts.incrementAndGet();
    }
    notices.count(
        "failures of the outbox's store or lane, which go on (%s)".formatted(name),
        1,
        e instanceof OutboxException ? e.getMessage() : e.getClass().getName());
  }

  @Override
  public void ended(Delivery delivery) {
    lock.lock();
    try {
      running.remove(delivery);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    wake();
    exitHook.end();
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Claims nothing from now on, and sends nothing more of what it has claimed. */
  void claimNoMore() {
    lock.lock();
    try {
      claimsNoMore = true;
      running.forEach(Delivery::beginNoMore);
    } finally {
      lock.unlock();
    }
  }

  /** Stops what is on the wire. */
  void stop() {
    List<Delivery> stopped;
    lock.lock();
    try {
      claimsNoMore = true;
      stopped = List.copyOf(running);
    } finally {
      lock.unlock();
    }
    stopped.forEach(Delivery::stop);
  }

  /** Sleeps for good, and lets go of what it still sends. */
  void end() {
    List<Delivery> left;
    lock.lock();
    try {
      claimsNoMore = true;
      isOver = true;
      left = List.copyOf(running);
      if (alarm != null) {
        alarm.cancel();
      }
    } finally {
      lock.unlock();
    }
    left.forEach(Delivery::end);
    wake(); // to let the JVM exit
  }

  /**
   * Waits until nothing is being sent.
   *
   * @param deadline as {@link System#nanoTime}
   * @return whether that is so
   */
  boolean awaitQuiet(long deadline) throws InterruptedException {
    lock.lock();
    try {
      while (!running.isEmpty() || wakes.get() != 0) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        changed.awaitNanos(left); // a step may be about to begin a delivery
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until nothing is pending or claimed, by any process.
   *
   * @param deadline as {@link System#nanoTime}
   * @param evenIfInVain whether to wait although this lane will not send anything before
   * @return whether that is so
   */
  boolean awaitDelivered(long deadline, boolean evenIfInVain) throws InterruptedException {
    while (Question.ask(store, threads, deadline, () -> store.hasOpen(name))) {
      long left = deadline - System.nanoTime();
      if (left <= 0 || (!evenIfInVain && pace.left().toNanos() > left)) {
        return false;
      }
      lock.lock();
      try {
        changed.awaitNanos(Math.min(left, Duration.ofMillis(100).toNanos()));
      } finally {
        lock.unlock();
      }
    }
    return true;
  }

  OutboxStats.Lane stats(LaneCounts counts) {
    return new OutboxStats.Lane(counts, pace.status(), pace.nextTry().orElse(null), restarts.get());
  }
}
