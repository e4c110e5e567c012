package io.github.llmfeedback.outbox;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientStats;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A client as an application may write one itself, which does what a test wants. */
class OwnClient implements FeedbackClient {
  /** What it was given, list by list. */
  final ConcurrentLinkedQueue<List<Feedback>> lists = new ConcurrentLinkedQueue<>();

  private final Capabilities capabilities;
  private final Function<List<Feedback>, CompletableFuture<List<Outcome>>> answer;

  private boolean isForgetful;

  OwnClient(
      Capabilities capabilities,
      Function<List<Feedback>, CompletableFuture<List<Outcome>>> answer) {
    this.capabilities = capabilities;
    this.answer = answer;
  }

  OwnClient(Function<List<Feedback>, CompletableFuture<List<Outcome>>> answer) {
    this(Capabilities.of("own"), answer);
  }

  /** A client that fails with an error for each feedback, or accepts it where that is null. */
  static OwnClient each(Function<Feedback, @Nullable FeedbackException> errors) {
    return new OwnClient(feedbacks -> CompletableFuture.completedFuture(all(feedbacks, errors)));
  }

  static List<Outcome> all(
      List<Feedback> feedbacks, Function<Feedback, @Nullable FeedbackException> errors) {
    List<Outcome> outcomes = new ArrayList<>();
    for (Feedback each : feedbacks) {
      FeedbackException error = errors.apply(each);
      outcomes.add(
          error == null
              ? accepted(outcomes.size(), each)
              : Outcome.failed(outcomes.size(), each, error));
    }
    return outcomes;
  }

  static Outcome accepted(int index, Feedback feedback) {
    return Outcome.accepted(index, feedback, Receipt.builder("own", "target").build());
  }

  /** Has it keep no list of what it was given. */
  OwnClient forgetful() {
    isForgetful = true;
    return this;
  }

  int given() {
    return lists.stream().mapToInt(List::size).sum();
  }

  @Override
  public Receipt submit(Feedback feedback) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Receipt> submitAsync(Feedback feedback) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Outcome> submitAll(Collection<? extends Feedback> feedbacks) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<List<Outcome>> submitAllAsync(Collection<? extends Feedback> feedbacks) {
    List<Feedback> list = List.copyOf(feedbacks);
    if (!isForgetful) {
      lists.add(list);
    }
    return answer.apply(list);
  }

  @Override
  public BatchSummary submitEach(
      Iterator<? extends Feedback> feedbacks, Consumer<? super Outcome> eachOutcome) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Loss> check(Feedback feedback) {
    return List.of();
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public ClientStats stats() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
