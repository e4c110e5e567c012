package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many calls and bytes a client accepts at once. */
class PendingTest {
  private final LoopbackServer server = new LoopbackServer();
  private final HeldReplies gate = HeldReplies.yes();

  @AfterEach
  void stop() {
    gate.open();
    server.close();
  }

  private ToyClient client(ClientSettings.Builder settings) {
    return new ToyClient(server.url(), ToyDialect.plain(), settings.build());
  }

  @Test
  void beyondTheLimitOfBytesACallFailsAtOnce() {
    server.answerAll(gate);
    Feedback large = Feedback.on("a").comment("w".repeat(1000)).build();
    try (ToyClient client = client(ToyClient.settings().concurrency(2).maxPendingBytes(4200))) {
      List<CompletableFuture<Receipt>> taken = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        taken.add(client.submitAsync(large));
      }
      UndeliveredFeedbackException error =
          catchThrowableOfType(UndeliveredFeedbackException.class, () -> client.submit(large));
      assertThat(error.reason()).isEqualTo(Reason.FULL);
      assertThat(error).hasMessageContaining("maxPendingBytes");
      assertThat(error.mayHaveArrived()).isFalse();
      assertThat(client.submitAsync(on("b"))).as("a small one has room").isNotDone();

      gate.open();
      taken.forEach(each -> assertThat(each.join().attempts()).isEqualTo(1));
      Await.isTrue("there is room again", () -> client.submit(large).attempts() == 1);
    }
  }

  @Test
  void aCallThatIsLargerThanTheLimitOfBytesGoesAlone() {
    server.answerAll(gate);
    Feedback large = Feedback.on("a").comment("w".repeat(1000)).build();
    try (ToyClient client = client(ToyClient.settings().maxPendingBytes(1))) {
      CompletableFuture<Receipt> alone = client.submitAsync(large);
      assertThatThrownBy(() -> client.submit(large)).hasMessageContaining("too much in flight");
      gate.open();
      assertThat(alone.join().attempts()).isEqualTo(1);
      assertThat(client.submit(large).attempts()).isEqualTo(1);
    }
  }

  @Test
  void beyondTheLimitACallFailsAtOnce() {
    server.answerAll(gate);
    try (ToyClient client = client(ToyClient.settings().concurrency(2).maxPending(5))) {
      List<CompletableFuture<Receipt>> taken = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        taken.add(client.submitAsync(on("a")));
      }
      UndeliveredFeedbackException error =
          catchThrowableOfType(UndeliveredFeedbackException.class, () -> client.submit(on("b")));
      assertThat(error.reason()).isEqualTo(Reason.FULL);
      assertThat(error.mayHaveArrived()).isFalse();
      assertThat(error.attempts()).isZero();
      assertThat(client.submitAllAsync(ToyClient.many(20)))
          .as("batches have their own")
          .isNotDone();

      gate.open();
      taken.forEach(each -> assertThat(each.join().attempts()).isEqualTo(1));
      assertThat(client.submit(on("c")).attempts()).isEqualTo(1);
    }
  }

  @Test
  void whoeverHearsOfAnEndMaySubmitTheNext() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyClient.settings().maxPending(1))) {
      for (int i = 0; i < 500; i++) {
        client.submit(on("a"));
      }
    }
  }

  @Test
  void noMoreThanTheConcurrencyAreOnTheWire() {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    server.answerAll(
        seen -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          LockSupport.parkNanos(100_000);
          now.decrementAndGet();
          return Reply.of(200, "{}");
        });
    try (ToyClient client = client(ToyClient.settings().concurrency(3))) {
      var unused = client.submitAllAsync(ToyClient.many(100));
      var more = ToyClient.many(100).stream().map(client::submitAsync).toList();
      more.forEach(CompletableFuture::join);
      unused.join();
    }
    assertThat(most).hasValueLessThanOrEqualTo(3);
    assertThat(server.count()).isEqualTo(200);
  }

  @Test
  void oneClientsStalledCallsTakeNoOtherClientsPlaces() {
    server.answerAll(gate);
    try (LoopbackServer well = new LoopbackServer().answerAll(seen -> Reply.of(200, "{}"));
        ToyClient stalled = client(ToyClient.settings().concurrency(100));
        ToyClient other = new ToyClient(well, ToyDialect.plain())) {
      var batch = stalled.submitAllAsync(ToyClient.many(100));
      Await.isTrue("all are on the wire", () -> server.count() == 100);
      CompletableFuture<Receipt> receipt = other.submitAsync(on("a"));
      Await.isDone(receipt);
      assertThat(receipt.join().attempts()).isEqualTo(1);
      assertThat(batch).isNotDone();
      gate.open();
      assertThat(batch.join()).hasSize(100).allMatch(Outcome::isAccepted);
    }
  }

  @Test
  void whatIsQueuedGoesInTheOrderItCame() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyClient.settings().concurrency(1))) {
      ToyClient.many(200).stream()
          .map(client::submitAsync)
          .toList()
          .forEach(CompletableFuture::join);
    }
    assertThat(server.takeAll())
        .flatExtracting(ToyClient::targets)
        .containsExactlyElementsOf(
            ToyClient.many(200).stream().map(each -> each.target().toString()).toList());
  }
}
