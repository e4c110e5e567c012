package io.github.llmfeedback.engine;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The wire calls of a batch that end together when its caller gives up. */
final class CallGroup {
  private final Set<Call> calls = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Reason> stopped = new AtomicReference<>();

  private final long ends;

  /**
   * The scope of a batch.
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

  void add(Call call) {
    calls.add(call);
    var unused = call.ending().thenRun(() -> calls.remove(call));
    Reason reason = stopped.get();
    if (reason != null) {
      call.stop(reason, false);
    }
  }

  /** Ends what runs and lets nothing more begin. */
  void stop(Reason reason) {
    if (stopped.compareAndSet(null, reason)) {
      calls.forEach(call -> call.stop(reason, false));
    }
  }
}
