package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An event listener or a logger that throws or blocks does not keep a call from ending. */
@Timeout(60)
class ThrowingListenerTest {
  private final LoopbackServer server = new LoopbackServer();
  private final PrintStream before = System.err;

  @AfterEach
  void stop() {
    System.setErr(before);
    server.close();
  }

  @Test
  void anEventListenerThatThrowsAtACancellationIsNoHang() {
    server.answerAll(seen -> Reply.fault(Fault.NEVER_ANSWERED));
    OkHttpClient http =
        new OkHttpClient.Builder()
            .eventListener(
                new EventListener() {
                  @Override
                  public void canceled(Call call) {
                    throw new IllegalStateException("mine");
                  }
                })
            .build();
    ClientSettings settings =
        ToyClient.impatient().httpClient(http).attemptTimeout(Duration.ofMillis(100)).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings)) {
      CompletableFuture<Receipt> receipt = client.submitAsync(on("a"));
      Await.isDone(receipt);
      assertThat(receipt.handle((ok, error) -> error).join())
          .isInstanceOfSatisfying(
              UndeliveredFeedbackException.class,
              error -> assertThat(error.reason()).isEqualTo(Reason.TIMEOUT));
    }
  }

  @Test
  void anEventListenerThatBlocksKeepsNoOtherClientWaiting() {
    server.answerAll(seen -> Reply.fault(Fault.NEVER_ANSWERED));
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch letGo = new CountDownLatch(1);
    OkHttpClient http =
        new OkHttpClient.Builder()
            .eventListener(
                new EventListener() {
                  @Override
                  public void canceled(Call call) {
                    blocked.countDown();
                    try {
                      letGo.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }
                })
            .build();
    ClientSettings.Builder settings =
        ToyClient.impatient().attemptTimeout(Duration.ofMillis(100)).maxRetries(0);
    try (ToyClient slow =
            new ToyClient(server.url(), ToyDialect.plain(), settings.httpClient(http).build());
        ToyClient other =
            new ToyClient(
                server.url(),
                ToyDialect.plain(),
                settings.httpClient(new OkHttpClient()).build())) {
      var unheard = slow.submitAsync(on("a"));
      Await.isTrue("the listener blocks", () -> blocked.getCount() == 0);
      CompletableFuture<Receipt> receipt = other.submitAsync(on("b"));
      Await.isDone(receipt);
      letGo.countDown();
      Await.isDone(unheard);
    } finally {
      letGo.countDown();
    }
  }

  @Test
  void aLoggerThatThrowsIsNoHang() {
    server.enqueue(200, "{}").enqueue(401, "{}");
    System.setErr(
        new PrintStream(OutputStream.nullOutputStream()) {
          @Override
          public void println(String line) {
            throw new IllegalStateException("the disk is full");
          }
        });
    try (ToyClient client = new ToyClient(server, ToyDialect.plain())) {
      CompletableFuture<Receipt> accepted = client.submitAsync(on("a"));
      Await.isDone(accepted);
      assertThat(accepted).isCompleted();
      CompletableFuture<Receipt> refused = client.submitAsync(on("a"));
      Await.isDone(refused);
      assertThat(refused).isCompletedExceptionally();
    }
  }
}
