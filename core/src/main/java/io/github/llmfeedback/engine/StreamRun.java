package io.github.llmfeedback.engine;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Operation;
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
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One {@code submitEach}: reads a chunk, sends it, and passes on the outcomes of the oldest chunks
 * that have ended. Runs on the calling thread; used once.
 */
final class StreamRun<W> {
  /**
   * How many feedbacks may be read beyond those in flight, because their outcomes wait for an
   * earlier one. A call that backs off would otherwise hold up all others; this many end during its
   * longest wait by default, 600 ms, if 16 calls of 10 ms each are in flight.
   */
  private static final int READ_AHEAD = 1_000;

  private static final int MAX_SUPPRESSED = 10;

  private final Engine<W> engine;
  private final BatchRun<W> batch;
  private final Iterator<? extends Feedback> source;
  private final Consumer<? super Outcome> sink;

  /** The chunks whose outcomes were not passed on yet, in input order. */
  private final Deque<Flight<W>> begun = new ArrayDeque<>();

  /** A permit for each chunk that has ended since {@link #inFlight} was last counted. */
  private final Semaphore ended = new Semaphore(0);

  private int inFlight;
  private final long start;
  private final Telemetry.Given given;
  private long read;
  private long passedOn;
  private long accepted;
  private long failed;
  private long uncertain;
  private @Nullable Throwable failure;

  StreamRun(Engine<W> engine, Iterator<? extends Feedback> source, Consumer<? super Outcome> sink) {
    this.engine = engine;
    this.batch = new BatchRun<>(engine);
    this.source = Objects.requireNonNull(source, "feedbacks must not be null");
    this.sink = Objects.requireNonNull(sink, "eachOutcome must not be null");
    this.start = engine.calls.time.nanoTime();
    this.given = engine.calls.telemetry.given(Operation.SUBMIT, 0);
  }

  BatchSummary run() {
    boolean more = true;
    while (more && failure == null) {
      inFlight -= ended.drainPermits(); // before the oldest is looked at, or its end may be missed
      if (Thread.currentThread().isInterrupted()) {
        interrupted();
      } else if (engine.calls.isClosed()) {
        addFailure(engine.calls.unsent(Reason.CLOSED));
      } else if (!begun.isEmpty() && begun.element().done.isDone()) {
        passOn(begun.remove());
      } else if (mayBegin()) {
        more = begin();
      } else {
        awaitAnEnd();
      }
    }
    while (!begun.isEmpty()) {
      passOn(begun.remove());
    }
    rethrow();
    Duration elapsed = Duration.ofNanos(engine.calls.time.nanoTime() - start);
    return new BatchSummary(read, accepted, failed, uncertain, elapsed);
  }

  private boolean mayBegin() {
    int concurrency = engine.settings.concurrency();
    long most = (long) concurrency * batch.chunkSize() + READ_AHEAD;
    return inFlight < concurrency && read - passedOn + batch.chunkSize() <= most;
  }

  /** Reads a chunk and begins to send it; returns whether the source may have more. */
  private boolean begin() {
    List<BatchItem<W>> chunk = new ArrayList<>();
    boolean more = read(chunk);
    CallGroup group = engine.streamGroup();
    CompletableFuture<Void> done = batch.send(chunk, group);
    begun.add(new Flight<>(chunk, group, done));
    inFlight++;
    var unused = done.whenComplete((ok, bug) -> ended.release());
    return more;
  }

  /** Waits until a chunk ends, not necessarily the oldest. */
  private void awaitAnEnd() {
    try {
      ended.acquire();
      inFlight--;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
        chunk.add(new BatchItem<>(given.oneMore(), read, next));
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
    passedOn += flight.items.size();
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
    begun.forEach(flight -> flight.group.stop(Reason.INTERRUPTED));
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
