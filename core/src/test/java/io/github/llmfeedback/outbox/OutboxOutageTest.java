package io.github.llmfeedback.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A provider that is down for an hour (a quarter of one by default), at 1,000 feedbacks a second,
 * on a virtual time; then it is back. Every feedback has a target of its own, so that a test knows
 * each one's fate by itself.
 */
@Timeout(300)
class OutboxOutageTest {
  private static final int SECONDS = Boolean.getBoolean("feedback.tests.full") ? 3_600 : 900;
  private static final int A_SECOND = 1_000;
  private static final int ALL = SECONDS * A_SECOND;
  private static final int ROOM = 50_000;
  private static final int CALLERS = 200;

  /** Longer than the lane ever sleeps. */
  private static final Duration WAIT = Duration.ofMinutes(10);

  private static final int TIMES = 6;

  private final AtomicBoolean isUp = new AtomicBoolean();
  private final ReentrantLock lock = new ReentrantLock();
  private final BitSet arrived = new BitSet();
  private final AtomicLong twice = new AtomicLong();
  private final OwnClient client = OwnClient.each(this::answer).forgetful();

  private @Nullable FeedbackException answer(Feedback feedback) {
    if (!isUp.get()) {
      return UndeliveredFeedbackException.builder("own", Reason.UNREACHABLE).build();
    }
    int number = Integer.parseInt(feedback.target().bareId().orElseThrow());
    lock.lock();
    try {
      if (arrived.get(number)) {
        twice.incrementAndGet();
      }
      arrived.set(number);
    } finally {
      lock.unlock();
    }
    return null;
  }

  private VirtualOutbox open(Overflow whenFull) {
    return new VirtualOutbox(
        client,
        MemoryOutboxStore.builder().maxEntries(ROOM).whenFull(whenFull),
        // Time passes here faster than a delivery does.
        builder -> builder.lease(Duration.ofDays(1)));
  }

  private static Feedback feedback(int number) {
    return Feedback.on(Integer.toString(number)).thumbsUp().build();
  }

  /** Adds through the hour; returns those that were refused. */
  private BitSet anHour(VirtualOutbox virtual) {
    // On a thread of its own, for exceptions of a deep stack take long.
    return CompletableFuture.supplyAsync(
            () -> addThroughTheHour(virtual), task -> new Thread(task).start())
        .join();
  }

