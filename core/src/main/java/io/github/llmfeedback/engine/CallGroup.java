package io.github.llmfeedback.engine;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The wire calls of a batch that end together when its caller gives up. */
final class CallGroup implements Stoppable {
  private final Set<Stoppable> calls = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Reason> stopped = new AtomicReference<>();

  private final long ends;

  /**
   * The calls of a batch.
   *
   * @param ends when a pause of the provider's is too long for it, as {@link Time#nanoTime}
   */
  CallGroup(long ends) {
    this.ends = ends;
  }

  /** When a pause of the provider's is too long for it, as {@link Time#nanoTime}. */
  long ends() {
    return ends;
  }

  /** Why the batch was stopped, if it was. */
  Optional<Reason> stopped() {
    return Optional.ofNullable(stopped.get());
  }

  /**
   * Adds what is on its way, unless the group was stopped, which stops it.
   *
   * @param end completes when it has ended
   */
  void add(Stoppable call, CompletableFuture<?> end) {
    calls.add(call);
    var unused = end.thenRun(() -> calls.remove(call));
    Reason reason = stopped.get();
    if (reason != null) {
      call.stop(reason);
    }
  }

  /** Ends what runs and lets nothing more begin. */
  @Override
  public void stop(Reason reason) {
    if (stopped.compareAndSet(null, reason)) {
      calls.forEach(call -> call.stop(reason));
    }
  }
}
