package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The events and the statistics as values, which an application's tests build too. */
class EventsTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @Test
  void anAttemptIsShownInALine() {
    assertThat(
            AttemptEvent.responded(
                    "toy", "api.toy", Operation.SUBMIT, 503, AttemptEvent.Verdict.BUSY)
                .number(2)
                .feedbacks(10)
                .time(NOON, Duration.ofMillis(12))
                .build())
        .hasToString("toy SUBMIT of 10 to api.toy: attempt 2, 503 BUSY, 12 ms");
    assertThat(AttemptEvent.failed("toy", "api.toy", Operation.READ, Reason.TIMEOUT).build())
        .hasToString("toy READ of 1 to api.toy: attempt 1, TIMEOUT NO_RESPONSE, 0 ms");
  }

  @Test
  void aRetryIsShownInALine() {
    assertThat(
            RetryEvent.afterFailure(
                    "toy", "api.toy", Operation.UPDATE, Reason.UNREACHABLE, Duration.ofMillis(7))
                .build())
        .hasToString("toy UPDATE of 1 to api.toy: attempt 2 in 7 ms (backoff after UNREACHABLE)");
  }

  @Test
  void anOutcomeIsShownWithTheReceiptButWithoutTheTextOfTheError() {
    Receipt receipt = Receipt.builder("toy", "t").attempts(3).build();
    assertThat(OutcomeEvent.accepted("toy", "api.toy", Operation.SUBMIT, receipt).build())
        .hasToString("toy SUBMIT: " + receipt + ", 3 attempts, 0 ms");
    assertThat(
            OutcomeEvent.failed(
                    "toy",
                    "api.toy",
                    Operation.SUBMIT,
                    RejectedFeedbackException.builder("toy", 400)
                        .body("w0rds")
                        .hint("h1nt")
                        .build())
                .build())
        .hasToString("toy SUBMIT: failed, REJECTED, 1 attempts, 0 ms");
  }

  @Test
  void whatABuilderDoesLaterDoesNotChangeTheEvent() {
    AttemptEvent.Builder builder =
        AttemptEvent.failed("toy", "api.toy", Operation.READ, Reason.TIMEOUT).number(1);
    AttemptEvent event = builder.build();
    builder.number(2);
    assertThat(event.number()).isEqualTo(1);
  }

  @Test
  void statisticsAddUp() {
    ClientStats stats =
        ClientStats.builder()
            .accepted(5)
            .failed(FailureKind.FULL, 2)
            .failed(FailureKind.TIMEOUT, 1)
            .failed(FailureKind.OTHER, 0)
            .inFlight(3)
            .queued(4)
            .build();
    assertThat(stats.submitted()).isEqualTo(15);
    assertThat(stats.failed()).isEqualTo(3);
    assertThat(stats.failures()).isEqualTo(Map.of(FailureKind.FULL, 2L, FailureKind.TIMEOUT, 1L));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClientStats.builder().queued(-1))
        .withMessage("queued must not be negative, but is -1");
  }
}
