package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.FateEvent;
import io.github.llmfeedback.FeedbackListener;
import io.github.llmfeedback.concurrent.Clock;
import io.github.llmfeedback.concurrent.EventQueue;
import io.github.llmfeedback.outbox.OutboxStore.Change;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import io.github.llmfeedback.outbox.OutboxStore.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Says what became of entries: to the listener, and in the log if it was not wished for. */
final class Fates {
  private final @Nullable EventQueue<FeedbackListener> events;
  private final Notices notices;
  private final Clock clock;

  Fates(@Nullable EventQueue<FeedbackListener> events, Notices notices, Clock clock) {
    this.events = events;
    this.notices = notices;
    this.clock = clock;
  }

  /** The store wrote these. */
  void changed(List<Change> changes) {
    if (changes.isEmpty()) {
      return;
    }
    for (Change each : changes) {
      each.state()
          .fate()
          .ifPresent(
              fate -> tell(each.lane(), each.id(), fate, each.reason(), each.attempts(), null));
    }
    deliver();
  }

  /** These were written, as far as it says. */
  void settled(String lane, List<Settlement> settlements, List<Boolean> written) {
    for (int i = 0; i < settlements.size(); i++) {
      Settlement each = settlements.get(i);
      Claim claim = each.claim();
      if (written.get(i)) {
        each.state()
            .fate()
            .ifPresent(
                fate ->
                    tell(lane, claim.id(), fate, each.reason(), each.attempts(), each.detail()));
      }
    }
    deliver();
  }

  private void tell(
      String lane,
      UUID id,
      Fate fate,
      Fate.@Nullable Reason reason,
      int attempts,
      @Nullable String detail) {
    if (fate != Fate.DELIVERED && fate != Fate.SUPERSEDED) {
      // put together by hand: the oldest may be dropped by thousands
      notices.count("entries of " + lane + " are now " + fate + " (" + reason + ")", 1, detail);
    }
    if (events != null) {
      Instant added = NewEntry.added(id);
      Duration age = Duration.between(added, clock.now());
      FateEvent event =
          FateEvent.of(lane, id, fate)
              .reason(reason)
              .attempts(attempts)
              .time(added, age.isNegative() ? Duration.ZERO : age)
              .build();
      events.add(listener -> listener.onFate(event));
    }
  }

  private void deliver() {
    if (events != null) {
      events.deliver();
    }
  }

  long droppedEvents() {
    return events == null ? 0 : events.dropped();
  }

  void close(Duration limit) {
    if (events != null) {
      events.close(limit);
    }
  }
}
