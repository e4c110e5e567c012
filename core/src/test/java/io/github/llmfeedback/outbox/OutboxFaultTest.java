package io.github.llmfeedback.outbox;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Fate;
import io.github.llmfeedback.FateEvent;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackListener;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.ManualTime;
import io.github.llmfeedback.engine.ToyClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others do wrong: clients, stores and listeners; and what leases are for. */
class OutboxFaultTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final HeardFates fates = new HeardFates();

  private static CompletableFuture<List<Outcome>> yes(List<Feedback> feedbacks) {
    return CompletableFuture.completedFuture(OwnClient.all(feedbacks, feedback -> null));
  }

  private void isParkedAndProbed(Function<List<Feedback>, CompletableFuture<List<Outcome>>> fault) {
    AtomicInteger calls = new AtomicInteger();
    OwnClient client =
        new OwnClient(list -> calls.incrementAndGet() == 1 ? fault.apply(list) : yes(list));
    try (VirtualOutbox virtual = new VirtualOutbox(client, it -> it.batchSize(2))) {
      virtual.outbox.addAll(ToyClient.many(3));
      virtual.passUntil(() -> virtual.outbox.stats().open() == 0);
      assertThat(virtual.lane().parked()).isEqualTo(2);
      assertThat(virtual.lane().delivered()).isEqualTo(1);
      assertThat(virtual.outbox.entries("own", EntryState.PARKED))
          .allMatch(entry -> entry.reason().orElseThrow() == Fate.Reason.UNCERTAIN)
          .allMatch(entry -> entry.detail().orElseThrow().contains("may have arrived"));
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void whatAClientDoesNotAccountForIsParkedAndTheLaneBacksOff() {
    isParkedAndProbed(
        list -> {
          throw new IllegalStateException("a client of somebody else");
        });
    isParkedAndProbed(list -> null);
    isParkedAndProbed(list -> CompletableFuture.failedFuture(new StackOverflowError()));
    isParkedAndProbed(list -> CompletableFuture.completedFuture(List.of()));
    isParkedAndProbed(list -> CompletableFuture.completedFuture(null));
  }

  @Test
  void ofTooFewOutcomesTheRestIsParked() {
    OwnClient client = new OwnClient(list -> yes(list.subList(0, 1)));
    try (VirtualOutbox virtual = new VirtualOutbox(client, it -> it)) {
      virtual.outbox.addAll(ToyClient.many(3));
      virtual.passUntil(() -> virtual.outbox.stats().open() == 0);
      assertThat(virtual.lane().delivered()).isEqualTo(1);
      assertThat(virtual.lane().parked()).isEqualTo(2);
    }
  }

  @Test
  void aCallThatNeverEndsKeepsItsLeaseAndOutlivesNoClose() {
    CompletableFuture<List<Outcome>> never = new CompletableFuture<>();
    OwnClient client = new OwnClient(list -> never);
    VirtualOutbox virtual = new VirtualOutbox(client, it -> it.lease(Duration.ofSeconds(30)));
    virtual.outbox.add(on("a"));
    Await.isTrue("sent", () -> client.lists.size() == 1);
    for (int i = 0; i < 60; i++) {
      virtual.time.advance(Duration.ofSeconds(1));
      Await.isTrue(
          "it renews", () -> virtual.time.alarms().stream().anyMatch(it -> it.toSeconds() <= 10));
    }
    assertThat(virtual.lane().claimed()).isEqualTo(1);
    assertThat(virtual.outbox.flush(Duration.ofMillis(20))).isEqualTo(1);
    long begin = System.nanoTime();
    assertThat(virtual.outbox.close(Duration.ofMillis(20))).as("lost").isEqualTo(1);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONG);
    virtual.time.advance(Duration.ofHours(1));
    assertThat(virtual.time.alarms()).as("nothing renews it").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"claim", "settle", "renew", "endLeases"})
  void aStoreThatThrowsIsTriedAgainAndNothingIsLostOrSentTwice(String method) {
    List<Supplier<Throwable>> failures =
        List.of(
            () -> new OutboxException("gone", null, false),
            OutOfMemoryError::new,
            StackOverflowError::new);
    BrittleStore store = new BrittleStore(OutboxStore.memory());
    failures.forEach(failure -> store.failNext(method, 1, failure));
    OwnClient client =
        new OwnClient(
            list ->
                new CompletableFuture<List<Outcome>>()
                    .completeOnTimeout(yes(list).join(), 400, TimeUnit.MILLISECONDS));
    try (Outbox outbox =
        Outbox.to("own", method.equals("renew") ? client : OwnClient.each(feedback -> null))
            .store(store)
            .lease(Duration.ofSeconds(1))
            .pollInterval(Duration.ofMillis(10))
            .listener(fates)
            .open()) {
      List<UUID> ids = outbox.addAll(ToyClient.many(20));
      Await.isTrue(() -> "" + outbox.stats(), () -> outbox.stats().lane("own").delivered() == 20);
      if (!method.equals("renew")) {
        Await.isTrue(() -> "" + outbox.stats(), () -> outbox.stats().lane("own").restarts() == 2);
        assertThat(store.failed()).isEqualTo(3);
      }
      Await.isTrue("told", () -> fates.events.size() == 20);
      assertThat(ids).allMatch(id -> fates.of(id).equals(List.of(Fate.DELIVERED)));
    }
  }

  @Test
  void anAddThatTheStoreRefusesIsNotStored() {
    BrittleStore store = new BrittleStore(OutboxStore.memory());
    store.failNext("add", 1, () -> new OutboxException("gone", null, false));
    try (Outbox outbox = Outbox.to("own", OwnClient.each(feedback -> null)).store(store).open()) {
      assertThatThrownBy(() -> outbox.add(on("a"))).isInstanceOf(OutboxException.class);
      outbox.add(on("b"));
      assertThat(outbox.flush(LONG)).isZero();
      assertThat(outbox.stats().lane("own").added()).isEqualTo(1);
    }
  }

  @Test
  void nothingMoreIsSentOfABatchWhoseLeaseRanOut() {
    CompletableFuture<List<Outcome>> call = new CompletableFuture<>();
    OwnClient client = new OwnClient(list -> call);
    ManualTime time = new ManualTime();
    BrittleStore store = new BrittleStore(MemoryOutboxStore.builder().time(time).build());
    store.failNext("renew", 1_000, () -> new OutboxException("gone", null, false));
    Outbox outbox = Outbox.to("own", client).store(store).time(time).open();
    outbox.addAll(List.of(on("a"), Feedback.on("a").comment("2").build()));
    Await.isTrue(
        () -> "parked " + outbox.stats(),
        () -> {
          time.advance(Duration.ofSeconds(1));
          return outbox.stats().lane("own").parked() == 2;
        });
    call.complete(OwnClient.all(List.of(on("a")), feedback -> null));
    Await.isTrue(() -> "" + outbox.stats(), () -> outbox.stats().lane("own").delivered() == 1);
    outbox.close(LONG); // waits for what is being sent
    assertThat(client.lists).containsExactly(List.of(on("a")));
  }

  /** A lane whose lease ran out, because its store could not renew; then the response comes. */
  @Test
  void aFateThatComesAfterItsLeaseTurnsParkedIntoDelivered() {
    List<CompletableFuture<List<Outcome>>> calls = new CopyOnWriteArrayList<>();
    ConcurrentLinkedQueue<List<Feedback>> sent = new ConcurrentLinkedQueue<>();
    OwnClient client =
        new OwnClient(
            list -> {
              sent.add(list);
              CompletableFuture<List<Outcome>> call = new CompletableFuture<>();
              calls.add(call);
              return call;
            });
    ManualTime time = new ManualTime();
    BrittleStore store = new BrittleStore(MemoryOutboxStore.builder().time(time).build());
    store.failNext("renew", 1_000, () -> new OutboxException("gone", null, false));
    try (Outbox outbox =
        Outbox.to("own", client)
            .store(store)
            .listener(fates)
            .closeTimeout(Duration.ZERO)
            .time(time)
            .open()) {
      UUID id = outbox.add(on("a"));
      UUID other = outbox.add(on("b"));
      Await.isTrue(
          () -> "parked " + outbox.stats(),
          () -> {
            time.advance(Duration.ofSeconds(1));
            return outbox.stats().lane("own").parked() == 2;
          });
      assertThat(Objects.requireNonNull(outbox.find(id).get("own")).reason())
          .contains(Fate.Reason.LEASE_EXPIRED);
      assertThat(Objects.requireNonNull(outbox.find(id).get("own")).attempts()).isEqualTo(1);
      Await.isTrue("told", () -> fates.events.size() == 2);
      List<List<Feedback>> lists = List.copyOf(sent);
      for (int i = 0; i < calls.size(); i++) {
        calls
            .get(i)
            .complete(
                OwnClient.all(
                    lists.get(i),
                    feedback ->
                        feedback.equals(on("a"))
                            ? null
                            : RejectedFeedbackException.builder("own", 422).build()));
      }
      Await.isTrue(() -> "" + outbox.stats(), () -> outbox.stats().lane("own").delivered() == 1);
      Await.isTrue("told", () -> fates.of(id).equals(List.of(Fate.PARKED, Fate.DELIVERED)));
      assertThat(Objects.requireNonNull(outbox.find(other).get("own")).state())
          .isEqualTo(EntryState.PARKED);
      assertThat(fates.of(other)).as("not what was not written").containsExactly(Fate.PARKED);
    }
  }

  @Test
  void aListenerThatBlocksOrThrowsHurtsNobody() {
    CountDownLatch open = new CountDownLatch(1);
    AtomicInteger told = new AtomicInteger();
    FeedbackListener listener =
        new FeedbackListener() {
          @Override
          public void onFate(FateEvent event) {
            try {
              open.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            told.incrementAndGet();
            throw new IllegalStateException("a listener of somebody else");
          }
        };
    try (Outbox outbox =
        Outbox.to("own", OwnClient.each(feedback -> null))
            .store(OutboxStore.memory())
            .listener(listener)
            .open()) {
      outbox.addAll(ToyClient.many(12_000));
      assertThat(outbox.flush(LONG)).isZero();
      assertThat(outbox.stats().droppedEvents()).isPositive();
      open.countDown();
      Await.isTrue("told all others", () -> told.get() + outbox.stats().droppedEvents() == 12_000);
    }
  }

  @Test
  void anErrorWhileABatchIsPreparedTakesNoPlaceAmongThoseInFlight() {
    AtomicInteger checks = new AtomicInteger();
    OwnClient client =
        new OwnClient(Capabilities.of("own").overwriting(), OutboxFaultTest::yes) {
          @Override
          public List<Loss> check(Feedback feedback) {
            if (checks.incrementAndGet() <= 2) {
              throw new NoSuchMethodError("of a client that was compiled with another version");
            }
            return List.of();
          }
        };
    try (VirtualOutbox virtual = new VirtualOutbox(client, it -> it.concurrency(2))) {
      for (int i = 1; i <= 2; i++) {
        virtual.outbox.addAll(List.of(on("a" + i), on("a" + i)));
        int restarts = i;
        virtual.passUntil(() -> virtual.lane().restarts() == restarts);
      }
      virtual.time.advance(Duration.ofDays(1)); // the leases of what it had claimed
      virtual.passUntil(() -> virtual.outbox.stats().open() == 0);
      assertThat(virtual.outbox.close(LONG)).isZero();
    }
  }

  /** As a client in Kotlin may, which knows no checked exceptions. */
  @Test
  void aCheckedExceptionOfAClientEndsNoLane() {
    AtomicInteger calls = new AtomicInteger();
    OwnClient client =
        new OwnClient(
            list -> {
              if (calls.incrementAndGet() == 1) {
                OutboxFaultTest.<RuntimeException>throwAny(new IOException("reset"));
              }
              return yes(list);
            });
    try (OutboxLog log = new OutboxLog();
        VirtualOutbox virtual = new VirtualOutbox(client, builder -> builder)) {
      UUID id = virtual.outbox.add(on("a"));
      virtual.passUntil(() -> virtual.lane().parked() == 1);
      virtual.time.advance(Duration.ofSeconds(1));
      assertThat(log.lines("WARN"))
          .anyMatch(line -> line.contains("calls of the client of own threw"))
          .anyMatch(line -> line.contains("java.io.IOException"));
      virtual.outbox.add(on("b"));
      virtual.passUntil(() -> virtual.lane().delivered() == 1);
      assertThat(virtual.outbox.retry(id)).isEqualTo(1);
      virtual.passUntil(() -> virtual.lane().delivered() == 2);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> void throwAny(Throwable e) throws E {
    throw (E) e;
  }
}
