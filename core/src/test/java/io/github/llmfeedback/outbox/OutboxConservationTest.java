package io.github.llmfeedback.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** No entry is lost or counted twice, at any instant, while a server answers at random. */
class OutboxConservationTest {
  private static final int THREADS = 8;
  private static final int EACH = 500;

  private final ConcurrentLinkedQueue<UUID> added = new ConcurrentLinkedQueue<>();
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong returned = new AtomicLong();
  private final HeardFates fates = new HeardFates();

  private static Reply atRandom() {
    return switch (ThreadLocalRandom.current().nextInt(12)) {
      case 0 -> Reply.of(422, "{}");
      case 1 -> Reply.of(429, "{}");
      case 2 -> Reply.of(500, "{}");
      case 3 -> Reply.fault(Reply.Fault.CLOSED_AFTER_REQUEST);
      default -> Reply.of(200, "{}");
    };
  }

  private void add(Outbox outbox, int thread) {
    for (int i = 0; i < EACH; i++) {
      begun.incrementAndGet();
      String target = "t" + thread + "-" + i % 100;
      added.add(outbox.add(Feedback.on(target).comment("word").build()));
      returned.incrementAndGet();
    }
  }

  private void isConserved(Outbox outbox) {
    long least = returned.get();
    OutboxStats.Lane lane = outbox.stats().lane("toy");
    long most = begun.get();
    assertThat(
            lane.pending()
                + lane.claimed()
                + lane.delivered()
                + lane.rejected()
                + lane.parked()
                + lane.superseded()
                + lane.dropped())
        .isEqualTo(lane.added())
        .isBetween(least, most);
  }

  @Test
  void everyEntryHasOneStateAtEveryInstantAndOneFateInTheEnd() throws InterruptedException {
    try (LoopbackServer server = new LoopbackServer().answerAll(seen -> atRandom());
        Outbox outbox =
            Outbox.to(
                    new ToyClient(server.url(), ToyDialect.plain(), ToyClient.impatient().build()))
                .store(OutboxStore.memory())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
                .listener(fates)
                .open()) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int number = i;
        Thread thread = new Thread(() -> add(outbox, number));
        thread.start();
        threads.add(thread);
      }
      Await.isTrue(
          () -> "delivered " + outbox.stats(),
          () -> {
            isConserved(outbox);
            return returned.get() == THREADS * EACH && outbox.stats().open() == 0;
          });
      for (Thread thread : threads) {
        thread.join();
      }
      Await.isTrue("all are told", () -> fates.events.size() >= THREADS * EACH);
      Set<UUID> told = fates.events.stream().map(event -> event.id()).collect(Collectors.toSet());
      assertThat(fates.events).hasSameSizeAs(told);
      assertThat(new TreeSet<>(told)).isEqualTo(new TreeSet<>(added));
      OutboxStats.Lane lane = outbox.stats().lane("toy");
      assertThat(outbox.entries("toy").map(OutboxEntry::id).distinct())
          .hasSize((int) (lane.parked() + lane.rejected()));
      assertThat(lane.restarts()).isZero();
    }
  }
}
