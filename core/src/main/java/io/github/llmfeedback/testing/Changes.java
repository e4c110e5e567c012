package io.github.llmfeedback.testing;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.SupportsUpdate;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * The extensions of a recording client, in a class of their own so that the client has only those
 * it was given.
 */
final class Changes implements SupportsUpdate, SupportsRetract {
  private final RecordingDialect dialect;
  private final Recorded recorded;
  private final Desk desk;

  Changes(RecordingDialect dialect, Recorded recorded, Desk desk) {
    this.dialect = dialect;
    this.recorded = recorded;
    this.desk = desk;
  }

  @Override
  public Receipt update(Receipt receipt, Feedback feedback) {
    return update(receipt, feedback, desk::beginAwaited).receipt();
  }

  @Override
  public CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback) {
    return Desk.future(() -> update(receipt, feedback, desk::begin).future());
  }

  @Override
  public Receipt retract(Receipt receipt) {
    return retract(receipt, desk::beginAwaited).receipt();
  }

  @Override
  public CompletableFuture<Receipt> retractAsync(Receipt receipt) {
    return Desk.future(() -> retract(receipt, desk::begin).future());
  }

  private Call update(
      Receipt receipt, Feedback feedback, BiFunction<Call, Supplier<Receipt>, Call> begin) {
    Call call = new Call(dialect.provider());
    if (receipt != null && feedback != null) {
      recorded.update(receipt, feedback, call);
    }
    return begin.apply(call, () -> updated(receipt, feedback));
  }

  private Call retract(Receipt receipt, BiFunction<Call, Supplier<Receipt>, Call> begin) {
    Call call = new Call(dialect.provider());
    if (receipt != null) {
      recorded.retraction(receipt, call);
    }
    return begin.apply(call, () -> retracted(receipt));
  }

  private Receipt updated(Receipt receipt, Feedback feedback) {
    checkProvider(receipt);
    Receipt updated = dialect.receipt(feedback).ids(receipt.ids()).build();
    if (!updated.target().equals(receipt.target())) {
      throw new IllegalArgumentException(
          "an update must be about the receipt's target "
              + receipt.target()
              + ", but the feedback is about "
              + updated.target());
    }
    return updated;
  }

  private Receipt retracted(Receipt receipt) {
    checkProvider(receipt);
    if (receipt.state().isEmpty()) {
      throw new IllegalArgumentException("this receipt stands for nothing that could be retracted");
    }
    return Receipt.builder(receipt.provider(), receipt.target()).build();
  }

  private void checkProvider(Receipt receipt) {
    Objects.requireNonNull(receipt, "receipt must not be null");
    if (!receipt.provider().equals(dialect.provider())) {
      throw new IllegalArgumentException(
          "the receipt is "
              + receipt.provider()
              + "'s, but this client is "
              + dialect.provider()
              + "'s");
    }
  }
}
