package io.github.llmfeedback.engine;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.spi.Encoded;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One feedback of a batch, and its outcome, which is set once. */
final class BatchItem<W> {
  private final Telemetry.Given given;
  private final long index;
  private final @Nullable Feedback feedback;
  private volatile @Nullable Encoded<W> encoded;
  private final AtomicReference<@Nullable Result> result = new AtomicReference<>();
  private volatile Sent sent = Sent.NOTHING;

  /**
   * An item that is ready for the wire.
   *
   * @param encoded something provider-specific, which is no {@link Feedback}
   */
  BatchItem(Telemetry.Given given, long index, Encoded<W> encoded) {
    this.given = given;
    this.index = index;
    this.feedback = null;
    this.encoded = encoded;
  }

  /** An item that is not encoded yet. */
  BatchItem(Telemetry.Given given, long index, Feedback feedback) {
    this.given = given;
    this.index = index;
    this.feedback = feedback;
  }

  /** Encodes the item, unless that was done; {@code encode} may refuse to. */
  void encode(Function<Feedback, Encoded<W>> encode) {
    if (encoded == null && !isDone()) {
      encoded = encode.apply(Objects.requireNonNull(feedback));
    }
  }

  Encoded<W> encoded() {
    return Objects.requireNonNull(encoded, "the item was refused before the wire");
  }

  /** The call of the client that it belongs to. */
  Telemetry.Given given() {
    return given;
  }

  void accepted(Receipt receipt) {
    if (result.compareAndSet(null, new Result(receipt, null))) {
      given.accepted(receipt);
    }
  }

  void failed(FeedbackException error) {
    if (result.compareAndSet(null, new Result(null, error))) {
      given.failed(error);
    }
  }

  /** Notes how often it was sent so far; it has no outcome yet. */
  void sent(Sent soFar) {
    sent = soFar;
  }

  Sent sent() {
    return sent;
  }

  boolean isDone() {
    return result.get() != null;
  }

  boolean isAccepted() {
    Result done = result.get();
    return done != null && done.receipt != null;
  }

  Outcome outcome() {
    Feedback given = Objects.requireNonNull(feedback);
    return result(
        index,
        (i, receipt) -> Outcome.accepted(i, given, receipt),
        (i, error) -> Outcome.failed(i, given, error));
  }

  <I, R> R result(
      I key,
      BiFunction<? super I, Receipt, R> accepted,
      BiFunction<? super I, FeedbackException, R> failed) {
    Result done = Objects.requireNonNull(result.get(), "the batch has not ended");
    return done.receipt != null
        ? accepted.apply(key, done.receipt)
        : failed.apply(key, Objects.requireNonNull(done.error));
  }

  private record Result(@Nullable Receipt receipt, @Nullable FeedbackException error) {}
}
