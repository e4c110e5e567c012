package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.FateEvent;
import io.github.llmfeedback.FeedbackListener;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A listener that keeps the fates that it was told. */
final class HeardFates implements FeedbackListener {
  final ConcurrentLinkedQueue<FateEvent> events = new ConcurrentLinkedQueue<>();

  @Override
  public void onFate(FateEvent event) {
    events.add(event);
  }

  List<Fate> of(UUID id) {
    return events.stream().filter(event -> event.id().equals(id)).map(FateEvent::fate).toList();
  }
}
