package io.github.llmfeedback.outbox;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Asks a store for no longer than its caller has time: a table may be locked, a database gone. */
final class Question {
  /** Even a caller without time waits so long for an answer. */
  private static final Duration LEAST = Duration.ofSeconds(1);

  private Question() {}

  /**
   * What a store says; an interrupt is put off until then.
   *
   * @param threads where a store that others share is asked
   * @param deadline as {@link System#nanoTime}
   * @throws OutboxException if the store does not answer in time
   */
  static <T> T ask(OutboxStore store, Executor threads, long deadline, Supplier<T> question) {
    if (!store.isShared()) {
      return question.get();
    }
    CompletableFuture<T> answer = CompletableFuture.supplyAsync(question, threads);
    long end = Math.max(deadline - System.nanoTime(), LEAST.toNanos()) + System.nanoTime();
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return answer.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          isInterrupted = true;
        }
      }
    } catch (TimeoutException e) {
      throw new OutboxException(
          "the outbox's database did not answer in time; whether something is left is not known,"
              + " and what is stored stays stored",
          e,
          false);
    } catch (ExecutionException e) {
      throw asThrown(e);
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException asThrown(ExecutionException e) {
    if (e.getCause() instanceof RuntimeException thrown) {
      return thrown;
    } else if (e.getCause() instanceof Error thrown) {
      throw thrown;
    }
    return new OutboxException("the store failed: " + e.getCause(), e, false);
  }
}
