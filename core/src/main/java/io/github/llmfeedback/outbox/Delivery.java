package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.concurrent.Scheduler;
import io.github.llmfeedback.concurrent.StoppableFuture;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands claimed entries to a client, writes what became of them, and renews their leases meanwhile.
 *
 * <p>The order of the entries on a target holds because of each of them only one is sent at a time:
 * in rounds, and if one is to be sent again, those behind it are released.
 */
final class Delivery {
  /** At most so long after the store failed, a fate is written again. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final Owner owner;
  private final String lane;
  private final FeedbackClient client;
  private final OutboxStore store;
  private final Duration lease;
  private final Time timer;
  private final Executor threads;

  private final ReentrantLock lock = new ReentrantLock();

  /** What is not sent yet, by target, in order. */
  private final Map<Target, ArrayDeque<Claimed>> waiting = new LinkedHashMap<>();

  /** All that have no fate yet. */
  private final Map<Claim, Claimed> open = new HashMap<>();

  private @Nullable CompletableFuture<List<Outcome>> call;
  private Scheduler.@Nullable Alarm renewal;

  /** Until when the claims are surely held; once it has passed, others may have taken them. */
  private long leaseEnd;

  private boolean beginsNoMore;
  private boolean isStopped;
  private boolean isOver;
  private int failedWrites;

  /**
   * A delivery that has not begun.
   *
   * @param claimed a moment before the entries were claimed, by {@code timer}
   * @param threads where the store is called, which may block
   */
  Delivery(
      Owner owner,
      String lane,
      FeedbackClient client,
      OutboxStore store,
      Duration lease,
      long claimed,
      Time timer,
      Executor threads) {
    this.owner = owner;
    this.lane = lane;
    this.client = client;
    this.store = store;
    this.lease = lease;
    this.timer = timer;
    this.threads = threads;
    leaseEnd = claimed + lease.toNanos();
  }

  /** Whom a delivery belongs to. Called on the delivery's threads. */
  interface Owner {
    /**
     * Judges what became of entries that were sent together.
     *
     * @param began when they were sent, by the delivery's timer
     * @param outcomes one for each, or fewer, or null where nothing is known
     */
    Verdict judge(List<Claimed> sent, long began, List<? extends @Nullable Outcome> outcomes);

    /** Fates are written. */
    void settled(List<Settlement> settlements, List<Boolean> written);

    /** The store failed; returns whether to try again. */
    boolean storeFailed(Throwable e);

    /** The client threw, or its future failed, otherwise than a client of this library does. */
    void clientFailed(Throwable e);

    /** Leases could not be renewed. */
    void renewalFailed(Throwable e);

    /** The delivery failed unexpectedly, and ends; what it leaves is decided by its leases. */
    void failed(Throwable e);

    /** Nothing is left to do; called once. */
    void ended(Delivery delivery);
  }

  /**
   * What an owner decides.
   *
   * @param goesOn whether the rest may be sent; otherwise it is released
   */
  record Verdict(List<Settlement> settlements, boolean goesOn) {}

  /**
   * Begins.
   *
   * @param entries all that were claimed
   * @param superseded those of them that need not be sent
   * @param sent those of them to be sent, in order; what is left is released in the end
   */
  void begin(List<Claimed> entries, List<Claimed> superseded, List<Claimed> sent) {
    guard(
        () -> {
          lock.lock();
          try {
            entries.forEach(entry -> open.put(entry.claim(), entry));
            for (Claimed entry : sent) {
              waiting
                  .computeIfAbsent(entry.feedback().target(), target -> new ArrayDeque<>())
                  .add(entry);
            }
            renewal = timer.schedule(this::planRenewal, lease.dividedBy(3));
          } finally {
            lock.unlock();
          }
          if (superseded.isEmpty()) {
            nextRound();
          } else {
            List<Settlement> settlements = new ArrayList<>();
            superseded.forEach(entry -> settlements.add(settlement(entry, EntryState.SUPERSEDED)));
            write(settlements, this::nextRound);
          }
        });
  }

  private static Settlement settlement(Claimed entry, EntryState state) {
    return new Settlement(entry.claim(), state, null, null, entry.attempts(), Duration.ZERO);
  }

  /** Sends the first of each target. */
  private void nextRound() {
    List<Claimed> round = new ArrayList<>();
    lock.lock();
    try {
      // Whoever was frozen must not send what others may have.
      if (!beginsNoMore && !isStopped && !hasLapsed()) {
        waiting.values().forEach(queue -> round.add(queue.remove()));
        waiting.values().removeIf(ArrayDeque::isEmpty);
      }
    } finally {
      lock.unlock();
    }
    if (round.isEmpty()) {
      release();
      return;
    }
    long began = timer.nanoTime();
    CompletableFuture<List<Outcome>> sent = submit(round.stream().map(Claimed::feedback).toList());
    lock.lock();
    try {
      call = sent;
    } finally {
      lock.unlock();
    }
    var unused =
        sent.whenComplete(
            (outcomes, e) -> threads.execute(() -> guard(() -> over(round, began, outcomes, e))));
    stopIfStopped();
  }

  private CompletableFuture<List<Outcome>> submit(List<Feedback> feedbacks) {
    try {
      return Objects.requireNonNull(
          client.submitAllAsync(feedbacks), "the client returned no future");
    } catch (Exception | Error e) { // a client that is not ours, and may be in another language
      return CompletableFuture.failedFuture(e);
    }
  }

