package io.github.llmfeedback.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A future that can say how its work ended when it is told to stop. {@link #cancel} ends the work
 * too, but leaves a {@link java.util.concurrent.CancellationException}, which knows nothing.
 */
public final class StoppableFuture<T> extends CompletableFuture<T> {
  private final Supplier<CompletableFuture<T>> ending;

  /**
   * A future of work that has begun.
   *
   * @param ending ends the work, if it has not ended, and gives how it ended
   */
  public StoppableFuture(Supplier<CompletableFuture<T>> ending) {
    this.ending = ending;
  }

  /**
   * Ends the work, if it has not ended.
   *
   * @return how it ended, which it tells without the executor on which this future completes
   */
  public CompletableFuture<T> stop() {
    return ending.get();
  }
}
