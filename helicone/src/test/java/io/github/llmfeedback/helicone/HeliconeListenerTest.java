package io.github.llmfeedback.helicone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import io.github.llmfeedback.AttemptEvent;
import io.github.llmfeedback.FailureKind;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackListener;
import io.github.llmfeedback.Operation;
import io.github.llmfeedback.OutcomeEvent;
import io.github.llmfeedback.Receipt;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a listener is told of the confirmed forms: one outcome each, when all is over. */
@Timeout(30)
class HeliconeListenerTest extends HeliconeConfirmationFixture {
  private static final Feedback COMMENTED = Feedback.on(ID).thumbsUp().comment("word").build();
  private static final Feedback ELSEWHERE =
      Feedback.on("55555555-5555-4555-8555-555555555555").thumbsUp().build();

  private final List<AttemptEvent> attempts = new CopyOnWriteArrayList<>();
  private final List<OutcomeEvent> outcomes = new CopyOnWriteArrayList<>();
  private final HeliconeFeedbackClient heard =
      client(
          Duration.ofMillis(20),
          settings
              .newBuilder()
              .listener(
                  new FeedbackListener() {
                    @Override
                    public void onAttempt(AttemptEvent event) {
                      attempts.add(event);
                    }

                    @Override
                    public void onOutcome(OutcomeEvent event) {
                      outcomes.add(event);
                    }
                  })
              .build());

  @Test
  void postsAndLooksAreAttemptsAndTheEndIsTheOutcome() {
    server.enqueue(YES).enqueue(STORED);
    Receipt receipt = heard.submitConfirmed(UP, LONG);
    heard.close();

    assertThat(attempts)
        .extracting(AttemptEvent::operation, AttemptEvent::feedbacks)
        .containsExactly(tuple(Operation.SUBMIT, 1), tuple(Operation.READ, 0));
    assertThat(outcomes)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.operation()).isEqualTo(Operation.SUBMIT);
              assertThat(event.receipt()).contains(receipt.newBuilder().state(Map.of()).build());
              assertThat(event.attempts()).isEqualTo(2);
            });
    assertThat(heard.stats().accepted()).isEqualTo(1);
  }

  @Test
  void whatIsRefusedBeforeThePollingHasItsOutcomeToo() {
    List<Throwable> errors =
        List.of(
            catchThrowable(() -> heard.submitConfirmed(COMMENTED, LONG)),
            heard.submitConfirmedAsync(COMMENTED, LONG).handle((ok, error) -> error).join(),
            heard
                .submitAllConfirmed(List.of(COMMENTED), LONG)
                .get(0)
                .error()
                .orElseThrow(AssertionError::new));
    heard.close();

    assertThat(outcomes).extracting(event -> event.error().orElseThrow()).isEqualTo(errors);
    assertThat(heard.stats().failures()).containsEntry(FailureKind.UNREPRESENTABLE, 3L);
  }

  @Test
  void anUpdateAndAConfirmationAreToldApartFromASubmission() {
    server.enqueue(STORED);
    heard.confirm(SENT, LONG);
    var unused = catchThrowable(() -> heard.updateConfirmed(SENT, ELSEWHERE, LONG));
    heard.close();

    assertThat(outcomes)
        .extracting(OutcomeEvent::operation, OutcomeEvent::isAccepted)
        .containsExactly(tuple(Operation.CONFIRM, true), tuple(Operation.UPDATE, false));
  }
}
