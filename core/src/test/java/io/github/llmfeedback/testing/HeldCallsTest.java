package io.github.llmfeedback.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.engine.ToyDialect;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HeldCallsTest {
  private static final Feedback UP = Feedback.on("a").thumbsUp().build();
  private static final Feedback DOWN = Feedback.on("a").thumbsDown().comment("no").build();

  private final RecordingFeedbackClient client = RecordingFeedbackClient.create(ToyDialect.THING);

  private static Reason reason(Throwable error) {
    return ((UndeliveredFeedbackException) error).reason();
  }

  private static Reason reason(Outcome outcome) {
    return reason((Throwable) outcome.error().orElseThrow());
  }

  @Test
  void heldCallsAreAnsweredWhenReleased() {
    client.hold();
    CompletableFuture<Receipt> first = client.submitAsync(UP);
    CompletableFuture<List<Outcome>> batch = client.submitAllAsync(List.of(DOWN, DOWN));
    CompletableFuture<Integer> recorded = first.handle((ok, e) -> client.outcomes().size());

    assertThatThrownBy(() -> first.get(10, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThat(client.submitted()).hasSize(3);
    assertThat(client.outcomes()).isEmpty();

    client.failNext(Failure.CONNECTION_LOST).release();

    assertThat(first).isCompletedExceptionally();
    assertThat(recorded).isCompletedWithValue(1);
    assertThat(batch.join()).allMatch(Outcome::isAccepted);
    assertThat(client.submit(UP)).isNotNull();
  }

  @Test
  void aHeldCallThatIsCancelledUsesUpNoFailure() {
    client.hold();
    CompletableFuture<Receipt> cancelled = client.submitAsync(UP);
    CompletableFuture<List<Outcome>> batch = client.submitAllAsync(List.of(UP));
    CompletableFuture<Receipt> other = client.submitAsync(UP);

    cancelled.cancel(true);
    batch.cancel(true);
    client.failNext(Failure.FULL).release();

    assertThat(other).isCompletedExceptionally();
    assertThat(client.outcomes())
        .extracting(outcome -> reason(outcome))
        .containsExactly(Reason.CANCELLED, Reason.CANCELLED, Reason.FULL);
  }

  @Test
  void anInterruptEndsAWaitAtOnceAndKeepsTheFlag() throws Exception {
    client.hold();
    CompletableFuture<Throwable> seen = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                client.submit(UP);
              } catch (FeedbackException e) {
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
                assertThat(client.submitAll(List.of(UP, UP)))
                    .extracting(outcome -> outcome.error().orElseThrow().mayHaveArrived())
                    .containsExactly(false, false);
                seen.complete(e);
              }
            });
    waiting.start();
    while (client.held() == 0) {
      Thread.onSpinWait();
    }
    waiting.interrupt();

    assertThat(seen.get(10, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            UndeliveredFeedbackException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.INTERRUPTED);
              assertThat(e.mayHaveArrived()).isTrue();
            });
  }

  @Test
  void anInterruptEndsAStream() {
    Thread.currentThread().interrupt();
    List<Outcome> seen = new ArrayList<>();

    assertThatThrownBy(() -> client.submitEach(List.of(UP, UP).iterator(), seen::add))
        .extracting(e -> reason(e))
        .isEqualTo(Reason.INTERRUPTED);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(seen).isEmpty();
    assertThat(client.submitted()).isEmpty();
  }

  @Test
  void closeEndsWhatIsHeldAndEverythingNew() {
    client.hold();
    CompletableFuture<Receipt> held = client.submitAsync(UP);

    client.close();
    client.close();

    assertThat(held).isCompletedExceptionally();
    assertThat(client.submitAll(List.of(UP)))
        .extracting(outcome -> reason(outcome))
        .containsExactly(Reason.CLOSED);
    assertThat(client.outcomes())
        .extracting(outcome -> outcome.error().orElseThrow().mayHaveArrived())
        .containsExactly(true, false);
  }
}
