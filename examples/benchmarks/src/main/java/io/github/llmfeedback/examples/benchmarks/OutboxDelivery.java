package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.outbox.MemoryOutboxStore;
import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** Adds a list to an outbox, by commits of 1,000, and waits until it is delivered to Portkey. */
class OutboxDelivery implements Workload {
  private static final int COMMIT = 1_000;

  private final Outbox outbox;
  private final List<Feedback> feedbacks;

  private OutboxDelivery(String url, int count, OutboxStore store) {
    outbox =
        Outbox.to(Samples.portkey(url, ClientSettings.defaults()))
            .store(store)
            .batchSize(10_000)
            .open();
    feedbacks =
        IntStream.range(0, count).mapToObj(i -> Samples.feedback(ReadyMade.target(i))).toList();
  }

  @Override
  public int callsPerRun() {
    return feedbacks.size();
  }

  @Override
  public void run() {
    for (int i = 0; i < feedbacks.size(); i += COMMIT) {
      var unused = outbox.addAll(feedbacks.subList(i, Math.min(i + COMMIT, feedbacks.size())));
    }
    if (outbox.flush(Duration.ofMinutes(5)) > 0) {
      throw new IllegalStateException("not delivered: " + outbox.stats());
    }
  }

  /** From memory. */
  static final class Memory extends OutboxDelivery {
    Memory(String url, int feedbacks) {
      super(
          url,
          feedbacks,
          MemoryOutboxStore.builder().maxEntries(1_000_000).maxBytes(1L << 30).build());
    }
  }

  /** From SQLite. */
  static final class Sqlite extends OutboxDelivery {
    Sqlite(String url, int feedbacks) throws IOException {
      super(url, feedbacks, Stores.sqlite());
    }
  }
}
