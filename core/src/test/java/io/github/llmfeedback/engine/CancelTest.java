package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.engine.RawServer.Script;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Cancelling a future cancels its call. */
class CancelTest {
  private final LoopbackServer server = new LoopbackServer();
  private final ManualTime time = new ManualTime();
  private final HeldReplies gate = HeldReplies.yes();

  @AfterEach
  void stop() {
    gate.open();
    server.close();
  }

  private ToyClient client() {
    return new ToyClient(
        server.url(), ToyDialect.plain(), ToyClient.settings().concurrency(1).build(), time);
  }

  @Test
  void onTheWireTheConnectionEnds() {
    CountDownLatch came = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    Script script =
        socket -> {
          RawServer.readRequest(socket);
          came.countDown();
          if (socket.getInputStream().read() == -1) {
            gone.countDown();
          }
        };
    try (RawServer raw = new RawServer(script, RawServer.YES);
        ToyClient client =
            new ToyClient(
                raw.url(), ToyDialect.plain(), ToyClient.settings().concurrency(1).build(), time)) {
      CompletableFuture<Receipt> receipt = client.submitAsync(on("a"));
      Await.isTrue("the request came", () -> came.getCount() == 0);
      receipt.cancel(false);
      Await.isTrue("the server sees it", () -> gone.getCount() == 0);
      assertThat(client.submit(on("b")).attempts()).as("its place is free").isEqualTo(1);
    }
  }

  @Test
  void inTheQueueNothingIsSent() {
    server.answerAll(gate);
    try (ToyClient client = client()) {
      CompletableFuture<Receipt> onWire = client.submitAsync(on("a"));
      CompletableFuture<Receipt> queued = client.submitAsync(on("b"));
      queued.cancel(true);
      gate.open();
      assertThat(onWire.join().attempts()).isEqualTo(1);
      assertThat(client.submit(on("c")).attempts()).isEqualTo(1);
    }
    assertThat(server.takeAll()).flatExtracting(ToyClient::targets).containsExactly("a", "c");
  }

  @Test
  void inBackoffNothingMoreIsSent() {
    server.enqueue(429, "");
    try (ToyClient client = client()) {
      CompletableFuture<Receipt> receipt = client.submitAsync(on("a"));
      time.awaitAlarm(Duration.ofMillis(150));
      receipt.cancel(false);
      assertThat(time.alarms()).isEmpty();
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void aFutureThatTheCallerEndsItselfCancelsTheCallToo() {
    server.enqueue(429, "");
    try (ToyClient client = client()) {
      CompletableFuture<Receipt> receipt = client.submitAsync(on("a"));
      time.awaitAlarm(Duration.ofMillis(150));
      var unused = receipt.orTimeout(1, TimeUnit.MILLISECONDS);
      Await.isDone(receipt);
      Await.isTrue("nothing rings for it any more", () -> time.alarms().isEmpty());
    }
  }

  @Test
  void ofABatchNothingMoreIsSent() {
    server.enqueue(200, "{}").answerAll(gate);
    try (ToyClient client = client()) {
      CompletableFuture<List<Outcome>> batch = client.submitAllAsync(ToyClient.many(20));
      Await.isTrue("the second request came", () -> server.count() == 2);
      batch.cancel(false);
      gate.open();
      assertThat(client.submit(on("z")).attempts()).isEqualTo(1);
      assertThat(time.alarms()).as("not even the batch's time").isEmpty();
    }
    assertThat(server.count()).isEqualTo(3);
  }
}
