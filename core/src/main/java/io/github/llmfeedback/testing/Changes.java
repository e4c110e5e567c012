package io.github.llmfeedback.testing;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsRetract;
import io.github.llmfeedback.SupportsUpdate;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** The powers of a recording client, apart from it so that it has only those it was given. */
final class Changes implements SupportsUpdate, SupportsRetract {
  private final Account account;
  private final Recorded recorded;
  private final Desk desk;

  Changes(Account account, Recorded recorded, Desk desk) {
    this.account = account;
    this.recorded = recorded;
    this.desk = desk;
  }

  @Override
  public Receipt update(Receipt receipt, Feedback feedback) {
    return desk.begin(true, () -> updated(receipt, feedback)).receipt();
  }

  @Override
  public CompletableFuture<Receipt> updateAsync(Receipt receipt, Feedback feedback) {
    return Desk.future(() -> desk.begin(false, () -> updated(receipt, feedback)).future());
  }

  @Override
  public Receipt retract(Receipt receipt) {
    return desk.begin(true, () -> retracted(receipt)).receipt();
  }

  @Override
  public CompletableFuture<Receipt> retractAsync(Receipt receipt) {
    return Desk.future(() -> desk.begin(false, () -> retracted(receipt)).future());
  }

  private Receipt updated(Receipt receipt, Feedback feedback) {
    Objects.requireNonNull(receipt, "receipt must not be null");
    Objects.requireNonNull(feedback, "feedback must not be null");
    recorded.update(receipt, feedback);
    checkProvider(receipt);
    Receipt updated = account.receipt(feedback).ids(receipt.ids()).build();
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
    Objects.requireNonNull(receipt, "receipt must not be null");
    recorded.retraction(receipt);
    checkProvider(receipt);
    if (receipt.state().isEmpty()) {
      throw new IllegalArgumentException("this receipt stands for nothing that could be retracted");
    }
    return Receipt.builder(receipt.provider(), receipt.target()).build();
  }

  private void checkProvider(Receipt receipt) {
    if (!receipt.provider().equals(account.provider())) {
      throw new IllegalArgumentException(
          "the receipt is "
              + receipt.provider()
              + "'s, but this client is "
              + account.provider()
              + "'s");
    }
  }
}
