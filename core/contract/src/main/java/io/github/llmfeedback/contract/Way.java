package io.github.llmfeedback.contract;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/** A way to submit feedback to a client; every fact holds for each of them. */
enum Way {
  SUBMIT,
  SUBMIT_ASYNC,
  SUBMIT_ALL,
  SUBMIT_ALL_ASYNC,
  SUBMIT_EACH;

  /** The outcome of each feedback; anything that is not a {@link FeedbackException} is thrown. */
  List<Outcome> hand(FeedbackClient client, List<Feedback> feedbacks) {
    return switch (this) {
      case SUBMIT -> oneByOne(feedbacks, client::submit);
      case SUBMIT_ASYNC -> {
        List<CompletableFuture<Receipt>> futures = new ArrayList<>();
        feedbacks.forEach(feedback -> futures.add(client.submitAsync(feedback)));
        yield outcomes(
            feedbacks, futures.stream().map(f -> receipt(() -> Way.<Receipt>result(f))).toList());
      }
      case SUBMIT_ALL -> client.submitAll(feedbacks);
      case SUBMIT_ALL_ASYNC -> result(client.submitAllAsync(feedbacks));
      case SUBMIT_EACH -> {
        List<Outcome> outcomes = new ArrayList<>();
        client.submitEach(feedbacks.iterator(), outcomes::add);
        yield outcomes;
      }
    };
  }

  /** The outcomes of the feedbacks if each is submitted like this, one after the other. */
  static List<Outcome> oneByOne(List<Feedback> feedbacks, Function<Feedback, Receipt> submit) {
    return outcomes(
        feedbacks, feedbacks.stream().map(each -> receipt(() -> submit.apply(each))).toList());
  }

  /** The result of a future; waits at most a minute. */
  static <T> T result(CompletableFuture<T> future) {
    try {
      return future.get(1, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError("a future failed with something else than a RuntimeException", e);
    } catch (TimeoutException e) {
      throw new AssertionError("a future never ended", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for a future", e);
    }
  }

  private static Ended receipt(Supplier<Receipt> submit) {
    try {
      Receipt receipt = submit.get();
      return (index, feedback) -> Outcome.accepted(index, feedback, receipt);
    } catch (FeedbackException e) {
      return (index, feedback) -> Outcome.failed(index, feedback, e);
    }
  }

  private static List<Outcome> outcomes(List<Feedback> feedbacks, List<Ended> ended) {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < feedbacks.size(); i++) {
      outcomes.add(ended.get(i).outcome(i, feedbacks.get(i)));
    }
    return outcomes;
  }

  private interface Ended {
    Outcome outcome(long index, Feedback feedback);
  }
}
