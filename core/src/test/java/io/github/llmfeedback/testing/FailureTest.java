package io.github.llmfeedback.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class FailureTest {
  private static final Capabilities KEEPS =
      Capabilities.of("toy").with(Support.NATIVE, Part.THUMBS);
  private static final Feedback FEEDBACK = Feedback.on("a").thumbsUp().build();

  static Stream<Arguments> replies() {
    return Stream.of(
        Arguments.of(Failure.REJECTED, Reply.of(400, "{}")),
        Arguments.of(Failure.WRONG_KEY, Reply.of(401, "{}")),
        Arguments.of(Failure.RATE_LIMITED, Reply.of(429, "{}").header("Retry-After", "30")),
        Arguments.of(Failure.SERVER_ERROR, Reply.of(500, "{}")),
        Arguments.of(Failure.UNAVAILABLE, Reply.of(503, "{}")),
        Arguments.of(
            Failure.UNREADABLE,
            Reply.of(200, "<!DOCTYPE html><html></html>").header("Content-Type", "text/html")),
        Arguments.of(Failure.CONNECTION_LOST, Reply.fault(Reply.Fault.CLOSED_AFTER_REQUEST)),
        Arguments.of(Failure.TIMEOUT, Reply.fault(Reply.Fault.NEVER_ANSWERED)));
  }

  @ParameterizedTest
  @MethodSource("replies")
  void itIsWhatTheRealClientThrows(Failure failure, Reply reply) {
    try (LoopbackServer server = new LoopbackServer().answerAll(seen -> reply);
        FeedbackClient real = new ToyClient(server.url(), new ToyDialect(KEEPS), impatient())) {
      assertAlike(failure, thrown(real));
    }
  }

  @Test
  void noConnectionIsWhatTheRealClientThrows() {
    LoopbackServer server = new LoopbackServer();
    server.close();
    try (FeedbackClient real = new ToyClient(server.url(), new ToyDialect(KEEPS), impatient())) {
      assertAlike(Failure.UNREACHABLE, thrown(real));
    }
  }

  private static ClientSettings impatient() {
    return ClientSettings.builder()
        .attemptTimeout(Duration.ofMillis(500))
        .totalTimeout(Duration.ofSeconds(3))
        .backoff(Duration.ofMillis(1), Duration.ofMillis(1))
        .build();
  }

  private static FeedbackException thrown(FeedbackClient client) {
    return catchThrowableOfType(FeedbackException.class, () -> client.submit(FEEDBACK));
  }

  private static void assertAlike(Failure failure, FeedbackException real) {
    RecordingFeedbackClient recording = RecordingFeedbackClient.create(ToyDialect.THING);
    FeedbackException told = thrown(recording.failNext(failure));

    assertThat(told).hasSameClassAs(real);
    assertThat(told.mayHaveArrived()).isEqualTo(real.mayHaveArrived());
    assertThat(told.provider()).isEqualTo(real.provider());
    if (told instanceof RejectedFeedbackException rejected) {
      assertThat(rejected.status()).isEqualTo(((RejectedFeedbackException) real).status());
      assertThat(rejected.retryAfter()).isEqualTo(((RejectedFeedbackException) real).retryAfter());
    } else if (told instanceof UndeliveredFeedbackException undelivered) {
      assertThat(undelivered.reason()).isEqualTo(((UndeliveredFeedbackException) real).reason());
    } else if (told instanceof UnreadableResponseException unreadable) {
      assertThat(unreadable.status()).isEqualTo(((UnreadableResponseException) real).status());
    }
  }

  @ParameterizedTest
  @EnumSource(Failure.class)
  void itsMessageNamesTheProviderAndSaysWhetherItMayHaveArrived(Failure failure) {
    FeedbackException e = failure.of("toy");

    assertThat(e.getMessage()).matches("(the )?toy .*");
    assertThat(e.toString().contains("may have arrived")).isEqualTo(e.mayHaveArrived());
    assertThat(failure.of("toy")).isNotSameAs(e);
  }

  @Test
  void everyKindOfExceptionAndEveryReasonHasOne() {
    assertThat(Failure.values())
        .extracting(failure -> failure.of("toy").getClass().getSimpleName())
        .contains(
            Stream.of(FeedbackException.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .toArray(String[]::new));
    assertThat(Failure.values())
        .extracting(failure -> failure.of("toy"))
        .filteredOn(UndeliveredFeedbackException.class::isInstance)
        .extracting(e -> ((UndeliveredFeedbackException) e).reason())
        .contains(UndeliveredFeedbackException.Reason.values());
  }
}
