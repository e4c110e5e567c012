package io.github.llmfeedback.testing;

import io.github.llmfeedback.ClientStats;
import io.github.llmfeedback.FailureKind;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** What a recording client was asked to do, in order. Thread-safe. */
final class Recorded {
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Submission> submissions = new ArrayList<>();
  private final List<RecordedUpdate> updates = new ArrayList<>();
  private final List<Receipt> retractions = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();

  void submission(Feedback feedback, Call call) {
    locked(() -> submissions.add(new Submission(feedback, call)) && calls.add(call));
  }

  void update(Receipt receipt, Feedback feedback, Call call) {
    locked(() -> updates.add(new RecordedUpdate(receipt, feedback)) && calls.add(call));
  }

  void retraction(Receipt receipt, Call call) {
    locked(() -> retractions.add(receipt) && calls.add(call));
  }

  List<Feedback> submitted() {
    return locked(() -> submissions.stream().map(Submission::feedback).toList());
  }

  List<Outcome> outcomes() {
    List<Submission> all = locked(() -> List.copyOf(submissions));
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      all.get(i).call.outcome(i, all.get(i).feedback).ifPresent(outcomes::add);
    }
    return List.copyOf(outcomes);
  }

  List<RecordedUpdate> updates() {
    return locked(() -> List.copyOf(updates));
  }

  List<Receipt> retractions() {
    return locked(() -> List.copyOf(retractions));
  }

  /** What became of all these calls, with so many in flight. */
  ClientStats stats(int inFlight) {
    Map<FailureKind, Long> failures = new EnumMap<>(FailureKind.class);
    long accepted = 0;
    for (Call call : locked(() -> List.copyOf(calls))) {
      accepted += call.isAccepted() ? 1 : 0;
      call.error().ifPresent(error -> failures.merge(FailureKind.of(error), 1L, Long::sum));
    }
    ClientStats.Builder stats = ClientStats.builder().accepted(accepted).inFlight(inFlight);
    failures.forEach(stats::failed);
    return stats.build();
  }

  void clear() {
    locked(
        () -> {
          submissions.clear();
          updates.clear();
          retractions.clear();
          calls.clear();
          return true;
        });
  }

  private <T> T locked(Supplier<T> access) {
    lock.lock();
    try {
      return access.get();
    } finally {
      lock.unlock();
    }
  }

  private record Submission(Feedback feedback, Call call) {}
}
