package io.github.llmfeedback.engine;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.Scheduler;
import io.github.llmfeedback.concurrent.SerialLoop;
import io.github.llmfeedback.spi.Batching;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The items of one batch, sent in chunks, several in flight. Items on one target go one after the
 * other, in input order.
 */
final class BatchRun<W> {
  private final Engine<W> engine;
  private final Batching batching;
  private final Map<String, CompletableFuture<?>> lastOn = new ConcurrentHashMap<>();

  BatchRun(Engine<W> engine) {
    this.engine = engine;
    this.batching = engine.dialect.batching();
  }

  /** How many items make a chunk now. */
  int chunkSize() {
    return engine.takesLists.get() ? batching.maxFeedbacks() : 1;
  }

  /** Sends the items in the time of a batch; when the future completes, each has its outcome. */
  CompletableFuture<Void> send(List<BatchItem<W>> items, CallGroup scope) {
    PendingWork.Piece admitted = engine.carrier.work.admit();
    if (admitted == null) {
      scope.stop(Reason.CLOSED);
      return chunks(items, scope);
    }
    engine.carrier.begin(scope);
    Scheduler.Alarm timeout = null;
    CompletableFuture<Void> done;
    try {
      timeout =
          engine.carrier.time.schedule(
              () -> scope.stop(Reason.TIMEOUT), engine.settings.batchTimeout());
      done = chunks(items, scope);
    } catch (RuntimeException | Error e) { // no memory; what is on its way ends
      end(scope, timeout, admitted);
      scope.stop(Reason.CANCELLED);
      throw e;
    }
    Scheduler.Alarm set = timeout;
    return done.whenComplete(
        (ok, bug) -> {
          items.forEach(item -> item.failed(engine.carrier.lost())); // does nothing, as a rule
          end(scope, set, admitted);
        });
  }

  private void end(CallGroup scope, Scheduler.@Nullable Alarm timeout, PendingWork.Piece admitted) {
    try {
      if (timeout != null) {
        timeout.cancel();
      }
    } finally {
      engine.carrier.ended(scope);
      admitted.end();
    }
  }

  private CompletableFuture<Void> chunks(List<BatchItem<W>> items, CallGroup scope) {
    return SerialLoop.through(
        Chunks.of(items, chunkSize(), batching.isLastWins()),
        engine.settings.concurrency(),
        chunk -> afterEarlier(chunk, scope));
  }

  /** Sends a chunk as soon as earlier ones on the same targets have ended. */
  private CompletableFuture<Void> afterEarlier(List<BatchItem<W>> chunk, CallGroup scope) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Set<CompletableFuture<?>> earlier = new HashSet<>();
    Set<String> targets = new HashSet<>();
    for (BatchItem<W> item : chunk) {
      if (targets.add(item.prepared().target())) {
        CompletableFuture<?> last = lastOn.put(item.prepared().target(), done);
        if (last != null) {
          earlier.add(last);
        }
      }
    }
    var unused =
        CompletableFuture.allOf(earlier.toArray(CompletableFuture<?>[]::new))
            .thenCompose(ok -> new ChunkRun<>(engine, chunk, scope).send())
            .whenComplete(
                (ok, bug) -> {
                  targets.forEach(target -> lastOn.remove(target, done));
                  done.complete(null);
                });
    return done;
  }
}
