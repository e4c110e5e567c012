package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.ClientStats;
import io.github.llmfeedback.FailureKind;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code client.stats()} says. */
@Timeout(120)
class StatsTest {
  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(ToyDialect toy, ClientSettings.Builder settings) {
    return new ToyClient(server.url(), toy, settings.build());
  }

  @Test
  void aClientThatHasDoneNothingHasNothingToSay() {
    try (ToyClient client = client(ToyDialect.plain(), ToyClient.settings())) {
      assertThat(client.stats())
          .hasToString(
              "ClientStats{submitted=0, accepted=0, failed=0 {}, inFlight=0, queued=0,"
                  + " pausedUntil=-, retries=0, droppedEvents=0}");
    }
  }

  @Test
  void whatIsOnTheWireIsInFlightAndWhatWaitsIsQueued() {
    HeldReplies gate = HeldReplies.yes();
    server.answerAll(gate);
    try (ToyClient client = client(ToyDialect.plain(), ToyClient.settings().concurrency(2))) {
      List<CompletableFuture<Receipt>> all =
          ToyClient.many(5).stream().map(client::submitAsync).toList();
      Await.isTrue("two are sent", () -> server.count() == 2 && client.stats().submitted() == 5);
      assertThat(client.stats().inFlight()).isEqualTo(2);
      assertThat(client.stats().queued()).isEqualTo(3);
      assertThat(client.stats().accepted()).isZero();
      gate.open();
      all.forEach(Await::isDone);
      assertThat(client.stats().accepted()).isEqualTo(5);
      assertThat(client.stats().inFlight()).isZero();
      assertThat(client.stats().queued()).isZero();
    }
  }

  @Test
  void aListInFlightCountsEachOfItsFeedbacks() {
    HeldReplies gate = HeldReplies.yes();
    server.answerAll(gate);
    try (ToyClient client = client(ToyDialect.lists(4), ToyClient.settings().concurrency(1))) {
      CompletableFuture<List<Outcome>> all = client.submitAllAsync(ToyClient.many(10));
      Await.isTrue("a list is sent", () -> server.count() == 1);
      assertThat(client.stats().inFlight()).isEqualTo(4);
      assertThat(client.stats().queued()).isEqualTo(6);
      gate.open();
      Await.isDone(all);
      assertThat(client.stats().accepted()).isEqualTo(10);
    }
  }

  @Test
  void duringAPauseNothingIsInFlightAndItSaysUntilWhen() {
    ManualTime time = new ManualTime();
    server.enqueue(Reply.of(429, "{}").header("Retry-After", "20")).enqueue(200, "{}");
    try (ToyClient client = new ToyClient(server, ToyDialect.plain(), time)) {
      CompletableFuture<Receipt> receipt = client.submitAsync(on("a"));
      time.awaitAlarm(Duration.ofSeconds(20));
      ClientStats paused = client.stats();
      assertThat(paused.pausedUntil()).contains(time.now().plusSeconds(20));
      assertThat(paused.queued()).isEqualTo(1);
      assertThat(paused.inFlight()).isZero();
      assertThat(paused.retries()).isEqualTo(1);
      time.advance(Duration.ofSeconds(20));
      Await.isDone(receipt);
      assertThat(client.stats().pausedUntil()).isEmpty();
      assertThat(client.stats().accepted()).isEqualTo(1);
    }
  }

  @Test
  void failuresAreCountedByKind() {
    server.enqueue(400, "{}").enqueue(400, "{}").enqueue(200, "<html>");
    ToyClient client = client(ToyDialect.plain(), ToyClient.settings());
    try (client) {
      for (int i = 0; i < 3; i++) {
        var unused = catchThrowable(() -> client.submit(on("a")));
      }
    }
    assertThat(client.stats().failures())
        .isEqualTo(Map.of(FailureKind.REJECTED, 2L, FailureKind.UNREADABLE, 1L));
    assertThat(client.stats().failed()).isEqualTo(3);
  }

  @Test
  void whatIsReadIsNoFeedback() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyDialect.plain(), ToyClient.settings())) {
      var unused =
          client.asked(
              io.github.llmfeedback.spi.WireRequest.of("POST", Map.of(), "query").readOnly(),
              response -> 1);
      assertThat(client.stats().submitted()).isZero();
    }
  }

  @Test
  void underLoadEverySnapshotIsConsistentAndCountsWhatCallersAlreadyHave() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    server.answerAll(
        seen -> requests.incrementAndGet() % 7 == 0 ? Reply.of(400, "{}") : Reply.of(200, "{}"));
    AtomicLong begun = new AtomicLong();
    AtomicLong accepted = new AtomicLong();
    AtomicLong failed = new AtomicLong();
    ToyClient client = client(ToyDialect.plain(), ToyClient.impatient().concurrency(4));
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      boolean isAsync = i % 2 == 0;
      threads.add(new Thread(() -> submit(client, isAsync, begun, accepted, failed)));
    }
    threads.forEach(Thread::start);
    ClientStats last = client.stats();
    int snapshots = 0;
    while (threads.stream().anyMatch(Thread::isAlive) || snapshots == 0) {
      long acceptedBefore = accepted.get();
      long failedBefore = failed.get();
      ClientStats now = client.stats();
      long begunAfter = begun.get();
      assertThat(now.accepted()).isGreaterThanOrEqualTo(acceptedBefore);
      assertThat(now.failed()).isGreaterThanOrEqualTo(failedBefore);
      assertThat(now.accepted()).isGreaterThanOrEqualTo(last.accepted());
      assertThat(now.submitted()).isBetween(last.submitted(), begunAfter);
      assertThat(now.submitted())
          .isEqualTo(now.accepted() + now.failed() + now.inFlight() + now.queued());
      assertThat(now.inFlight()).isBetween(0L, 4L);
      assertThat(now.queued()).isNotNegative();
      last = now;
      snapshots++;
    }
    client.close();
    assertThat(client.stats().accepted()).isEqualTo(accepted.get());
    assertThat(client.stats().failed()).isEqualTo(failed.get());
    assertThat(client.stats().submitted()).isEqualTo(8 * 100);
    assertThat(client.stats().inFlight() + client.stats().queued()).isZero();
  }

  private static void submit(
      ToyClient client, boolean isAsync, AtomicLong begun, AtomicLong accepted, AtomicLong failed) {
    for (int i = 0; i < 100; i++) {
      begun.incrementAndGet();
      try {
        if (isAsync) {
          client.submitAsync(on("a")).join();
        } else {
          client.submit(on("a"));
        }
        accepted.incrementAndGet();
      } catch (RuntimeException e) {
        failed.incrementAndGet();
      }
    }
  }
}
