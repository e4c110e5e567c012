package io.github.llmfeedback.testing;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One call and its result. Thread-safe; only the first result counts. */
final class Call {
  private final String provider;
  private final CompletableFuture<Receipt> future = new CompletableFuture<>();
  private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();

  Call(String provider) {
    this.provider = provider;
    var unused =
        future.whenComplete(
            (receipt, error) -> {
              if (future.isCancelled()) {
                end(null, Failure.CANCELLED.of(provider));
              }
            });
  }

  /** What the caller of an asynchronous method gets. */
  CompletableFuture<Receipt> future() {
    return future;
  }

  boolean isDone() {
    return ending.get() != null;
  }

  void accept(Receipt receipt) {
    end(receipt, null);
  }

  void fail(FeedbackException error) {
    end(null, error);
  }

  /** Sets the result before the future completes, so that a callback finds it in the record. */
  private void end(@Nullable Receipt receipt, @Nullable FeedbackException error) {
    if (!ending.compareAndSet(null, new Ending(receipt, error))) {
      return;
    }
    if (receipt != null) {
      future.complete(receipt);
    } else if (error != null) {
      future.completeExceptionally(error);
    }
  }

  boolean isAccepted() {
    Ending ended = ending.get();
    return ended != null && ended.receipt != null;
  }

  /** Why it failed, if it has ended and failed. */
  Optional<FeedbackException> error() {
    Ending ended = ending.get();
    return ended == null ? Optional.empty() : Optional.ofNullable(ended.error);
  }

  /** The outcome, if the call has ended. */
  Optional<Outcome> outcome(long index, Feedback feedback) {
    Ending ended = ending.get();
    if (ended == null) {
      return Optional.empty();
    }
    return Optional.of(
        ended.receipt != null
            ? Outcome.accepted(index, feedback, ended.receipt)
            : Outcome.failed(index, feedback, ended.thrown()));
  }

  /** Waits until the call has ended; an interrupt ends it. Returns whether it was interrupted. */
  boolean await() {
    try {
      future.get();
    } catch (InterruptedException e) {
      fail(Failure.INTERRUPTED.of(provider));
      Thread.currentThread().interrupt();
      return true;
    } catch (ExecutionException e) {
      // it has ended with an error, which its outcome has
    }
    return false;
  }

  /** Waits for the receipt. */
  Receipt receipt() {
    var unused = await();
    Ending ended = ending.get();
    if (ended == null) {
      throw new IllegalStateException("a call that was waited for has ended");
    } else if (ended.receipt == null) {
      throw ended.thrown();
    }
    return ended.receipt;
  }

  private record Ending(@Nullable Receipt receipt, @Nullable FeedbackException error) {
    FeedbackException thrown() {
      if (error == null) {
        throw new IllegalStateException("an ending has a receipt or an error");
      }
      return error;
    }
  }
}
