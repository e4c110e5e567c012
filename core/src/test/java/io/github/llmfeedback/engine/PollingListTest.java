package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A list of feedback, each of which is sent and then looked at until it is stored. */
@Timeout(120)
class PollingListTest {
  private static final Duration REST = Duration.ofMillis(700);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String STORED = "{\"stored\":true}";

  private final LoopbackServer server =
      new LoopbackServer().answerAll(seen -> Reply.of(200, STORED));
  private final ManualTime time = new ManualTime();

  /** What was begun and what ended, each with its target. */
  private final Queue<String> events = new ConcurrentLinkedQueue<>();

  private final AtomicInteger running = new AtomicInteger();
  private final BiFunction<Receipt, Duration, Polling<Receipt>> polling = Look::new;

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(ClientSettings.Builder settings) {
    return new ToyClient(server.url(), ToyDialect.plain(), settings.maxRetries(0).build(), time);
  }

  private ToyClient client() {
    return client(ToyClient.settings());
  }

  private static Reason reason(Outcome outcome) {
    return ((UndeliveredFeedbackException) outcome.error().orElseThrow()).reason();
  }

  @Test
  void eachHasItsOutcomeInInputOrderAndOneThatFailsCostsNobodyElse() {
    server.answerAll(
        seen ->
            ToyClient.targets(seen).contains("bad")
                ? Reply.of(422, "{}")
                : Reply.of(200, STORED).after(delay(ToyClient.targets(seen).get(0))));
    List<Feedback> given =
        List.of(on("slow"), Feedback.on("x").thumbsUp().build(), on("bad"), on("b"));
    List<Outcome> outcomes;
    try (ToyClient client = client()) {
      outcomes = client.polledAll(given, HOUR, polling);
    }
    assertThat(outcomes).extracting(Outcome::feedback).containsExactlyElementsOf(given);
    assertThat(outcomes).extracting(Outcome::index).containsExactly(0L, 1L, 2L, 3L);
    assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, false, false, true);
    assertThat(outcomes.get(0).orThrow().target()).isEqualTo("slow");
    assertThat(outcomes.get(0).orThrow().attempts()).isEqualTo(1);
    assertThat(outcomes.get(1).error().orElseThrow())
        .isInstanceOf(UnrepresentableFeedbackException.class);
    assertThat(outcomes.get(2).error().orElseThrow()).isInstanceOf(RejectedFeedbackException.class);
    assertThat(server.takeAll())
        .flatExtracting(ToyClient::targets)
        .containsExactlyInAnyOrder("slow", "bad", "b");
  }

  private static Duration delay(String target) {
    return Duration.ofMillis(target.equals("slow") ? 200 : 0);
  }

  @Test
  void listLongerThanWhatTheClientMayHavePendingIsNotFull() {
    List<Outcome> outcomes;
    try (ToyClient client = client(ToyClient.settings().maxPending(5))) {
      outcomes = client.polledAll(ToyClient.many(300), HOUR, polling);
    }
    assertThat(outcomes).hasSize(300).allMatch(Outcome::isAccepted);
  }

  @Test
  void allWaitAtOnceAndHoldNoThread() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyClient.settings().concurrency(3))) {
      CompletableFuture<List<Outcome>> all =
          client.polledAllAsync(ToyClient.many(1_200), HOUR, polling);
      Await.isTrue(
          () -> "all wait, but " + running,
          () -> Collections.frequency(time.alarms(), REST) == 1_200);
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> thread.getName().startsWith("llm-feedback-"))
          .hasSizeLessThan(100);
      server.answerAll(seen -> Reply.of(200, STORED));
      time.advance(REST);
      Await.isDone(all);
      assertThat(all.join()).hasSize(1_200).allMatch(Outcome::isAccepted);
    }
  }

  @Test
  void atMostConcurrencyHaveARequestInFlightSoThatSingleCallsHaveRoom() {
    server.answerAll(
        seen ->
            ToyClient.targets(seen).contains("single")
                ? Reply.of(200, STORED)
                : Reply.fault(Reply.Fault.NEVER_ANSWERED));
    ClientSettings.Builder settings = ToyClient.settings().concurrency(3).maxPending(4);
    try (ToyClient client = client(settings)) {
      var all = client.polledAllAsync(ToyClient.many(50), HOUR, polling);
      Await.isTrue("three are sent", () -> server.count() == 3);
      CompletableFuture<Receipt> single = client.submitAsync(on("single"));
      assertThat(single).as("it is queued, not refused as FULL").isNotDone();
      all.cancel(false);
      Await.isDone(single);
      assertThat(single.join().target()).isEqualTo("single");
    }
  }

  @Test
  void onOneTargetTheyRunInInputOrderOneAfterTheOtherWhileOthersProceed() {
    server.answerAll(seen -> Reply.of(200, ToyClient.targets(seen).contains("a") ? "{}" : STORED));
    List<Feedback> given = List.of(on("a"), on("a"), on("a"), on("b"), on("c"), on("a"));
    try (ToyClient client = client(ToyClient.settings().maxPending(2))) {
      CompletableFuture<List<Outcome>> all = client.polledAllAsync(given, HOUR, polling);
      Await.isTrue("the others end", () -> events.containsAll(List.of("end b", "end c")));
      time.awaitAlarm(REST);
      assertThat(events)
          .as("the later ones on a wait without keeping b and c from running")
          .containsExactlyInAnyOrder("begin a", "begin b", "end b", "begin c", "end c");
      for (int i = 1; i <= 4; i++) {
        int ended = i;
        time.awaitAlarm(REST);
        server.answerAll(seen -> Reply.of(200, seen.body().contains("look") ? STORED : "{}"));
        time.advance(REST);
        Await.isTrue("the next ended", () -> Collections.frequency(events, "end a") == ended);
      }
      Await.isDone(all);
      assertThat(all.join()).hasSize(6).allMatch(Outcome::isAccepted);
    }
    assertThat(events.stream().filter(event -> event.endsWith(" a")))
        .containsExactly(
            "begin a", "end a", "begin a", "end a", "begin a", "end a", "begin a", "end a");
  }

  @Test
  void eachKnowsHowMuchOfTheTimeIsLeft() {
    server.answerAll(seen -> Reply.of(200, seen.body().contains("look") ? STORED : "{}"));
    Queue<Duration> left = new ConcurrentLinkedQueue<>();
    try (ToyClient client = client(ToyClient.settings())) {
      var all =
          client.polledAllAsync(
              List.of(on("a"), on("a")),
              HOUR,
              (draft, rest) -> {
                left.add(rest);
                return polling.apply(draft, rest);
              });
      time.pass(REST);
      time.pass(REST);
      Await.isDone(all);
      assertThat(all.join()).allMatch(Outcome::isAccepted);
    }
    assertThat(left).containsExactly(HOUR, HOUR.minus(REST));
  }

  @Test
  void whatHasNotBegunWhenTheTimeIsUpWasNeverSent() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyClient.settings().maxPending(1))) {
      var all =
          client.polledAllAsync(List.of(on("a"), on("b"), on("a")), REST.dividedBy(2), polling);
      Await.isTrue("two wait", () -> Collections.frequency(time.alarms(), REST) == 2);
      time.advance(REST.dividedBy(2));
      Await.isDone(all);
      assertThat(all.join())
          .extracting(PollingListTest::reason)
          .containsExactly(Reason.TIMEOUT, Reason.TIMEOUT, Reason.TIMEOUT);
      assertThat(all.join())
          .extracting(outcome -> outcome.error().orElseThrow().mayHaveArrived())
          .containsExactly(true, true, false);
      assertThat(time.alarms()).as("none is left").doesNotContain(REST);
    }
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void pollingThatIsBrokenIsAFailedOutcome() {
    List<Outcome> outcomes;
    try (ToyClient client = client()) {
      outcomes =
          client.polledAll(
              List.of(on("a"), on("bug"), on("refused"), on("late bug"), on("b")),
              HOUR,
              (draft, left) ->
                  switch (draft.target()) {
                    case "bug" -> throw new IllegalStateException("bug");
                    case "refused" -> throw refusal();
                    case "late bug" ->
                        new Look(draft, left) {
                          @Override
                          public Step<Receipt> accepted(ProviderResponse response, Effort soFar) {
                            throw new IllegalStateException("late bug");
                          }
                        };
                    default -> polling.apply(draft, left);
                  });
    }
    assertThat(outcomes)
        .extracting(Outcome::isAccepted)
        .containsExactly(true, false, false, false, true);
    assertThat(outcomes.get(1).error().orElseThrow().mayHaveArrived()).isFalse();
    assertThat(outcomes.get(2).error().orElseThrow()).hasMessage("not this one");
    assertThat(outcomes.get(3).error().orElseThrow().mayHaveArrived()).as("it was sent").isTrue();
  }

  private static FeedbackException refusal() {
    return UndeliveredFeedbackException.builder("toy", Reason.CANCELLED)
        .message("not this one")
        .build();
  }

  @Test
  void anEmptyListIsDone() {
    try (ToyClient client = client()) {
      assertThat(client.polledAll(List.of(), HOUR, polling)).isEmpty();
      assertThat(client.polledAllAsync(List.of(), HOUR, polling).join()).isEmpty();
      assertThat(time.alarms()).doesNotContain(HOUR);
    }
  }

  @Test
  @SuppressWarnings("NullAway") // that is what is tested
  void nullIsRefusedAndNothingIsSent() {
    List<Feedback> withNull = Arrays.asList(on("a"), on("b"), on("c"), null);
    try (ToyClient client = client()) {
      assertThatThrownBy(() -> client.polledAll(null, HOUR, polling))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("feedbacks must not be null");
      assertThatThrownBy(() -> client.polledAll(withNull, HOUR, polling))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("feedback 3 of the batch must not be null");
      assertThat(error(client.polledAllAsync(null, HOUR, polling)))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("feedbacks must not be null");
      assertThat(error(client.polledAllAsync(withNull, HOUR, polling)))
          .hasMessage("feedback 3 of the batch must not be null");
      assertThat(error(client.polledAllAsync(List.of(on("a")), null, polling)))
          .hasMessage("timeout must not be null");
    }
    assertThat(server.count()).isZero();
  }

  private static Throwable error(CompletableFuture<?> future) {
    return future.handle((ok, error) -> error).join();
  }

  @Test
  void anInterruptEndsAllAndEveryOneHasItsOutcome() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyClient.settings().maxPending(2))) {
      WaitingCaller<List<Outcome>> caller =
          new WaitingCaller<>(() -> client.polledAll(ToyClient.many(5), HOUR, polling));
      Await.isTrue("all wait", () -> Collections.frequency(time.alarms(), REST) == 5);
      caller.interrupt();
      List<Outcome> outcomes = caller.result().join();
      assertThat(outcomes).hasSize(5).allMatch(it -> reason(it) == Reason.INTERRUPTED);
      assertThat(outcomes)
          .extracting(outcome -> outcome.error().orElseThrow().mayHaveArrived())
          .containsOnly(true);
    }
    assertThat(server.count()).isEqualTo(5);
  }

  @Test
  void onAnInterruptedThreadNothingIsSent() {
    try (ToyClient client = client()) {
      Thread.currentThread().interrupt();
      List<Outcome> outcomes = client.polledAll(ToyClient.many(5), HOUR, polling);
      assertThat(Thread.interrupted()).as("it stays set").isTrue();
      assertThat(outcomes).hasSize(5).allMatch(it -> reason(it) == Reason.INTERRUPTED);
    }
    assertThat(server.count()).isZero();
  }

  @Test
  void cancellingTheFutureEndsAllPollings() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyClient.settings().maxPending(2))) {
      var all = client.polledAllAsync(ToyClient.many(5), HOUR, polling);
      Await.isTrue("all wait", () -> Collections.frequency(time.alarms(), REST) == 5);
      all.cancel(false);
      Await.isTrue(
          () -> "no alarm is left, but " + time.alarms(),
          () -> !time.alarms().contains(REST) && !time.alarms().contains(HOUR));
      assertThat(running).hasValue(0);
    }
    assertThat(server.count()).isEqualTo(5);
  }

  @Test
  void closingTheClientEndsAllAndWaitsForTheirOutcomes() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    CompletableFuture<List<Outcome>> all;
    try (ToyClient client = client(ToyClient.settings().maxPending(2))) {
      all = client.polledAllAsync(ToyClient.many(5), HOUR, polling);
      Await.isTrue("all wait", () -> Collections.frequency(time.alarms(), REST) == 5);
    }
    assertThat(all).isDone();
    assertThat(all.join()).hasSize(5).allMatch(it -> reason(it) == Reason.CLOSED);
    assertThat(server.count()).isEqualTo(5);
  }

  @Test
  void whatIsBegunAfterTheCloseFailsWithoutNesting() {
    ToyClient client = client();
    client.close();
    List<Feedback> onOne = IntStream.range(0, 10_000).mapToObj(i -> on("same")).toList();
    assertThat(client.polledAll(onOne, HOUR, polling))
        .hasSize(10_000)
        .allMatch(it -> reason(it) == Reason.CLOSED);
    assertThat(client.polledAll(ToyClient.many(10_000), HOUR, polling))
        .hasSize(10_000)
        .allMatch(it -> reason(it) == Reason.CLOSED);
    assertThat(server.count()).isZero();
  }

  @Test
  void aListTakesNoPlaceOfSinglePollings() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyClient.settings().maxPending(2))) {
      var all = client.polledAllAsync(ToyClient.many(5), HOUR, polling);
      Await.isTrue("all wait", () -> Collections.frequency(time.alarms(), REST) == 5);
      Receipt draft = Receipt.builder("toy", "alone").build();
      server.answerAll(seen -> Reply.of(200, STORED));
      assertThat(client.polledAsync(new Look(draft, HOUR)).join().target()).isEqualTo("alone");
      assertThat(all).isNotDone();
    }
  }

  /** Posts, then looks until it is stored. */
  private class Look implements Polling<Receipt> {
    private final Receipt draft;
    private final Duration timeout;
    private boolean mayBeStored;

    Look(Receipt draft, Duration timeout) {
      this.draft = draft;
      this.timeout = timeout;
    }

    @Override
    public Duration timeout() {
      return timeout;
    }

    @Override
    public Step<Receipt> begin() {
      events.add("begin " + draft.target());
      running.incrementAndGet();
      return send("post");
    }

    private Step<Receipt> send(String what) {
      return new Send<>(WireRequest.of("POST", Map.of("id", draft.target(), "do", what), "things"));
    }

    @Override
    public Step<Receipt> accepted(ProviderResponse answer, Effort soFar) {
      mayBeStored = true;
      if (!answer.has("/stored")) {
        return new Wait<>(REST);
      }
      end();
      return new Done<>(draft.newBuilder().attempts(soFar.attempts()).build());
    }

    @Override
    public Step<Receipt> failed(FeedbackException error, Effort soFar) {
      end();
      throw error;
    }

    @Override
    public Step<Receipt> waited() {
      return send("look");
    }

    @Override
    public FeedbackException stopped(
        Reason reason, @Nullable FeedbackException error, Effort soFar) {
      end();
      return UndeliveredFeedbackException.builder("toy", reason)
          .attempts(soFar.attempts())
          .elapsed(soFar.elapsed())
          .mayHaveArrived(mayBeStored)
          .message("stopped")
          .build();
    }

    private void end() {
      running.decrementAndGet();
      events.add("end " + draft.target());
    }
  }
}
