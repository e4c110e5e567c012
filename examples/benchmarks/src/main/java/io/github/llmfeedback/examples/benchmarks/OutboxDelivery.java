package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.outbox.MemoryOutboxStore;
import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Adds a list to an outbox, by commits of 1,000, and waits until it is delivered. */
class OutboxDelivery implements Workload {
  private static final int COMMIT = 1_000;

  private final Outbox outbox;
  private final List<Feedback> feedbacks;

  private OutboxDelivery(
      FeedbackClient client, int count, IntFunction<Feedback> feedback, OutboxStore store) {
    outbox = Outbox.to(client).store(store).open();
    feedbacks = IntStream.range(0, count).mapToObj(feedback).toList();
  }

  private static FeedbackClient portkey(String url) {
    return Samples.portkey(url, ClientSettings.defaults());
  }

  private static Feedback toPortkey(int index) {
    return Samples.feedback(ReadyMade.target(index));
  }

  private static FeedbackClient helicone(String url) {
    return Samples.helicone(
        url, ClientSettings.builder().concurrency(ReadyMade.HELICONE_CONCURRENCY).build());
  }

  private static Feedback toHelicone(int index) {
    return Samples.thumb(Samples.uuid(index));
  }

  private static OutboxStore memory() {
    return MemoryOutboxStore.builder().maxEntries(1_000_000).maxBytes(1L << 30).build();
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

  /** From memory to Portkey, which takes lists. */
  static final class MemoryToPortkey extends OutboxDelivery {
    MemoryToPortkey(String url, int feedbacks) {
      super(portkey(url), feedbacks, OutboxDelivery::toPortkey, memory());
    }
  }

  /** From SQLite to Portkey. */
  static final class SqliteToPortkey extends OutboxDelivery {
    SqliteToPortkey(String url, int feedbacks) throws IOException {
      super(portkey(url), feedbacks, OutboxDelivery::toPortkey, Stores.sqlite());
    }
  }

  /** From memory to Helicone, which takes them one by one. */
  static final class MemoryToHelicone extends OutboxDelivery {
    MemoryToHelicone(String url, int feedbacks) {
      super(helicone(url), feedbacks, OutboxDelivery::toHelicone, memory());
    }
  }

  /** From SQLite to Helicone. */
  static final class SqliteToHelicone extends OutboxDelivery {
    SqliteToHelicone(String url, int feedbacks) throws IOException {
      super(helicone(url), feedbacks, OutboxDelivery::toHelicone, Stores.sqlite());
    }
  }

  /** From PostgreSQL to Portkey. */
  static final class PostgresToPortkey extends OutboxDelivery {
    PostgresToPortkey(String url, int feedbacks) throws IOException {
      super(portkey(url), feedbacks, OutboxDelivery::toPortkey, Stores.ownPostgres());
    }
  }

  /** From PostgreSQL to Helicone. */
  static final class PostgresToHelicone extends OutboxDelivery {
    PostgresToHelicone(String url, int feedbacks) throws IOException {
      super(helicone(url), feedbacks, OutboxDelivery::toHelicone, Stores.ownPostgres());
    }
  }
}
