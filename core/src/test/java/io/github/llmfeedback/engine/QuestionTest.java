package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QuestionTest {
  static Stream<Reply> failures() {
    return Stream.of(
        Reply.of(200, "<html>"),
        Reply.of(200, "{}").with(Fault.CLOSED_IN_ANSWER),
        Reply.of(500, "{}"),
        Reply.of(503, "{}"),
        Reply.of(400, "{}"),
        Reply.fault(Fault.CLOSED_AFTER_REQUEST));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void nothingMayHaveArrivedWhereNothingWasSaid(Reply reply) {
    WireRequest question = WireRequest.of("POST", Map.of(), "query").readOnly();
    try (LoopbackServer server = new LoopbackServer().answerAll(seen -> reply);
        ToyClient client =
            new ToyClient(server.url(), ToyDialect.plain(), ToyClient.impatient().build())) {
      FeedbackException error =
          catchThrowableOfType(
              FeedbackException.class, () -> client.asked(question, ProviderResponse::status));
      assertThat(error.mayHaveArrived()).isFalse();
      assertThat(error.getMessage()).doesNotContain("arrived");
    }
  }

  @Test
  void withoutWaitingEveryErrorComesThroughTheFuture() {
    WireRequest question = WireRequest.of("POST", Map.of(), "query").readOnly();
    try (LoopbackServer server = new LoopbackServer()) {
      ToyClient client =
          new ToyClient(server.url(), ToyDialect.plain(), ToyClient.impatient().build());
      server.enqueue(200, "{}").enqueue(200, "{}").enqueue(400, "{}");
      assertThat(client.askedAsync(question, ProviderResponse::status).join()).isEqualTo(200);
      assertThat(error(client.askedAsync(question, answer -> failing())))
          .hasMessage("cannot be read");
      assertThat(error(client.askedAsync(question, ProviderResponse::status)))
          .isInstanceOf(FeedbackException.class);
      client.close();
      assertThat(error(client.askedAsync(question, ProviderResponse::status)))
          .hasMessageContaining("closed");
    }
  }

  private static String failing() {
    throw new IllegalStateException("cannot be read");
  }

  private static Throwable error(CompletableFuture<?> future) {
    Await.isDone(future);
    return future.handle((answer, error) -> error).join();
  }
}
