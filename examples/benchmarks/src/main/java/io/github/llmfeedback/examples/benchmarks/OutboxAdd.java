package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxStore;
import io.github.llmfeedback.testing.RecordingFeedbackClient;
import java.io.IOException;
import java.time.Duration;

/** Adds feedback to an outbox in a database, while the provider gives no answer. */
class OutboxAdd implements Workload {
  private final Feedback feedback = Samples.feedback("trace-1");
  private final Outbox outbox;

  private OutboxAdd(OutboxStore store) {
    // It delivers nothing, as in an outage: what is measured is storing.
    outbox =
        Outbox.to(RecordingFeedbackClient.create(TargetKey.of("toy", "id")).hold())
            .store(store)
            .pollInterval(Duration.ofMinutes(10))
            .open();
  }

  @Override
  public void run() {
    outbox.add(feedback);
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
