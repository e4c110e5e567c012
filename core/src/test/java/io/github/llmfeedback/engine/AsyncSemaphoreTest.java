package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.concurrent.AsyncSemaphore;
import io.github.llmfeedback.contract.LoopbackServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that wait for a permit while others hold them. */
@Timeout(60)
class AsyncSemaphoreTest {
  private static final int PERMITS = 3;

  @Test
  void aCallThatEndedIsForgotten() {
    HeldReplies gate = HeldReplies.yes();
    ManualTime time = new ManualTime();
    try (LoopbackServer server = new LoopbackServer().answerAll(gate);
        ToyClient client =
            new ToyClient(
                server.url(),
                ToyDialect.plain(),
                ToyClient.settings().concurrency(1).build(),
                time)) {
      CompletableFuture<Receipt> onItsWay = client.submitAsync(on("first"));
      Await.isTrue("it is on the wire", () -> server.count() == 1);
      List<CompletableFuture<Receipt>> queued =
          ToyClient.many(1000).stream().map(client::submitAsync).toList();
      assertThat(client.engine().calls.permits.waiting()).isEqualTo(1000);

      queued.subList(0, 400).forEach(each -> each.cancel(false));
      Await.isTrue("the cancelled are gone", () -> client.engine().calls.permits.waiting() == 600);
      time.advance(Duration.ofSeconds(30)); // the timeout of a call
      Await.isTrue("the late are gone", () -> client.engine().calls.permits.waiting() == 0);

      gate.open();
      assertThat(onItsWay.handle((ok, error) -> true).join()).isTrue();
    }
  }

  @Test
  void noPermitIsLostOrGivenTwiceWhateverTheThreadsDo() throws InterruptedException {
    AsyncSemaphore semaphore = new AsyncSemaphore(PERMITS);
    AtomicInteger held = new AtomicInteger();
    AtomicInteger mostHeld = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Thread thread =
          new Thread(
              () -> {
                for (int k = 0; k < 20_000; k++) {
                  hold(semaphore, held, mostHeld);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(mostHeld).hasValueBetween(1, PERMITS);
    assertThat(semaphore.waiting()).isZero();
    for (int i = 0; i < PERMITS; i++) {
      assertThat(isGiven(semaphore)).as("all were given back").isTrue();
    }
    assertThat(isGiven(semaphore)).as("and no more").isFalse();
  }

  private static void hold(AsyncSemaphore semaphore, AtomicInteger held, AtomicInteger mostHeld) {
    semaphore.acquire(() -> false); // it no longer wants one
    Semaphore given = new Semaphore(0);
    semaphore.acquire(
        () -> {
          mostHeld.accumulateAndGet(held.incrementAndGet(), Math::max);
          given.release();
          return true;
        });
    given.acquireUninterruptibly();
    held.decrementAndGet();
    semaphore.release();
  }

  private static boolean isGiven(AsyncSemaphore semaphore) {
    AtomicInteger given = new AtomicInteger();
    semaphore.acquire(() -> given.incrementAndGet() > 0);
    return given.get() > 0;
  }
}
