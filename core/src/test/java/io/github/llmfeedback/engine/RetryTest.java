package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is retried, and what the caller gets if that does not help. */
class RetryTest {
  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(ToyDialect toy, boolean repeatUncertain) {
    return new ToyClient(
        server.url(), toy, ToyClient.impatient().repeatUncertain(repeatUncertain).build());
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void busyIsTriedAgainWhateverTheRequest(int status) {
    server.enqueue(status, "").enqueue(status, "").enqueue(200, "{}");
    try (ToyClient client = client(ToyDialect.plain(), false)) {
      Receipt receipt = client.submit(on("a"));
      assertThat(receipt.attempts()).isEqualTo(3);
      assertThat(receipt.elapsed()).isPositive();
    }
    assertThat(server.count()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 500, 501, 502, 504, 599})
  void failedIsTriedAgainIfItMayArriveTwice(int status) {
    for (boolean byNature : Set.of(true, false)) {
      server.enqueue(status, "").enqueue(200, "{}");
      ToyDialect toy = byNature ? ToyDialect.repeatableOnes() : ToyDialect.plain();
      try (ToyClient client = client(toy, !byNature)) {
        assertThat(client.submit(on("a")).attempts()).isEqualTo(2);
      }
    }
    assertThat(server.count()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 500, 501, 502, 504, 599})
  void failedIsNotTriedAgainIfItWouldCountTwice(int status) {
    server.enqueue(status, "");
    try (ToyClient client = client(ToyDialect.plain(), false)) {
      RejectedFeedbackException error = rejection(client);
      assertThat(error.status()).isEqualTo(status);
      assertThat(error.attempts()).isEqualTo(1);
      assertThat(error.mayHaveArrived()).isTrue();
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 409, 413, 422, 425, 451})
  void refusedIsNeverTriedAgain(int status) {
    server.enqueue(status, "");
    try (ToyClient client = client(ToyDialect.repeatableOnes(), true)) {
      RejectedFeedbackException error = rejection(client);
      assertThat(error.attempts()).isEqualTo(1);
      assertThat(error.mayHaveArrived()).isFalse();
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void theLastAnswerCountsWhenTriesRunOut() {
    server.enqueue(429, "").enqueue(429, "").enqueue(429, "");
    try (ToyClient client = client(ToyDialect.plain(), false)) {
      RejectedFeedbackException error = rejection(client);
      assertThat(error.status()).isEqualTo(429);
      assertThat(error.attempts()).isEqualTo(3);
      assertThat(error.elapsed()).isPositive();
      assertThat(error.mayHaveArrived()).as("a 429 was not taken").isFalse();
    }
    assertThat(server.count()).isEqualTo(3);
  }

  @Test
  void aFinal503MayHaveArrivedBehindItsGateway() {
    server.answerAll(seen -> Reply.of(503, ""));
    try (ToyClient client = client(ToyDialect.plain(), false)) {
      assertThat(rejection(client).mayHaveArrived()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 400})
  void doubtOnceSownStaysWhateverIsAnsweredLater(int later) {
    for (int first : new int[] {503, 500}) {
      server.enqueue(first, "").answerAll(seen -> Reply.of(later, ""));
      try (ToyClient client = client(ToyDialect.repeatableOnes(), false)) {
        RejectedFeedbackException error = rejection(client);
        assertThat(error.status()).isEqualTo(later);
        assertThat(error.mayHaveArrived()).isTrue();
      }
    }
  }

  @Test
  void aCut429SowsNoDoubt() {
    server.enqueue(Reply.of(429, "x".repeat(9000)).with(Fault.CLOSED_IN_ANSWER)).enqueue(400, "{}");
    try (ToyClient client = client(ToyDialect.plain(), false)) {
      assertThat(rejection(client).mayHaveArrived()).isFalse();
    }
  }

  @Test
  void aYesCutShortIsAskedForAgainIfItMayArriveTwice() {
    server.enqueue(Reply.of(200, "[" + " ".repeat(9000)).with(Fault.CLOSED_IN_ANSWER));
    server.enqueue(200, "{}");
    try (ToyClient client = client(ToyDialect.repeatableOnes(), false)) {
      assertThat(client.submit(on("a")).attempts()).isEqualTo(2);
    }
  }

  @Test
  void aYesCutShortIsUnreadableIfItMustNotArriveTwice() {
    server.enqueue(Reply.of(200, "[" + " ".repeat(9000)).with(Fault.CLOSED_IN_ANSWER));
    try (ToyClient client = client(ToyDialect.plain(), false)) {
      UnreadableResponseException error =
          catchThrowableOfType(UnreadableResponseException.class, () -> client.submit(on("a")));
      assertThat(error.attempts()).isEqualTo(1);
      assertThat(error.mayHaveArrived()).isTrue();
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>welcome</html>", "yes", "3", "{\"cut\":"})
  void aYesThatIsNoneIsNotTriedAgain(String body) {
    server.enqueue(200, body);
    try (ToyClient client = client(ToyDialect.repeatableOnes(), true)) {
      FeedbackException error =
          catchThrowableOfType(FeedbackException.class, () -> client.submit(on("a")));
      assertThat(error).isInstanceOf(UnreadableResponseException.class);
      assertThat(error.mayHaveArrived()).isTrue();
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void whatWasNeverSentIsTriedAgainAndCannotHaveArrived() {
    server.close();
    try (ToyClient client = client(ToyDialect.plain(), false)) {
      UndeliveredFeedbackException error =
          catchThrowableOfType(UndeliveredFeedbackException.class, () -> client.submit(on("a")));
      assertThat(error.reason()).isEqualTo(UndeliveredFeedbackException.Reason.UNREACHABLE);
      assertThat(error.attempts()).isEqualTo(3);
      assertThat(error.mayHaveArrived()).isFalse();
    }
  }

  private static RejectedFeedbackException rejection(ToyClient client) {
    return catchThrowableOfType(RejectedFeedbackException.class, () -> client.submit(on("a")));
  }
}
