package io.github.llmfeedback.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A future that can give the result of its work when the work is stopped. {@link #cancel} ends the
 * work too, but leaves a {@link java.util.concurrent.CancellationException}, which does not say how
 * far the work got.
 */
public final class StoppableFuture<T> extends CompletableFuture<T> {
  private final Supplier<CompletableFuture<T>> stop;

  /**
   * A future of work that has begun.
   *
   * @param stop ends the work, if it has not ended, and returns its result
   */
  public StoppableFuture(Supplier<CompletableFuture<T>> stop) {
    this.stop = stop;
  }

  /** Ends the work of a future, which may have none, as one that failed at once. */
  public static <T> CompletableFuture<T> stopped(CompletableFuture<T> future) {
    return future instanceof StoppableFuture<T> stoppable ? stoppable.stop() : future;
  }

  /**
   * Ends the work, if it has not ended.
   *
   * @return its result, which does not wait for the executor on which this future completes
   */
  public CompletableFuture<T> stop() {
    return stop.get();
  }
}
