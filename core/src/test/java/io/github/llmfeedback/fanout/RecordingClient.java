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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/** An application's own client, which completes as the test says; asynchronous methods only. */
final class RecordingClient implements FeedbackClient {
  public final List<Feedback> seen = new CopyOnWriteArrayList<>();

  private final String provider;
  private final Function<Feedback, CompletableFuture<Receipt>> answer;

  public RecordingClient(String provider, Function<Feedback, CompletableFuture<Receipt>> answer) {
    this.provider = provider;
    this.answer = answer;
  }

  /** A client that accepts everything at once. */
  public static RecordingClient taking(String provider) {
    return new RecordingClient(
        provider,
        feedback -> CompletableFuture.completedFuture(Receipt.builder(provider, "t").build()));
  }

  @Override
  public CompletableFuture<Receipt> submitAsync(Feedback feedback) {
    seen.add(feedback);
    return answer.apply(feedback);
  }

  @Override
  public List<Loss> check(Feedback feedback) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.of(provider);
  }

  @Override
  public Receipt submit(Feedback feedback) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Outcome> submitAll(Collection<? extends Feedback> feedbacks) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<List<Outcome>> submitAllAsync(Collection<? extends Feedback> feedbacks) {
    throw new UnsupportedOperationException();
  }

  @Override
  public BatchSummary submitEach(
      Iterator<? extends Feedback> feedbacks, Consumer<? super Outcome> eachOutcome) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ClientStats stats() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
