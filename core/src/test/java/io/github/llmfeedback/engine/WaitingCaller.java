package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** A call on a thread of its own, which waits for it, and which a test may interrupt. */
final class WaitingCaller<T> {
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private final CompletableFuture<Boolean> flag = new CompletableFuture<>();
  private final Thread thread;

  WaitingCaller(Callable<T> call) {
    thread =
        new Thread(
            () -> {
              try {
                result.complete(call.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
              flag.complete(Thread.currentThread().isInterrupted());
            },
            "caller");
    thread.setDaemon(true);
    thread.start();
  }

  /** Interrupts the thread, and waits until the call has ended. */
  WaitingCaller<T> interrupt() {
    thread.interrupt();
    Await.isDone(flag);
    assertThat(flag.join()).as("the thread stays interrupted").isTrue();
    return this;
  }

  /** What the call returned or threw. */
  CompletableFuture<T> result() {
    return result;
  }
}
