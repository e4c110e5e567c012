package io.github.llmfeedback.outbox.crash;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import io.github.llmfeedback.outbox.Outbox;
import io.github.llmfeedback.outbox.OutboxStore;
import io.github.llmfeedback.spi.Batching;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What an outbox does with feedback that may have arrived. */
enum Mode {
  /** It is parked: the default. */
  PARK,
  /** It is sent again, and may count twice. */
  REPEAT,
  /** It is sent again, which does no harm: the provider keeps one feedback on a target. */
  OVERWRITE;

  /** The only lane. */
  static final String LANE = "toy";

  /** How long after its death a process's entries are taken from it. */
  static final Duration LEASE = Duration.ofSeconds(2);

  /**
   * Opens an outbox that delivers in this way, with short waits.
   *
   * @param list how many feedbacks one request has at most
   * @param key names the process to the server
   */
  Outbox open(OutboxStore store, String url, String key, int list) {
    return Outbox.to(LANE, client(url, key, list))
        .store(store)
        .repeatUncertain(this == REPEAT)
        .batchSize(40)
        .lease(LEASE)
        .pollInterval(Duration.ofMillis(50))
        .backoff(Duration.ofMillis(10), Duration.ofMillis(100))
        .keep(Duration.ofDays(1), Duration.ofDays(1))
        .open();
  }

  private FeedbackClient client(String url, String key, int list) {
    ToyDialect dialect =
        this == OVERWRITE
            ? new Overwriting(list)
            : list == 1 ? ToyDialect.plain() : ToyDialect.lists(list);
    ClientSettings settings =
        ToyClient.impatient().maxRetries(1).attemptTimeout(Duration.ofSeconds(10)).build();
    return new ToyClient(url, key, dialect, settings);
  }

  /** The dialect of a provider that keeps the last comment on a target. */
  private static final class Overwriting extends ToyDialect {
    private final int list;

    Overwriting(int list) {
      super(Capabilities.of("toy").with(Support.NATIVE, Part.COMMENT).overwriting());
      this.list = list;
    }

    @Override
    public Batching batching() {
      return (list == 1 ? Batching.none() : Batching.lists(list, 1 << 20)).lastWins();
    }

    @Override
    public WireRequest request(List<List<Map<String, Object>>> feedbacks) {
      return super.request(feedbacks).repeatable();
    }
  }
}
