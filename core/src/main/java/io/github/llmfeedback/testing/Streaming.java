package io.github.llmfeedback.testing;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One {@code submitEach}: begins the calls of a chunk, then passes their outcomes to the callback,
 * like a real client with one chunk in flight. Everything runs on the calling thread; used once.
 */
final class Streaming {
  private static final int CHUNK = 10;
  private static final int MOST_SUPPRESSED = 10;

  private final Desk desk;
  private final Iterator<? extends Feedback> source;
  private final Consumer<? super Outcome> sink;
  private final Function<Feedback, Call> submission;
  private final long begun = System.nanoTime();
  private long read;
  private long accepted;
  private long failed;
  private long uncertain;
  private @Nullable Throwable trouble;

  Streaming(
      Desk desk,
      Iterator<? extends Feedback> source,
      Consumer<? super Outcome> sink,
      Function<Feedback, Call> submission) {
    this.desk = desk;
    this.source = Objects.requireNonNull(source, "feedbacks must not be null");
    this.sink = Objects.requireNonNull(sink, "eachOutcome must not be null");
    this.submission = submission;
  }

  BatchSummary run() {
    boolean more = true;
    while (more && trouble == null) {
      if (Thread.currentThread().isInterrupted()) {
        trouble(desk.interrupted());
      } else if (desk.closed().isPresent()) {
        trouble(desk.closed().get());
      } else {
        List<Submitted> chunk = new ArrayList<>();
        more = read(chunk);
        await(chunk);
        chunk.forEach(this::handOut);
      }
    }
    if (trouble != null) {
      Streaming.<RuntimeException>throwAsItIs(trouble);
    }
    Duration elapsed = Duration.ofNanos(System.nanoTime() - begun);
    return new BatchSummary(read, accepted, failed, uncertain, elapsed);
  }

  /** Fills the chunk; returns whether the source may have more. */
  private boolean read(List<Submitted> chunk) {
    try {
      while (chunk.size() < CHUNK) {
        if (!source.hasNext()) {
          return false;
        }
        Feedback next = Batch.present(read, source.next());
        chunk.add(new Submitted(read, next, submission.apply(next)));
        read++;
      }
      return true;
    } catch (Throwable e) { // Kotlin code may throw checked exceptions from anywhere
      trouble(e);
      return false;
    }
  }

  private void await(List<Submitted> chunk) {
    for (Submitted submitted : chunk) {
      if (submitted.call.await() && trouble == null) {
        trouble(desk.interrupted());
      }
    }
  }

  private void handOut(Submitted submitted) {
    Outcome outcome = submitted.call.outcome(submitted.index, submitted.feedback).orElseThrow();
    if (outcome.isAccepted()) {
      accepted++;
    } else {
      failed++;
      uncertain += outcome.error().map(FeedbackException::mayHaveArrived).orElse(false) ? 1 : 0;
    }
    try {
      sink.accept(outcome);
    } catch (Throwable e) { // as in read()
      trouble(e);
    }
  }

  private void trouble(Throwable e) {
    if (trouble == null) {
      trouble = e;
    } else if (trouble != e && trouble.getSuppressed().length < MOST_SUPPRESSED) {
      trouble.addSuppressed(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void throwAsItIs(Throwable e) throws T {
    throw (T) e;
  }

  private record Submitted(long index, Feedback feedback, Call call) {}
}
