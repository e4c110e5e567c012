package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExceptionsTest {
  private static final Loss LOSS = new Loss(Part.AUTHOR, Loss.Kind.DROPPED, "why");

  private static RejectedFeedbackException.Builder refusal() {
    return RejectedFeedbackException.builder("toy", 429);
  }

  private static RejectedFeedbackException rejected() {
    return refusal()
        .place("POST https://host/path")
        .code("AB03")
        .hint("wait a little")
        .body("the server's words")
        .requestId("r-1")
        .retryAfter(Duration.ofSeconds(7))
        .attempts(3)
        .elapsed(Duration.ofMillis(42))
        .mayHaveArrived(true)
        .build();
  }

  static Stream<FeedbackException> everyKind() {
    return Stream.of(
        UnrepresentableFeedbackException.builder("toy", "message").losses(List.of(LOSS)).build(),
        rejected(),
        UndeliveredFeedbackException.builder("toy", Reason.TIMEOUT)
            .attempts(2)
            .elapsed(Duration.ofSeconds(1))
            .mayHaveArrived(true)
            .message("message")
            .build(),
        UnreadableResponseException.builder("toy", 200)
            .body("the server's words")
            .elapsed(Duration.ofSeconds(1))
            .message("message")
            .build());
  }

  @Test
  void anUnrepresentableFeedbackWasNotSent() {
    List<Loss> losses = new ArrayList<>(List.of(LOSS));
    var error = UnrepresentableFeedbackException.builder("toy", "message").losses(losses).build();
    losses.clear();
    assertThat(error).hasMessage("message").hasNoCause();
    assertThat(error.provider()).isEqualTo("toy");
    assertThat(error.attempts()).isZero();
    assertThat(error.elapsed()).isZero();
    assertThat(error.mayHaveArrived()).isFalse();
    assertThat(error.losses()).containsExactly(LOSS).isUnmodifiable();
  }

  @Test
  void anUnrepresentableFeedbackMayHaveACause() {
    var cause = new IllegalStateException();
    assertThat(UnrepresentableFeedbackException.builder("toy", "message").cause(cause).build())
        .hasCause(cause);
  }

  @Test
  void aRefusalTellsWhatTheServerSaid() {
    RejectedFeedbackException error = rejected();
    assertThat(error.status()).isEqualTo(429);
    assertThat(error.code()).contains("AB03");
    assertThat(error.hint()).contains("wait a little");
    assertThat(error.body()).isEqualTo("the server's words");
    assertThat(error.requestId()).contains("r-1");
    assertThat(error.retryAfter()).contains(Duration.ofSeconds(7));
    assertThat(error.attempts()).isEqualTo(3);
    assertThat(error.elapsed()).isEqualTo(Duration.ofMillis(42));
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error)
        .hasMessage(
            "toy answered 429 (AB03) to POST https://host/path: wait a little; retry after 7 s;"
                + " the feedback may have arrived");
  }

  @Test
  void aBareRefusalHasAShortMessage() {
    RejectedFeedbackException error = refusal().build();
    assertThat(error).hasMessage("toy answered 429");
    assertThat(error.code()).isEmpty();
    assertThat(error.hint()).isEmpty();
    assertThat(error.body()).isEmpty();
    assertThat(error.requestId()).isEmpty();
    assertThat(error.retryAfter()).isEmpty();
    assertThat(error.attempts()).isEqualTo(1);
    assertThat(error.mayHaveArrived()).isFalse();
  }

  @Test
  void anUndeliveredFeedbackTellsWhy() {
    var cause = new IOException("broken");
    var error =
        UndeliveredFeedbackException.builder("toy", Reason.CONNECTION_LOST)
            .attempts(2)
            .elapsed(Duration.ofSeconds(1))
            .mayHaveArrived(true)
            .message("message")
            .cause(cause)
            .build();
    assertThat(error).hasMessage("message").hasCause(cause);
    assertThat(error.reason()).isEqualTo(Reason.CONNECTION_LOST);
    assertThat(error.attempts()).isEqualTo(2);
    assertThat(error.elapsed()).isEqualTo(Duration.ofSeconds(1));
    assertThat(error.mayHaveArrived()).isTrue();
  }

  @Test
  void anUnreadableAnswerMayHaveBeenAYes() {
    var error =
        UnreadableResponseException.builder("toy", 200)
            .body("<html>")
            .elapsed(Duration.ofSeconds(1))
            .message("message")
            .build();
    assertThat(error.mayHaveArrived()).isTrue();
    assertThat(error.status()).isEqualTo(200);
    assertThat(error.body()).isEqualTo("<html>");
  }

  @Test
  void aFailureNobodyDescribedIsInDoubtOnceARequestWasBegun() {
    var sent = UndeliveredFeedbackException.builder("toy", Reason.TIMEOUT).attempts(1).build();
    assertThat(sent.mayHaveArrived()).isTrue();
    assertThat(sent).hasMessage("toy gave no answer: TIMEOUT; the feedback may have arrived");

    var unsent = UndeliveredFeedbackException.builder("toy", Reason.FULL).build();
    assertThat(unsent.attempts()).isZero();
    assertThat(unsent.elapsed()).isZero();
    assertThat(unsent.mayHaveArrived()).isFalse();
    assertThat(unsent).hasMessage("toy gave no answer: FULL; it was not stored").hasNoCause();

    var unreadable = UnreadableResponseException.builder("toy", 200).build();
    assertThat(unreadable.attempts()).isEqualTo(1);
    assertThat(unreadable.body()).isEmpty();
    assertThat(unreadable)
        .hasMessage(
            "toy answered 200, but the response cannot be read; the feedback may have arrived");
  }

  @Test
  void aBuilderChangedLaterChangesNoException() {
    var builder = UndeliveredFeedbackException.builder("toy", Reason.TIMEOUT).attempts(1);
    var error = builder.build();
    assertThat(builder.attempts(2).build().attempts()).isEqualTo(2);
    assertThat(error.attempts()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void theServersWordsStandOnlyInTheBody(FeedbackException error) {
    assertThat(error.toString()).doesNotContain("the server's words").contains(error.getMessage());
  }

  /** Logging frameworks and remote calls serialize exceptions. */
  @ParameterizedTest
  @MethodSource("everyKind")
  void itSurvivesSerialization(FeedbackException error) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(error);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).usingRecursiveComparison().isEqualTo(error);
    }
  }

  @Test
  void whatEveryErrorMustHaveIsNotNull() {
    assertThatNullPointerException()
        .isThrownBy(() -> RejectedFeedbackException.builder(BadInput.absent(), 400).build())
        .withMessageContaining("provider");
    assertThatNullPointerException()
        .isThrownBy(() -> refusal().elapsed(BadInput.absent()).build())
        .withMessageContaining("elapsed");
    assertThatNullPointerException()
        .isThrownBy(() -> UndeliveredFeedbackException.builder("toy", BadInput.absent()).build())
        .withMessageContaining("reason");
  }
}
