package io.github.llmfeedback.engine;

import io.github.llmfeedback.AttemptEvent;
import io.github.llmfeedback.FeedbackListener;
import io.github.llmfeedback.OutcomeEvent;
import io.github.llmfeedback.RetryEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listener that keeps what it is told, in order. */
class Heard implements FeedbackListener {
  final List<Object> all = new CopyOnWriteArrayList<>();

  @Override
  public void onAttempt(AttemptEvent event) {
    all.add(event);
  }

  @Override
  public void onRetry(RetryEvent event) {
    all.add(event);
  }

  @Override
  public void onOutcome(OutcomeEvent event) {
    all.add(event);
  }

  List<AttemptEvent> attempts() {
    return of(AttemptEvent.class);
  }

  List<RetryEvent> retries() {
    return of(RetryEvent.class);
  }

  List<OutcomeEvent> outcomes() {
    return of(OutcomeEvent.class);
  }

  /** The receipt or the error of each outcome, in order. */
  List<Object> results() {
    return outcomes().stream()
        .map(event -> event.receipt().isPresent() ? event.receipt().get() : event.error().get())
        .map(Object.class::cast)
        .toList();
  }

  private <T> List<T> of(Class<T> type) {
    return all.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
