package io.github.llmfeedback.engine;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientStats;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A client that falsely declares that it does not keep a part. A dialect cannot do so: the engine
 * removes the part before the dialect sees it.
 */
record UnderstatingClient(FeedbackClient client, Part denied) implements FeedbackClient {
  @Override
  public Capabilities capabilities() {
    return client.capabilities().with(Support.NONE, denied);
  }

  @Override
  public List<Loss> check(Feedback feedback) {
    return client.check(feedback);
  }

  @Override
  public Receipt submit(Feedback feedback) {
    return client.submit(feedback);
  }

  @Override
  public CompletableFuture<Receipt> submitAsync(Feedback feedback) {
    return client.submitAsync(feedback);
  }

  @Override
  public List<Outcome> submitAll(Collection<? extends Feedback> feedbacks) {
    return client.submitAll(feedbacks);
  }

  @Override
  public CompletableFuture<List<Outcome>> submitAllAsync(Collection<? extends Feedback> feedbacks) {
    return client.submitAllAsync(feedbacks);
  }

  @Override
  public BatchSummary submitEach(
      Iterator<? extends Feedback> feedbacks, Consumer<? super Outcome> eachOutcome) {
    return client.submitEach(feedbacks, eachOutcome);
  }

  @Override
  public <T> Optional<T> extension(Class<T> extension) {
    return client.extension(extension);
  }

  @Override
  public ClientStats stats() {
    return client.stats();
  }

  @Override
  public void close() {
    client.close();
  }
}
