package io.github.llmfeedback.fanout;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientStats;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A client as an application may write one itself; tests override what they check. */
class ForwardingClient implements FeedbackClient {
  @Override
  public Receipt submit(Feedback feedback) {
    return submitAsync(feedback).join();
  }

  @Override
  public CompletableFuture<Receipt> submitAsync(Feedback feedback) {
    return new CompletableFuture<>();
  }

  @Override
  public List<Outcome> submitAll(Collection<? extends Feedback> feedbacks) {
    return submitAllAsync(feedbacks).join();
  }

  @Override
  public CompletableFuture<List<Outcome>> submitAllAsync(Collection<? extends Feedback> feedbacks) {
    return new CompletableFuture<>();
  }

  @Override
  public BatchSummary submitEach(
      Iterator<? extends Feedback> feedbacks, Consumer<? super Outcome> eachOutcome) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Loss> check(Feedback feedback) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.of("toy");
  }

  @Override
  public ClientStats stats() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
