package io.github.llmfeedback.spi;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One feedback of a batch on its way to its outcome, which is set once. */
final class Item<W> {
  private final long index;
  private final Feedback feedback;
  private final @Nullable Prepared<W> prepared;
  private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();
  private final AtomicReference<Sent> sent = new AtomicReference<>(Sent.NOTHING);

  Item(long index, Feedback feedback, Prepared<W> prepared) {
    this.index = index;
    this.feedback = feedback;
    this.prepared = prepared;
  }

  /** An item that never goes over the wire. */
  Item(long index, Feedback feedback, FeedbackException error) {
    this.index = index;
    this.feedback = feedback;
    this.prepared = null;
    failed(error);
  }

  Prepared<W> prepared() {
    return Objects.requireNonNull(prepared, "the item was refused before the wire");
  }

  void accepted(Receipt receipt) {
    outcome.compareAndSet(null, Outcome.accepted(index, feedback, receipt));
  }

  void failed(FeedbackException error) {
    outcome.compareAndSet(null, Outcome.failed(index, feedback, error));
  }

  /** Notes what was sent of it, although it has no outcome yet. */
  void sent(Sent soFar) {
    sent.set(soFar);
  }

  Sent sent() {
    return sent.get();
  }

  boolean isDone() {
    return outcome.get() != null;
  }

  boolean isAccepted() {
    Outcome done = outcome.get();
    return done != null && done.isAccepted();
  }

  Outcome outcome() {
    return Objects.requireNonNull(outcome.get(), "the batch has not ended");
  }
}