  private static BitSet addThroughTheHour(VirtualOutbox virtual) {
    BitSet refused = new BitSet();
    long full = 0;
    for (int second = 0; second < SECONDS; second++) {
      for (int i = 0; i < A_SECOND; i++) {
        int number = second * A_SECOND + i;
        try {
          virtual.outbox.add(feedback(number));
        } catch (OutboxFullException e) {
          refused.set(number);
        }
      }
      virtual.time.advance(Duration.ofSeconds(1));
      if (second == ROOM / A_SECOND + 10) {
        full = used();
      }
    }
    // To keep all would take hundreds of megabytes; other tests in this process take a few.
    assertThat(used() - full).as("the heap is flat, in bytes").isLessThan(48L << 20);
    return refused;
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    runtime.gc();
    runtime.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private void back(VirtualOutbox virtual) {
    isUp.set(true);
    virtual.passUntil(() -> virtual.outbox.stats().open() == 0);
    assertThat(twice).hasValue(0);
  }

  @Test
  void whoIsRefusedKnowsItAndAllOthersAreDelivered() {
    try (OutboxLog log = new OutboxLog();
        VirtualOutbox virtual = open(Overflow.refuse())) {
      BitSet refused = anHour(virtual);
      assertThat(refused.cardinality()).isEqualTo(ALL - ROOM);
      assertThat(virtual.lane().added()).isEqualTo(ROOM);
      back(virtual);
      assertThat(virtual.lane().delivered()).isEqualTo(ROOM);
      arrived.xor(refused);
      assertThat(arrived.cardinality()).as("delivered or refused, never both").isEqualTo(ALL);
      assertThat(log.lines("WARN")).hasSize(1).first().asString().contains("gives no answer");
    }
  }

  @Test
  void theOldestAreDroppedCountedAndSaidOnceAMinute() {
    try (OutboxLog log = new OutboxLog();
        VirtualOutbox virtual = open(Overflow.dropOldest())) {
      assertThat(anHour(virtual).isEmpty()).isTrue();
      assertThat(virtual.lane().added()).isEqualTo(ALL);
      assertThat(virtual.lane().pending() + virtual.lane().claimed()).isEqualTo(ROOM);
      long dropped = virtual.lane().dropped();
      assertThat(virtual.lane().droppedBy()).isEqualTo(Map.of(Fate.Reason.FULL, dropped));
      back(virtual);
      assertThat(virtual.lane().delivered() + dropped).isEqualTo(ALL);
      assertThat(arrived.cardinality()).isEqualTo(ROOM);
      assertThat(arrived.nextSetBit(0)).as("about the last ones").isGreaterThan(ALL - ROOM - 200);
      virtual.time.advance(Duration.ofMinutes(1));
      assertThat(log.lines("WARN")).hasSizeBetween(SECONDS / 60 - 1, SECONDS / 60 + 3);
      assertThat(
              log.lines("WARN").stream()
                  .filter(line -> line.contains("are now DROPPED (FULL)"))
                  .mapToLong(line -> Long.parseLong(line.replaceAll(".*line: (\\d+) .*", "$1")))
                  .sum())
          .isEqualTo(dropped);
    }
  }

  @Test
  void whoWaitsGetsInWhenTheProviderIsBackOrIsRefusedInTime() throws InterruptedException {
    try (VirtualOutbox virtual = open(Overflow.waitUpTo(WAIT))) {
      BitSet refused = new BitSet();
      AtomicInteger stored = new AtomicInteger();
      AtomicInteger next = new AtomicInteger();
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(
            new Thread(
                () -> addUntil(ROOM + (TIMES + 8) * CALLERS, virtual, next, refused, stored)));
      }
      callers.forEach(Thread::start);
      for (int i = 0; i < TIMES; i++) { // an hour, in which all wait six times
        int times = i;
        Await.isTrue(
            () -> "all wait: " + refused.cardinality() + " " + virtual.time.alarms(),
            () ->
                next.get() == ROOM + (times + 1) * CALLERS
                    && waiting(virtual.time) == CALLERS
                    && stored.get() == ROOM);
        virtual.time.advance(WAIT);
      }
      Await.isTrue("all wait again", () -> waiting(virtual.time) == CALLERS);
      isUp.set(true);
      virtual.passUntil(() -> callers.stream().noneMatch(Thread::isAlive));
      back(virtual);
      assertThat(refused.cardinality()).isEqualTo(TIMES * CALLERS);
      assertThat(stored).hasValue(ROOM + 8 * CALLERS);
      assertThat(virtual.lane().delivered()).as("%s", virtual.lane()).isEqualTo(stored.get());
      arrived.xor(refused);
      assertThat(arrived.cardinality())
          .as("delivered or refused, never both")
          .isEqualTo(ROOM + (TIMES + 8) * CALLERS);
    }
  }

  private void addUntil(
      int end, VirtualOutbox virtual, AtomicInteger next, BitSet refused, AtomicInteger stored) {
    int number;
    while ((number = next.getAndIncrement()) < end) {
      try {
        virtual.outbox.add(feedback(number));
        stored.incrementAndGet();
      } catch (OutboxFullException e) {
        lock.lock();
        try {
          refused.set(number);
        } finally {
          lock.unlock();
        }
      }
    }
  }

  /** How many callers have begun to wait at this moment. */
  private static long waiting(ManualTime time) {
    return time.alarms().stream().filter(WAIT::equals).count();
  }
}
