package io.github.llmfeedback.engine;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The calls of a batch, or the pollings of a list, which are stopped together. Thread-safe. */
final class CallGroup implements Stoppable {
  private final Set<Stoppable> calls = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Reason> stopped = new AtomicReference<>();

  private final long ends;

  /**
   * The calls of a batch.
   *
   * @param ends until when it may wait out a provider's pause, as {@link Time#nanoTime}
   */
  CallGroup(long ends) {
    this.ends = ends;
  }

  /** The pollings of a list, each of which has its own timeout. */
  CallGroup() {
    this(0);
  }

  /** Until when it may wait out a provider's pause, as {@link Time#nanoTime}. */
  long ends() {
    return ends;
  }

  /** Why the batch was stopped, if it was. */
  Optional<Reason> stopped() {
    return Optional.ofNullable(stopped.get());
  }

  /**
   * Adds a call that has started, or a polling that may begin; if the group was stopped, it is
   * stopped too.
   *
   * @param end completes when the call has ended
   */
  void add(Stoppable call, CompletableFuture<?> end) {
    calls.add(call);
    var unused = end.thenRun(() -> calls.remove(call));
    Reason reason = stopped.get();
    if (reason != null) {
      call.stop(reason);
    }
  }

  /** Stops all calls, and every call that is added later. */
  @Override
  public void stop(Reason reason) {
    if (stopped.compareAndSet(null, reason)) {
      calls.forEach(call -> call.stop(reason));
    }
  }
}
