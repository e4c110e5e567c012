package io.github.llmfeedback.outbox;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.StoppableFuture;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.ManualTime;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.outbox.OutboxStore.Claims;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when leases run out, on a virtual time. */
class OutboxLeaseTest {
  private static final Duration LEASE = Duration.ofMinutes(1);

  private final ManualTime time = new ManualTime();
  private final BrittleStore store =
      new BrittleStore(MemoryOutboxStore.builder().time(time).build());
  private final HeardFates fates = new HeardFates();

  private Outbox open(OwnClient client, boolean repeat) {
    Outbox outbox =
        Outbox.to("own", client)
            .store(store)
            .repeatUncertain(repeat)
            .listener(fates)
            .lease(LEASE)
            .closeTimeout(Duration.ZERO)
            .time(time)
            .open();
    time.awaitAlarm(Duration.ofSeconds(1));
    time.advance(Lane.LONGEST_REST); // it has looked in vain
    return outbox;
  }

  private void passUntil(Outbox outbox, AtomicBoolean condition) {
    Await.isTrue(
        () -> "not in time: " + outbox.stats(),
        () -> {
          time.advance(Duration.ofSeconds(1));
          return condition.get();
        });
  }

  private static OutboxException gone() {
    return new OutboxException("gone", null, false);
  }

  @Test
  void whatIsOnTheWireIsStoppedWhenItsLeaseRunsOut() {
    store.failNext("renew", 1_000, OutboxLeaseTest::gone);
    AtomicBoolean isStopped = new AtomicBoolean();
    OwnClient client =
        new OwnClient(
            list ->
                new StoppableFuture<>(
                    () -> {
                      isStopped.set(true);
                      return new CompletableFuture<>();
                    }));
    try (Outbox outbox = open(client, false)) {
      outbox.add(on("a"));
      Await.isTrue("sent", () -> client.given() == 1);
      time.advance(LEASE.minusSeconds(2));
      assertThat(isStopped).isFalse();
      passUntil(outbox, isStopped);
      assertThat(outbox.stats().lane("own").delivered()).isZero();
    }
  }

  private @Nullable FeedbackException everyThird(Feedback feedback) {
    int number = Integer.parseInt(feedback.target().bareId().orElseThrow().substring(1));
    return switch (number % 3) {
      case 0 -> null;
      case 1 -> RejectedFeedbackException.builder("own", 422).attempts(1).build();
      default ->
          UndeliveredFeedbackException.builder("own", Reason.UNREACHABLE)
              .attempts(1)
              .mayHaveArrived(false)
              .build();
    };
  }

  /** The fates were known all the time, and could only not be written. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterAnOutageOfTheStoreFatesAreWrittenBeforeLeasesEnd(boolean repeat) {
    CompletableFuture<List<Outcome>> first = new CompletableFuture<>();
    AtomicInteger calls = new AtomicInteger();
    OwnClient client =
        new OwnClient(
            list ->
                calls.incrementAndGet() == 1
                    ? first
                    : CompletableFuture.completedFuture(OwnClient.all(list, each -> null)));
    try (Outbox outbox = open(client, repeat)) {
      List<Feedback> feedbacks = ToyClient.many(9);
      List<UUID> ids = outbox.addAll(feedbacks);
      Await.isTrue("sent", () -> client.given() == 9);
      AtomicBoolean isGone = new AtomicBoolean(true);
      AtomicInteger looks = new AtomicInteger();
      for (String method : List.of("claim", "settle", "renew", "endLeases", "rollUp", "expire")) {
        store.beforeEach(
            method,
            () -> {
              if (isGone.get()) {
                looks.addAndGet(method.matches("endLeases|claim") ? 1 : 0);
                throw gone();
              }
            });
      }
      first.complete(OwnClient.all(feedbacks, this::everyThird));
      Await.isTrue(
          () -> "the lane looks each second, for four leases: " + looks,
          () -> {
            time.advance(Duration.ofMillis(500));
            return looks.get() >= 4 * LEASE.toSeconds();
          });
      isGone.set(false);
      Await.isTrue(
          () -> "not in time: " + outbox.stats(),
          () -> {
            time.advance(Duration.ofMillis(100));
            return outbox.stats().open() == 0;
          });
      OutboxStats.Lane lane = outbox.stats().lane("own");
      assertThat(lane.parked()).isZero();
      assertThat(lane.rejected()).isEqualTo(3);
      assertThat(lane.delivered()).isEqualTo(6);
      assertThat(client.given()).as("three were sent again").isEqualTo(12);
      ids.forEach(id -> Await.isTrue("one fate", () -> fates.of(id).size() == 1));
    }
  }

  @Test
  void leasesOfADeadProcessEndAlsoWhileTheLanePauses() {
    OwnClient client =
        OwnClient.each(
            each ->
                RejectedFeedbackException.builder("own", 429)
                    .retryAfter(Duration.ofHours(1))
                    .attempts(1)
                    .build());
    UUID dead = new UUID(7, 8);
    try (Outbox outbox = open(client, false)) {
      outbox.add(on("a"));
      Await.isTrue("pauses", () -> outbox.stats().lane("own").nextTry().isPresent());
      store.add(Set.of("own"), List.of(new NewEntry(dead, on("b"))));
      Claims claims = store.claim("own", 10, 10, LEASE);
      assertThat(claims.entries()).isNotEmpty();
      for (int i = 0; i < 2 * LEASE.toSeconds(); i++) {
        time.advance(Duration.ofSeconds(1));
      }
      Await.isTrue("parked", () -> fates.of(dead).equals(List.of(Fate.PARKED)));
    }
  }
}
