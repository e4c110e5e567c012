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
 * The items of one batch, sent in chunks, several in flight. Items on one target are sent one after
 * the other, in input order.
 */
final class BatchRun<W> {
  private final Engine<W> engine;
  private final Batching batching;
  private final Map<String, CompletableFuture<?>> lastOn = new ConcurrentHashMap<>();

  BatchRun(Engine<W> engine) {
    this.engine = engine;
    this.batching = engine.dialect.batching();
  }

  /** How many items a chunk has at most, for now. */
  int chunkSize() {
    return engine.takesLists.get() ? batching.maxFeedbacks() : 1;
  }

  /** Sends the items within the batch timeout; when the future completes, each has its outcome. */
  CompletableFuture<Void> send(List<BatchItem<W>> items, CallGroup group) {
    PendingWork.Piece admitted = engine.calls.work.admit();
    if (admitted == null) {
      group.stop(Reason.CLOSED);
      return chunks(items, group);
    }
    engine.calls.begin(group);
    Scheduler.Alarm timeout = null;
    CompletableFuture<Void> done;
    try {
      timeout =
          engine.calls.time.schedule(
              () -> group.stop(Reason.TIMEOUT), engine.settings.batchTimeout());
      done = chunks(items, group);
    } catch (RuntimeException | Error e) { // out of memory; end what is in flight
      end(group, timeout, admitted);
      group.stop(Reason.CANCELLED);
      failRest(items);
      throw e;
    }
    Scheduler.Alarm set = timeout;
    return done.whenComplete(
        (ok, bug) -> {
          failRest(items); // a bug: normally each has its outcome
          end(group, set, admitted);
        });
  }

  private void failRest(List<BatchItem<W>> items) {
    for (BatchItem<W> item : items) {
      if (!item.isDone()) {
        item.failed(engine.calls.lost());
      }
    }
  }

  private void end(CallGroup group, Scheduler.@Nullable Alarm timeout, PendingWork.Piece admitted) {
    try {
      if (timeout != null) {
        timeout.cancel();
      }
    } finally {
      engine.calls.ended(group);
      admitted.end();
    }
  }

  private CompletableFuture<Void> chunks(List<BatchItem<W>> items, CallGroup group) {
    return SerialLoop.through(
        new Chunks<>(engine, items, chunkSize()),
        engine.settings.concurrency(),
        chunk -> afterEarlier(chunk, group));
  }

  /** Sends a chunk as soon as earlier ones on the same targets have ended. */
  private CompletableFuture<Void> afterEarlier(List<BatchItem<W>> chunk, CallGroup group) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Set<CompletableFuture<?>> earlier = new HashSet<>();
    Set<String> targets = new HashSet<>();
    for (BatchItem<W> item : chunk) {
      if (targets.add(item.encoded().target())) {
        CompletableFuture<?> last = lastOn.put(item.encoded().target(), done);
        if (last != null) {
          earlier.add(last);
        }
      }
    }
    var unused =
        CompletableFuture.allOf(earlier.toArray(CompletableFuture<?>[]::new))
            .thenCompose(ok -> new ChunkRun<>(engine, chunk, group).send())
            .whenComplete(
                (ok, bug) -> {
                  targets.forEach(target -> lastOn.remove(target, done));
                  done.complete(null);
                });
    return done;
  }
}
