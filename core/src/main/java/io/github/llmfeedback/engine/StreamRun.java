package io.github.llmfeedback.engine;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.Work;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One {@code submitEach}: reads a chunk, sends it, and passes on the oldest chunk's outcomes before
 * it reads more than may be in flight. Runs on the calling thread; used once.
 */
final class StreamRun<W> {
  private static final int MAX_SUPPRESSED = 10;

  private final Engine<W> engine;
  private final BatchRun<W> batch;
  private final Iterator<? extends Feedback> source;
  private final Consumer<? super Outcome> sink;
  private final Deque<Flight<W>> inFlight = new ArrayDeque<>();
  private final long begun;
  private long read;
  private long accepted;
  private long failed;
  private long uncertain;
  private @Nullable Throwable failure;

  StreamRun(Engine<W> engine, Iterator<? extends Feedback> source, Consumer<? super Outcome> sink) {
    this.engine = engine;
    this.batch = new BatchRun<>(engine);
    this.source = Objects.requireNonNull(source, "feedbacks must not be null");
    this.sink = Objects.requireNonNull(sink, "eachOutcome must not be null");
    this.begun = engine.calls.time.nanoTime();
  }

  BatchSummary run() {
    boolean more = true;
    while (more && failure == null) {
      if (Thread.currentThread().isInterrupted()) {
        interrupted();
      } else if (engine.calls.isClosed()) {
        addFailure(engine.calls.unsent(Reason.CLOSED));
      } else if (mustPassOn()) {
        passOn(inFlight.remove());
      } else {
        List<BatchItem<W>> chunk = new ArrayList<>();
        more = read(chunk);
        CallGroup group = engine.streamGroup();
        inFlight.add(new Flight<>(chunk, group, batch.send(chunk, group)));
      }
    }
    while (!inFlight.isEmpty()) {
      passOn(inFlight.remove());
    }
    rethrow();
    Duration elapsed = Duration.ofNanos(engine.calls.time.nanoTime() - begun);
    return new BatchSummary(read, accepted, failed, uncertain, elapsed);
  }

  private boolean mustPassOn() {
    return inFlight.size() == engine.settings.concurrency()
        || (!inFlight.isEmpty() && inFlight.element().done.isDone());
  }

  /** Fills the chunk; returns whether the source may have more. */
  private boolean read(List<BatchItem<W>> chunk) {
    try {
      while (chunk.size() < batch.chunkSize()) {
        if (!source.hasNext()) {
          return false;
        }
        Feedback next =
            Objects.requireNonNull(
                source.next(), "feedback " + read + " of the batch must not be null");
        chunk.add(engine.item(read, next));
        read++;
      }
      return true;
    } catch (Throwable e) { // Kotlin, for example, may throw checked exceptions anywhere
      addFailure(e);
      return false;
    }
  }

  private void passOn(Flight<W> flight) {
    Work.awaitEnd(
        flight.done,
        () -> {
          flight.group.stop(Reason.INTERRUPTED);
          interrupted();
        });
    for (BatchItem<W> item : flight.items) {
      Outcome outcome = item.outcome();
      count(outcome);
      try {
        sink.accept(outcome);
      } catch (Throwable e) { // as in read()
        addFailure(e);
      }
    }
  }

  private void interrupted() {
    inFlight.forEach(flight -> flight.group.stop(Reason.INTERRUPTED));
    if (failure == null) {
      addFailure(engine.calls.unsent(Reason.INTERRUPTED));
    }
  }

  private void count(Outcome outcome) {
    if (outcome.isAccepted()) {
      accepted++;
    } else {
      failed++;
      if (outcome.error().map(FeedbackException::mayHaveArrived).orElse(false)) {
        uncertain++;
      }
    }
  }

  private void addFailure(Throwable e) {
    if (failure == null) {
      failure = e;
    } else if (failure != e && failure.getSuppressed().length < MAX_SUPPRESSED) {
      failure.addSuppressed(e);
    }
  }

  private void rethrow() {
    if (failure != null) {
      StreamRun.<RuntimeException>throwUnchecked(failure);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void throwUnchecked(Throwable e) throws T {
    throw (T) e;
  }

  private record Flight<W>(
      List<BatchItem<W>> items, CallGroup group, CompletableFuture<Void> done) {}
}
