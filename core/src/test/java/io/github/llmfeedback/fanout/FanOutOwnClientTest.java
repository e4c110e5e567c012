package io.github.llmfeedback.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What this library's clients report about a call that the fan-out ends. */
@Execution(ExecutionMode.CONCURRENT) // each only waits for a deadline
@Timeout(30)
class FanOutOwnClientTest {
  private static final Capabilities KEEPS =
      Capabilities.of("toy").with(Support.NATIVE, Part.THUMBS);
  private static final Duration SOON = Duration.ofSeconds(2);

  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(ClientSettings.Builder settings) {
    return new ToyClient(server.url(), new ToyDialect(KEEPS), settings.build());
  }

  private static Feedback on(String thing) {
    return Feedback.on(Target.of(ToyDialect.THING, thing)).thumbsUp().build();
  }

  private static FanOut only(FeedbackClient client) {
    return FanOut.builder().add("mine", client).totalTimeout(SOON).batchTimeout(SOON).build();
  }

  private static <T> T mine(Map<String, T> outcomes) {
    return Objects.requireNonNull(outcomes.get("mine"));
  }

  private static ObjectAssert<UndeliveredFeedbackException> assertTimedOut(Outcome outcome) {
    return assertThat(outcome.error())
        .get()
        .asInstanceOf(type(UndeliveredFeedbackException.class))
        .returns("toy", FeedbackException::provider)
        .returns(Reason.TIMEOUT, UndeliveredFeedbackException::reason);
  }

  @Test
  void aCallOnTheWireMayHaveArrived() {
    server.answerAll(seen -> Reply.fault(Reply.Fault.NEVER_ANSWERED));
    try (ToyClient client = client(ClientSettings.builder())) {
      assertTimedOut(mine(only(client).submit(on("a"))))
          .returns(1, FeedbackException::attempts)
          .returns(true, FeedbackException::mayHaveArrived)
          .satisfies(
              error -> {
                assertThat(error)
                    .hasMessage(
                        "mine had not ended when the fan-out did; the feedback may have arrived");
                assertThat(error.elapsed()).isGreaterThanOrEqualTo(SOON);
              });
    }
  }

  @Test
  void aCallThatWaitsForItsNextAttemptSurelyWasNotStored() {
    server.answerAll(seen -> Reply.of(429, "{}"));
    Duration hour = Duration.ofHours(1);
    try (ToyClient client =
        client(ClientSettings.builder().backoff(hour, hour).totalTimeout(Duration.ofDays(1)))) {
      assertTimedOut(mine(only(client).submit(on("a"))))
          .returns(1, FeedbackException::attempts)
          .returns(false, FeedbackException::mayHaveArrived)
          .satisfies(error -> assertThat(error).hasMessageEndingWith("; it was not stored"));
    }
  }

  @Test
  void aCallInTheQueueSurelyWasNotStored() {
    server.answerAll(seen -> Reply.fault(Reply.Fault.NEVER_ANSWERED));
    try (ToyClient client = client(ClientSettings.builder().concurrency(1))) {
      CompletableFuture<Receipt> first = client.submitAsync(on("a"));
      server.take();

      assertTimedOut(mine(only(client).submit(on("b"))))
          .returns(0, FeedbackException::attempts)
          .returns(false, FeedbackException::mayHaveArrived);
      first.cancel(true);
    }
  }

  @Test
  void anInterruptedWaitKnowsAsMuch() throws Exception {
    server.answerAll(seen -> Reply.fault(Reply.Fault.NEVER_ANSWERED));
    try (ToyClient client = client(ClientSettings.builder())) {
      CompletableFuture<Outcome> outcome = new CompletableFuture<>();
      FanOut one = FanOut.builder().add("mine", client).build();
      Thread waiting = new Thread(() -> outcome.complete(mine(one.submit(on("a")))));
      waiting.start();
      server.take();
      waiting.interrupt();

      assertThat(outcome.get().error())
          .get()
          .asInstanceOf(type(UndeliveredFeedbackException.class))
          .returns(Reason.INTERRUPTED, UndeliveredFeedbackException::reason)
          .returns(1, FeedbackException::attempts)
          .returns(true, FeedbackException::mayHaveArrived);
    }
  }

  @Test
  void aBatchKeepsTheReceiptsThatItHasAndTellsOfEachOther() {
    server.enqueue(200, "{}").answerAll(seen -> Reply.fault(Reply.Fault.NEVER_ANSWERED));
    List<Feedback> feedbacks = IntStream.range(0, 30).mapToObj(i -> on("a" + i)).toList();
    try (ToyClient client = client(ClientSettings.builder().concurrency(1))) {
      List<Outcome> outcomes = mine(only(client).submitAll(feedbacks));

      assertThat(outcomes.subList(0, 10)).allMatch(Outcome::isAccepted);
      assertThat(outcomes.subList(10, 20))
          .allSatisfy(
              outcome ->
                  assertTimedOut(outcome)
                      .returns(1, FeedbackException::attempts)
                      .returns(true, FeedbackException::mayHaveArrived));
      assertThat(outcomes.subList(20, 30))
          .allSatisfy(
              outcome ->
                  assertTimedOut(outcome)
                      .returns(0, FeedbackException::attempts)
                      .returns(false, FeedbackException::mayHaveArrived));
      assertThat(outcomes).extracting(Outcome::feedback).isEqualTo(feedbacks);
    }
  }

  @Test
  void anExecutorThatRunsNothingKeepsNoTruthBack() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ClientSettings.builder().callbackExecutor(task -> {}))) {
      assertThat(mine(only(client).submit(on("a"))).isAccepted()).isTrue();
    }
  }
}