  /** What must not leave the lane without an end, whatever happens. */
  private void guard(Runnable step) {
    try {
      step.run();
    } catch (Exception | Error e) {
      owner.failed(e);
      end();
    }
  }

  private void over(
      List<Claimed> round,
      long began,
      @Nullable List<? extends @Nullable Outcome> outcomes,
      @Nullable Throwable e) {
    Verdict verdict = owner.judge(round, began, known(round, outcomes, e));
    lock.lock();
    try {
      call = null;
      isStopped |= !verdict.goesOn();
      for (int i = 0; i < round.size(); i++) {
        if (verdict.settlements().get(i).state() == EntryState.PENDING) {
          waiting.remove(round.get(i).feedback().target()); // released in the end
        }
      }
    } finally {
      lock.unlock();
    }
    write(verdict.settlements(), this::nextRound);
  }

  private List<? extends @Nullable Outcome> known(
      List<Claimed> round,
      @Nullable List<? extends @Nullable Outcome> outcomes,
      @Nullable Throwable e) {
    try {
      return outcomes != null ? new ArrayList<>(outcomes) : failed(round, e);
    } catch (Exception thrown) { // the list of a client that is not ours
      return failed(round, thrown);
    }
  }

  private List<? extends @Nullable Outcome> failed(List<Claimed> round, @Nullable Throwable e) {
    Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    if (cause instanceof FeedbackException failure) {
      return round.stream().map(each -> Outcome.failed(0, each.feedback(), failure)).toList();
    }
    if (cause != null) {
      owner.clientFailed(cause);
    }
    return Collections.nCopies(round.size(), null);
  }

  /** Makes pending again what was not sent, and ends. */
  private void release() {
    List<Settlement> rest = new ArrayList<>();
    lock.lock();
    try {
      waiting.clear();
      open.values().forEach(entry -> rest.add(settlement(entry, EntryState.PENDING)));
    } finally {
      lock.unlock();
    }
    if (rest.isEmpty()) {
      end();
    } else {
      write(rest, this::end);
    }
  }

  /** Ends, and lets go of what was claimed: its leases decide. */
  void end() {
    lock.lock();
    try {
      if (isOver) {
        return;
      }
      isOver = true;
      if (renewal != null) {
        renewal.cancel();
      }
    } finally {
      lock.unlock();
    }
    owner.ended(this);
  }

  /** Writes fates, again and again if the store fails; a late one does no harm. */
  private void write(List<Settlement> settlements, Runnable then) {
    if (isOver()) {
      return;
    }
    List<Boolean> written;
    try {
      written = store.settle(lane, settlements);
      failedWrites = 0;
    } catch (Exception | Error e) {
      if (owner.storeFailed(e)) {
        Duration wait = Pace.doubled(Duration.ofMillis(100), ++failedWrites, LONGEST_WAIT);
        timer.schedule(() -> threads.execute(() -> guard(() -> write(settlements, then))), wait);
      } else {
        end();
      }
      return;
    }
    lock.lock();
    try {
      settlements.forEach(each -> open.remove(each.claim()));
    } finally {
      lock.unlock();
    }
    owner.settled(settlements, written);
    then.run();
  }

  private boolean isOver() {
    lock.lock();
    try {
      return isOver;
    } finally {
      lock.unlock();
    }
  }

  private void planRenewal() {
    threads.execute(this::renew);
  }

  private void renew() {
    List<Claim> held;
    long asked = timer.nanoTime();
    lock.lock();
    try {
      if (isOver) {
        return;
      }
      held = List.copyOf(open.keySet());
      renewal = timer.schedule(this::planRenewal, untilRenewal(asked));
    } finally {
      lock.unlock();
    }
    stopIfLapsed();
    try {
      store.renew(lane, held, lease);
      renewed(asked);
    } catch (Exception | Error e) {
      owner.renewalFailed(e); // the next may come in time
    }
    stopIfLapsed();
  }

  /** A third of the lease, or what is left of it, so that its end is not missed. */
  private Duration untilRenewal(long now) {
    Duration third = lease.dividedBy(3);
    Duration left = Duration.ofNanos(leaseEnd - now);
    boolean isSooner = left.compareTo(Duration.ZERO) > 0 && left.compareTo(third) < 0;
    return isSooner ? left : third;
  }

  /** Others may be sending what this delivery has on the wire. */
  private void stopIfLapsed() {
    boolean isLapsed;
    lock.lock();
    try {
      isLapsed = hasLapsed();
    } finally {
      lock.unlock();
    }
    if (isLapsed) {
      stop();
    }
  }

  private void renewed(long asked) {
    lock.lock();
    try {
      if (!hasLapsed()) {
        leaseEnd = asked + lease.toNanos();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean hasLapsed() {
    return timer.nanoTime() - leaseEnd >= 0;
  }

  /** Sends no more than what is on the wire; what was not sent is released. */
  void beginNoMore() {
    lock.lock();
    try {
      beginsNoMore = true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends what is on the wire, too. */
  void stop() {
    lock.lock();
    try {
      isStopped = true;
    } finally {
      lock.unlock();
    }
    stopIfStopped();
  }

  private void stopIfStopped() {
    CompletableFuture<List<Outcome>> running;
    lock.lock();
    try {
      running = isStopped ? call : null;
    } finally {
      lock.unlock();
    }
    if (running != null) {
      var unused = StoppableFuture.stopped(running);
    }
  }
}
