package io.github.llmfeedback.fanout;

import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.concurrent.NonBlocking;
import io.github.llmfeedback.concurrent.SharedThreads;
import java.util.Locale;
import java.util.Objects;

/**
 * One client of a fan-out. Thread-safe.
 *
 * @param name the name under which the application added it
 * @param provider the provider that its errors name, read once: asking the client may fail
 * @param client the client
 * @param queue the queue from which its calls begin, unless it never blocks
 */
record Member(String name, String provider, FeedbackClient client, MemberQueue queue) {
  /** A client under the name of its provider. */
  static Member of(FeedbackClient client) {
    String provider;
    try {
      provider = providerOf(client);
    } catch (Throwable unknown) { // an application's own client may throw anything
      throw new IllegalArgumentException(
          "the client does not name its provider, because its capabilities() fails or gives null;"
              + " name it with add(name, client)",
          unknown);
    }
    return new Member(provider, provider, client, new MemberQueue());
  }

  /** A client under a name that the application chose. */
  static Member of(String name, FeedbackClient client) {
    String provider;
    try {
      provider = providerOf(client);
    } catch (Throwable unknown) { // a mock, for example
      provider = name.replaceAll("[^A-Za-z0-9._-]", "-").toLowerCase(Locale.ROOT);
    }
    return new Member(name, provider, client, new MemberQueue());
  }

  private static String providerOf(FeedbackClient client) {
    return Objects.requireNonNull(client.capabilities(), "capabilities() gave null").provider();
  }

  /** Whether it is this library's own, which refuses bad input before it sends anything. */
  boolean isOwn() {
    return client instanceof NonBlocking;
  }

  /** Begins a call: at once, or when its turn comes in the client's queue. */
  void begin(MemberQueue.Start start, SharedThreads threads) {
    if (isOwn()) {
      start.run();
    } else {
      queue.add(start, threads);
    }
  }
}
