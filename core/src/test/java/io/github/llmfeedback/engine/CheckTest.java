package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.BadInput;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.spi.WireRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A check does what submitting does, except for the network. */
class CheckTest {
  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void nothingWasSent() {
    assertThat(server.count()).isZero();
    server.close();
  }

  private ToyClient client(ToyDialect dialect) {
    return new ToyClient(server.url(), "key", dialect, ToyClient.settings().build());
  }

  @Test
  void whatIsTakenLosesNothing() {
    try (ToyClient client = client(new ToyDialect())) {
      assertThat(client.check(Feedback.on("t").thumbsUp().build())).isEmpty();
    }
  }

  @Test
  void aTargetWithoutAnIdIsRefused() {
    Feedback elsewhere =
        Feedback.on(Target.of(TargetKey.of("other", "thing"), "x")).thumbsUp().build();
    try (ToyClient client = client(new ToyDialect())) {
      assertThatThrownBy(() -> client.check(elsewhere))
          .isInstanceOf(UnrepresentableFeedbackException.class)
          .hasMessageContaining("toy/thing");
    }
  }

  @Test
  void aRequestThatCannotBeMadeIsFoundToo() {
    ToyDialect walking =
        new ToyDialect() {
          @Override
          public WireRequest request(List<List<Map<String, Object>>> feedbacks) {
            return WireRequest.of("POST", feedbacks, "..");
          }
        };
    try (ToyClient client = client(walking)) {
      assertThatThrownBy(() -> client.check(Feedback.on("t").thumbsUp().build()))
          .hasMessageContaining("a path segment must not be");
    }
    ToyDialect unwritable =
        new ToyDialect() {
          @Override
          public WireRequest request(List<List<Map<String, Object>>> feedbacks) {
            return WireRequest.of("POST", new Object(), "things");
          }
        };
    try (ToyClient client = client(unwritable)) {
      assertThatThrownBy(() -> client.check(Feedback.on("t").thumbsUp().build()))
          .hasMessageContaining("could not be written as JSON");
    }
  }

  @Test
  void neitherCloseNorAnInterruptCounts() {
    ToyClient client = client(new ToyDialect());
    client.close();
    Thread.currentThread().interrupt();

    assertThat(client.check(Feedback.on("t").thumbsUp().build())).isEmpty();

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void nullIsRefusedByName() {
    try (ToyClient client = client(new ToyDialect())) {
      assertThatThrownBy(() -> client.check(BadInput.absent()))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("feedback must not be null");
    }
  }
}
