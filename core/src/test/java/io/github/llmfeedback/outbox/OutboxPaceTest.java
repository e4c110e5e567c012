package io.github.llmfeedback.outbox;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.ManualTime;
import io.github.llmfeedback.engine.ToyClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a lane sends again after its provider failed, on a virtual time. */
class OutboxPaceTest {
  private final FeedbackException down =
      UndeliveredFeedbackException.builder("own", Reason.UNREACHABLE)
          .attempts(1)
          .mayHaveArrived(false)
          .build();

  private final AtomicReference<Function<Feedback, @Nullable FeedbackException>> answer =
      new AtomicReference<>(feedback -> null);
  private final OwnClient client = OwnClient.each(feedback -> answer.get().apply(feedback));
  private final OutboxLog log = new OutboxLog();
  private final VirtualOutbox virtual = new VirtualOutbox(client, builder -> builder);
  private final Outbox outbox = virtual.outbox;

  @AfterEach
  void stop() {
    virtual.close();
    log.close();
  }

  private static FeedbackException status(int status) {
    return RejectedFeedbackException.builder("own", status).build();
  }

  private void answer(@Nullable FeedbackException error) {
    answer.set(feedback -> error);
  }

  /** How long the lane waits before each of the next tries. */
  private List<Duration> waits(int tries) {
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < tries; i++) {
      Duration wait = virtual.awaitNextTry();
      waits.add(wait);
      int before = client.lists.size();
      virtual.time.advance(wait);
      Await.isTrue(
          () ->
              "one try more than "
                  + before
                  + ": "
                  + client.lists.size()
                  + virtual.time.alarms()
                  + outbox.stats(),
          () -> client.lists.size() == before + 1);
    }
    return waits;
  }

  private void awaitEmpty() {
    virtual.passUntil(() -> outbox.stats().open() == 0);
  }

  @Test
  void itBacksOffForHoursOfOutageAndSaysSoOnce() {
    answer(down);
    outbox.add(on("a"));
    List<Duration> waits = waits(40);
    for (int i = 0; i < waits.size(); i++) {
      long most = Math.min(300_000, 1_000L << Math.min(i, 20));
      assertThat(waits.get(i).toMillis()).as("wait " + i).isBetween(most * 3 / 4, most);
    }
    assertThat(waits.stream().mapToLong(Duration::toMinutes).sum()).isGreaterThan(120);
    virtual.awaitNextTry();
    assertThat(log.lines("WARN")).hasSize(1).first().asString().contains("own gives no answer");
    assertThat(virtual.lane().status()).isEqualTo(OutboxStats.Status.BACKING_OFF);
    answer(null);
    virtual.time.advance(virtual.awaitNextTry());
    Await.isTrue("delivered", () -> virtual.lane().delivered() == 1);
    Await.isTrue("said", () -> log.lines("INFO").size() == 1);
    assertThat(virtual.lane().status()).isEqualTo(OutboxStats.Status.RUNNING);
  }

  @Test
  void anEntryThatFailsAmongOthersIsNotSentAgainAtOnce() {
    Feedback busy = on("busy");
    answer.set(feedback -> feedback.equals(busy) ? status(429) : null);
    outbox.addAll(List.of(busy, on("a")));
    Await.isTrue(() -> "" + outbox.stats(), () -> virtual.lane().delivered() == 1);
    virtual.idle(); // it asked the store again, a fraction of a second later
    assertThat(client.lists).containsExactly(List.of(busy, on("a")));
    answer(null);
    virtual.time.advance(Duration.ofSeconds(1));
    Await.isTrue(() -> "" + outbox.stats(), () -> virtual.lane().delivered() == 2);
  }

  @Test
  void whatIsBehindAnEntryThatFailsAmongOthersIsNotSentBeforeIt() {
    Feedback first = Feedback.on("a").comment("1").build();
    Feedback second = Feedback.on("a").comment("2").build();
    answer.set(feedback -> feedback.equals(first) ? status(429) : null);
    outbox.addAll(List.of(first, on("b"), second));
    Await.isTrue(() -> "" + outbox.stats(), () -> virtual.lane().delivered() == 1);
    virtual.idle();
    answer(null);
    virtual.time.advance(Duration.ofSeconds(1));
    Await.isTrue(() -> "" + outbox.stats(), () -> virtual.lane().delivered() == 3);
    assertThat(client.lists)
        .containsExactly(List.of(first, on("b")), List.of(first), List.of(second));
  }

  @Test
  void whatIsBehindAnEntryThatGotNoAnswerWaitsForTheLane() {
    answer(
        UndeliveredFeedbackException.builder("own", Reason.CONNECTION_LOST)
            .attempts(1)
            .mayHaveArrived(true)
            .build());
    outbox.addAll(List.of(on("a"), Feedback.on("a").comment("2").build()));
    virtual.awaitNextTry();
    assertThat(client.lists).containsExactly(List.of(on("a")));
    assertThat(virtual.lane().parked()).isEqualTo(1);
    assertThat(virtual.lane().pending()).isEqualTo(1);
  }

  @Test
  void aRefusedKeyStopsTheLaneWithOneErrorAndAProbeNowAndThen() {
    for (int status : new int[] {401, 403}) {
      client.lists.clear();
      answer(status(status));
      outbox.addAll(ToyClient.many(5));
      List<Duration> waits = waits(10);
      assertThat(waits)
          .allMatch(it -> it.toSeconds() >= 45 && it.toMinutes() <= 15)
          .isSortedAccordingTo(Duration::compareTo);
      assertThat(waits.get(0).toSeconds()).isLessThanOrEqualTo(60);
      assertThat(client.lists).hasSize(11);
      assertThat(client.lists.stream().skip(1)).allMatch(probe -> probe.size() == 1);
      virtual.awaitNextTry();
      assertThat(virtual.lane().pending()).isEqualTo(5);
      assertThat(virtual.lane().status()).isEqualTo(OutboxStats.Status.UNAUTHORIZED);
      assertThat(log.lines("ERROR")).hasSize(status == 401 ? 1 : 2);
      answer(null);
      virtual.time.advance(virtual.awaitNextTry());
      awaitEmpty();
      assertThat(virtual.lane().rejected()).isZero();
      virtual.idle();
    }
    assertThat(virtual.lane().delivered()).isEqualTo(10);
    assertThat(log.lines("INFO")).hasSize(2);
    assertThat(log.lines("ERROR")).allMatch(line -> line.contains("own refuses everything"));
    assertThat(log.lines("WARN")).isEmpty();
  }

  @Test
  void theKeyIsAtFaultAlsoBesideOtherRefusals() {
    answer.set(feedback -> status(feedback.equals(on("t0")) ? 422 : 401));
    outbox.addAll(ToyClient.many(3));
    virtual.awaitNextTry();
    assertThat(virtual.lane().rejected()).isEqualTo(1);
    assertThat(virtual.lane().pending()).isEqualTo(2);
    assertThat(virtual.lane().status()).isEqualTo(OutboxStats.Status.UNAUTHORIZED);
  }

  @Test
  void theProviderIsGivenTheTimeThatItAsksFor() {
    answer(
        RejectedFeedbackException.builder("own", 429).retryAfter(Duration.ofSeconds(90)).build());
    outbox.add(on("a"));
    assertThat(virtual.awaitNextTry()).isEqualTo(Duration.ofSeconds(90));
    virtual.time.advance(Duration.ofSeconds(89));
    assertThat(client.given()).isEqualTo(1);
    answer(null);
    virtual.time.advance(Duration.ofSeconds(1));
    Await.isTrue("delivered", () -> virtual.lane().delivered() == 1);
  }

  @Test
  void butNoMoreThanAnHour() {
    answer(
        RejectedFeedbackException.builder("own", 429)
            .retryAfter(Duration.ofSeconds(Long.MAX_VALUE))
            .build());
    outbox.add(on("a"));
    assertThat(virtual.awaitNextTry()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void probesRotateSoThatEntriesThatAlwaysFailHoldUpNoOthers() {
    answer.set(
        feedback -> feedback.target().bareId().orElse("").startsWith("bad") ? status(429) : null);
    outbox.addAll(List.of(on("bad1"), on("bad2"), on("bad3")));
    waits(12);
    virtual.awaitNextTry();
    client.lists.clear();
    outbox.addAll(List.of(on("good"), on("better")));
    virtual.passUntil(() -> virtual.lane().delivered() == 2);
    assertThat(virtual.lane().pending() + virtual.lane().claimed()).isEqualTo(3);
  }

  @Test
  void aSingleEntryThatAlwaysFailsIsTriedAtItsOwnPace() {
    answer.set(feedback -> feedback.equals(on("t3")) ? status(503) : null);
    outbox.addAll(ToyClient.many(5));
    virtual.passUntil(() -> virtual.lane().delivered() == 4);
    assertThat(virtual.lane().status()).isEqualTo(OutboxStats.Status.RUNNING);
    assertThat(log.lines("WARN")).isEmpty();
    outbox.addAll(List.of(on("x"), on("y")));
    virtual.passUntil(() -> virtual.lane().delivered() == 6);
  }

  @Test
  void anEntryThatCannotBeRepresentedIsNoAnswerOfTheProvider() {
    FeedbackException unfit = UnrepresentableFeedbackException.builder("own", "no").build();
    answer.set(feedback -> feedback.equals(on("t0")) ? unfit : down);
    outbox.addAll(ToyClient.many(3));
    virtual.awaitNextTry();
    assertThat(virtual.lane().rejected()).isEqualTo(1);
    assertThat(virtual.lane().status()).isEqualTo(OutboxStats.Status.BACKING_OFF);
    answer.set(feedback -> unfit);
    virtual.time.advance(virtual.awaitNextTry());
    virtual.passUntil(() -> virtual.lane().rejected() == 3);
    assertThat(log.lines("INFO")).isEmpty();
  }

  @Test
  void batchesThatFailTogetherAreOneFailure() {
    answer(down);
    outbox.addAll(ToyClient.many(1_000));
    assertThat(virtual.awaitNextTry()).isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void theLaterEntryOnATargetIsNotSentBeforeTheEarlierOne() {
    answer(down);
    outbox.add(Feedback.on("a").comment("1").build());
    virtual.awaitNextTry();
    outbox.add(Feedback.on("a").comment("2").build());
    outbox.add(Feedback.on("a").comment("3").build());
    waits(5);
    answer(null);
    virtual.awaitNextTry();
    virtual.passUntil(() -> virtual.lane().delivered() == 3);
    assertThat(client.lists.stream().flatMap(List::stream).map(it -> it.comment().orElseThrow()))
        .endsWith("1", "2", "3")
        .startsWith("1", "1", "1", "1", "1", "1");
  }

  @Test
  void whenTheProviderIsBackAllIsDeliveredAtOnce() {
    answer(down);
    outbox.addAll(ToyClient.many(2_000));
    waits(15);
    answer(null);
    virtual.time.advance(virtual.awaitNextTry());
    long before = virtual.time.nanoTime();
    awaitEmpty();
    assertThat(Duration.ofNanos(virtual.time.nanoTime() - before))
        .isLessThan(Duration.ofMinutes(2));
    assertThat(virtual.lane().delivered()).isEqualTo(2_000);
  }

  @Test
  void whatIsTooOldIsDroppedAlsoInAnOutageAndWhateverItsNumber() {
    try (VirtualOutbox aging =
        new VirtualOutbox(client, builder -> builder.maxAge(Duration.ofHours(1)))) {
      answer(down);
      aging.outbox.addAll(ToyClient.many(5_000));
      aging.awaitNextTry();
      while (aging.lane().dropped() == 0) {
        aging.time.advance(aging.awaitNextTry());
        Await.isTrue(
            "slept", () -> aging.outbox.stats().open() == 0 || !aging.time.alarms().isEmpty());
      }
      aging.passUntil(() -> aging.outbox.stats().open() == 0);
      assertThat(aging.lane().droppedBy())
          .containsOnly(java.util.Map.entry(io.github.llmfeedback.Fate.Reason.EXPIRED, 5_000L));
    }
  }

  @Test
  void whatComesWhileAFewAreSentIsSentTogetherALittleLater() {
    CompletableFuture<List<Outcome>> first = new CompletableFuture<>();
    OwnClient slow =
        new OwnClient(
            feedbacks ->
                feedbacks.equals(List.of(on("a")))
                    ? first
                    : CompletableFuture.completedFuture(OwnClient.all(feedbacks, each -> null)));
    try (VirtualOutbox other = new VirtualOutbox(slow, builder -> builder)) {
      other.outbox.add(on("a"));
      Await.isTrue("sent", () -> slow.lists.size() == 1 && other.time.hasAlarm(Lane.REST));
      other.outbox.add(on("b"));
      first.complete(List.of(OwnClient.accepted(0, on("a"))));
      Await.isTrue("delivered", () -> other.lane().delivered() == 1);
      other.time.advance(Lane.REST.minusMillis(1));
      other.outbox.add(on("c"));
      other.passUntil(() -> other.lane().delivered() == 3);
      assertThat(slow.lists).containsExactly(List.of(on("a")), List.of(on("b"), on("c")));
    }
  }

  @Test
  void aClaimThatTookLongIsFollowedByALongerRest() {
    ManualTime time = virtual.time;
    AtomicReference<Duration> took = new AtomicReference<>(Duration.ZERO);
    BrittleStore store = new BrittleStore(MemoryOutboxStore.builder().time(time).build());
    store.beforeEach("claim", () -> time.advance(took.get()));
    CompletableFuture<List<Outcome>> never = new CompletableFuture<>();
    try (Outbox other =
        Outbox.to("own", new OwnClient(feedbacks -> never))
            .store(store)
            .pollInterval(Duration.ofMinutes(1))
            .closeTimeout(Duration.ZERO)
            .time(time)
            .open()) {
      Await.isTrue("idle", () -> time.hasAlarm(Duration.ofMinutes(1)));
      time.advance(Lane.LONGEST_REST);
      took.set(Duration.ofMillis(30));
      other.add(on("a"));
      time.awaitAlarm(Duration.ofMillis(120));
      took.set(Duration.ofSeconds(3));
      other.add(on("b"));
      time.advance(Duration.ofMillis(120));
      time.awaitAlarm(Lane.LONGEST_REST);
    }
  }

  @Test
  void aProviderThatTakesAFewOfABatchGetsOneBatchAtATimeAndLessAndLessOften() {
    FeedbackException overloaded =
        UndeliveredFeedbackException.builder("own", Reason.CONNECTION_LOST)
            .attempts(1)
            .mayHaveArrived(true)
            .build();
    Map<List<Feedback>, CompletableFuture<List<Outcome>>> held = new ConcurrentHashMap<>();
    OwnClient busy =
        new OwnClient(
            list ->
                list.size() == 1 // a probe
                    ? CompletableFuture.completedFuture(OwnClient.all(list, each -> null))
                    : held.computeIfAbsent(list, each -> new CompletableFuture<>()));
    try (VirtualOutbox other = new VirtualOutbox(busy, it -> it.batchSize(10).concurrency(3))) {
      other.outbox.addAll(ToyClient.many(200));
      Await.isTrue("three batches", () -> held.size() == 3);
      Duration before = Duration.ZERO;
      for (int i = 0; i < 5; i++) {
        held.forEach(
            (list, call) ->
                call.complete(
                    OwnClient.all(list, each -> list.indexOf(each) < 4 ? null : overloaded)));
        held.clear();
        Duration wait = other.awaitNextTry();
        assertThat(wait).isGreaterThan(before);
        before = wait;
        other.time.advance(wait);
        other.passUntil(() -> !held.isEmpty());
        other.time.advance(Duration.ofMinutes(1));
        assertThat(held).hasSize(1);
      }
    }
  }

  @Test
  void aProbeThatIsRefusedIsFollowedByAnotherAtOnceAndByNoBatch() {
    answer.set(feedback -> down);
    outbox.addAll(ToyClient.many(20));
    Duration wait = virtual.awaitNextTry();
    int before = client.lists.size();
    answer.set(feedback -> feedback.equals(on("t19")) ? null : status(422));
    virtual.time.advance(wait);
    virtual.passUntil(() -> outbox.stats().open() == 0);
    assertThat(client.lists.stream().skip(before)).hasSize(20).allMatch(list -> list.size() == 1);
    assertThat(virtual.lane().rejected()).isEqualTo(19);
    assertThat(log.lines("INFO")).hasSize(1);
  }

  @Test
  void whatIsTriedAgainByHandIsTriedHoweverOldItIs() {
    AtomicReference<@Nullable FeedbackException> error = new AtomicReference<>(status(422));
    OwnClient own = OwnClient.each(feedback -> error.get());
    try (VirtualOutbox other = new VirtualOutbox(own, it -> it.maxAge(Duration.ofHours(1)))) {
      UUID id = other.outbox.add(on("a"));
      other.passUntil(() -> other.lane().rejected() == 1);
      other.time.advance(Duration.ofHours(2));
      error.set(null);
      assertThat(other.outbox.retry(id)).isEqualTo(1);
      other.passUntil(() -> other.outbox.stats().open() == 0);
      assertThat(other.lane().delivered()).isEqualTo(1);
    }
  }
}
