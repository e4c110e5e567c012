package io.github.llmfeedback.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.BadInput;
import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FanOutBatchTest {
  private static final Capabilities KEEPS =
      Capabilities.of("toy").with(Support.NATIVE, Part.THUMBS, Part.COMMENT);
  private static final List<Feedback> FEEDBACKS =
      IntStream.range(0, 25)
          .mapToObj(i -> Feedback.on(Target.of(ToyDialect.THING, "a" + i)).thumbsUp().build())
          .toList();

  private final LoopbackServer fast = new LoopbackServer();
  private final LoopbackServer mute = new LoopbackServer();

  FanOutBatchTest() {
    fast.answerAll(seen -> Reply.of(200, "{}"));
    mute.answerAll(seen -> Reply.fault(Reply.Fault.NEVER_ANSWERED));
  }

  @AfterEach
  void stop() {
    fast.close();
    mute.close();
  }

  private static ToyClient client(LoopbackServer server, LossPolicy policy) {
    return new ToyClient(
        server.url(),
        new ToyDialect(KEEPS),
        ClientSettings.builder().lossPolicy(policy).attemptTimeout(Duration.ofSeconds(20)).build());
  }

  private static List<Outcome> of(Map<String, List<Outcome>> outcomes, String name) {
    return Objects.requireNonNull(outcomes.get(name));
  }

  @Test
  void everyClientHasOneOutcomeForEachFeedbackInInputOrder() {
    Feedback labelled =
        Feedback.on(Target.of(ToyDialect.THING, "b")).comment("hi").author("u").build();
    List<Feedback> both = List.of(FEEDBACKS.get(0), labelled);
    try (FanOut everywhere =
        FanOut.builder()
            .add("strict", client(fast, LossPolicy.ROUNDING))
            .add("tolerant", client(fast, LossPolicy.ANY))
            .build()) {
      Map<String, List<Outcome>> outcomes = everywhere.submitAll(both);

      assertThat(outcomes.keySet()).containsExactly("strict", "tolerant");
      assertThat(of(outcomes, "strict"))
          .extracting(Outcome::isAccepted)
          .containsExactly(true, false);
      assertThat(of(outcomes, "tolerant")).allMatch(Outcome::isAccepted);
      assertThat(of(outcomes, "tolerant").get(1).orThrow().losses())
          .extracting(Loss::part)
          .containsExactly(Part.AUTHOR);
      assertThat(of(outcomes, "tolerant")).extracting(Outcome::index).containsExactly(0L, 1L);
    }
  }

  @Test
  void clientsSendTheirBatchesInChunks() throws Exception {
    try (FanOut one = FanOut.builder().add(client(fast, LossPolicy.ROUNDING)).build()) {
      List<Outcome> outcomes = of(one.submitAllAsync(FEEDBACKS).get(), "toy");

      assertThat(outcomes).hasSize(25).allMatch(Outcome::isAccepted);
      assertThat(outcomes).extracting(Outcome::feedback).isEqualTo(FEEDBACKS);
      assertThat(fast.count()).isEqualTo(3);
    }
  }

  @Test
  void theBatchDeadlineFailsEveryItemOfTheSlowClientOnly() throws Exception {
    try (FeedbackClient good = client(fast, LossPolicy.ROUNDING);
        FeedbackClient slow = client(mute, LossPolicy.ROUNDING)) {
      FanOut both =
          FanOut.builder()
              .add("slow", slow)
              .add("good", good)
              .totalTimeout(Duration.ofMillis(1))
              .batchTimeout(Duration.ofSeconds(3))
              .build();

      CompletableFuture<Map<String, List<Outcome>>> future = both.submitAllAsync(FEEDBACKS);
      assertThat(future).isNotDone();

      assertThat(of(future.get(), "good")).allMatch(Outcome::isAccepted);
      assertThat(of(future.get(), "slow"))
          .hasSize(25)
          .allSatisfy(
              outcome ->
                  assertThat(outcome.error())
                      .get()
                      .isInstanceOfSatisfying(
                          UndeliveredFeedbackException.class,
                          e -> {
                            assertThat(e.reason()).isEqualTo(Reason.TIMEOUT);
                            assertThat(e.mayHaveArrived()).isTrue();
                          }));
      assertThat(of(future.get(), "slow").get(24).index()).isEqualTo(24);
    }
  }

  @Test
  void cancellingTheFutureCancelsEveryBatch() {
    CompletableFuture<List<Outcome>> call = new CompletableFuture<>();
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    FeedbackClient watched =
        new ForwardingClient() {
          @Override
          public CompletableFuture<List<Outcome>> submitAllAsync(
              java.util.Collection<? extends Feedback> feedbacks) {
            begun.complete(true);
            return call;
          }
        };
    FanOut one = FanOut.builder().add(watched).build();

    CompletableFuture<Map<String, List<Outcome>>> future = one.submitAllAsync(FEEDBACKS);
    begun.join();
    future.cancel(true);

    assertThat(call).failsWithin(Duration.ofSeconds(10));
    assertThat(call).isCancelled();
  }

  @Test
  void aBareIdOrNullIsRefusedBeforeAnythingIsSent() {
    List<Feedback> bare = List.of(FEEDBACKS.get(0), Feedback.on("x").thumbsUp().build());
    try (FanOut one = FanOut.builder().add(client(fast, LossPolicy.ROUNDING)).build()) {
      assertThatThrownBy(() -> one.submitAll(bare))
          .isInstanceOf(UnrepresentableFeedbackException.class)
          .hasMessageStartingWith("feedback 1 of the batch: a bare target id");
      assertThatThrownBy(() -> one.submitAllAsync(bare).get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(UnrepresentableFeedbackException.class);
      assertThatThrownBy(() -> one.submitAll(BadInput.absent()))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("feedbacks must not be null");
      assertThatThrownBy(() -> one.submitAllAsync(BadInput.absent()).get())
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseMessage("feedbacks must not be null");
      assertThatThrownBy(() -> one.submitAll(nullable(FEEDBACKS.get(0))))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("feedback 1 of the batch must not be null");
      assertThat(fast.count()).isZero();
    }
  }

  @SuppressWarnings("NullAway") // what callers without a null checker can do
  private static List<Feedback> nullable(Feedback first) {
    return Arrays.asList(first, null);
  }

  @Test
  void anEmptyBatchEndsAtOnce() {
    try (FanOut one = FanOut.builder().add(client(mute, LossPolicy.ROUNDING)).build()) {
      assertThat(one.submitAll(List.of())).containsOnlyKeys("toy");
    }
  }
}
