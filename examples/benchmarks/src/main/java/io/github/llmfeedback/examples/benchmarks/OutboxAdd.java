package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxStore;
import io.github.llmfeedback.testing.RecordingFeedbackClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Adds feedback to an outbox in a database, while the provider gives no answer. */
class OutboxAdd implements Workload {
  private final Feedback[] feedbacks = feedbacks();
  private final AtomicInteger index = new AtomicInteger();
  private final Outbox outbox;

  private OutboxAdd(OutboxStore store) {
    outbox = silent(store);
  }

  /** On so many targets that a lane is full with them. */
  static Feedback[] feedbacks() {
    return IntStream.range(0, 1024)
        .mapToObj(i -> Samples.feedback("trace-" + i))
        .toArray(Feedback[]::new);
  }

  /**
   * An outbox that delivers nothing, as in an outage, so that storing alone is measured: all that
   * its lane may send at a time is on its way.
   */
  static Outbox silent(OutboxStore store) {
    RecordingFeedbackClient client =
        RecordingFeedbackClient.create(TargetKey.of("toy", "id")).hold();
    Outbox outbox =
        Outbox.to(client)
            .store(store)
            .batchSize(100)
            .pollInterval(Duration.ofMinutes(10))
            .closeTimeout(Duration.ZERO)
            .open();
    outbox.addAll(List.of(feedbacks()));
    while (client.held() < 200) {
      LockSupport.parkNanos(1_000_000);
    }
    return outbox;
  }

  @Override
  public void run() {
    outbox.add(feedbacks[index.getAndIncrement() & 1023]);
  }

  /** To SQLite. */
  static final class Sqlite extends OutboxAdd {
    Sqlite(String url, int threads) throws IOException {
      super(Stores.sqlite());
    }
  }

  /** To PostgreSQL. */
  static final class Postgres extends OutboxAdd {
    Postgres(String url, int threads) {
      super(Stores.postgres(url, "outbox_" + threads + "_", threads));
    }
  }
}
