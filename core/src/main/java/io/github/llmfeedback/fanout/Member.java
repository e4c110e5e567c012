package io.github.llmfeedback.fanout;

import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.concurrent.NonBlocking;
import io.github.llmfeedback.concurrent.SharedThreads;
import java.util.Locale;
import java.util.Objects;

/**
 * One client of a fan-out. Thread-safe.
 *
 * @param name how the application calls it
 * @param provider whom its errors name, known once for all: a client may fail when it is asked
 * @param client the client
 * @param queue where its calls begin, unless it never blocks
 */
record Member(String name, String provider, FeedbackClient client, MemberQueue queue) {
  /** A client by the name of its provider. */
  static Member of(FeedbackClient client) {
    String provider;
    try {
      provider = providerOf(client);
    } catch (Throwable unknown) { // a client of the application's own may throw anything
      throw new IllegalArgumentException(
          "the client does not tell its provider, because its capabilities() fails or gives null;"
              + " name it with add(name, client)",
          unknown);
    }
    return new Member(provider, provider, client, new MemberQueue());
  }

  /** A client by a name of the application's own. */
  static Member of(String name, FeedbackClient client) {
    String provider;
    try {
      provider = providerOf(client);
    } catch (Throwable unknown) { // a mock, say
      provider = name.replaceAll("[^A-Za-z0-9._-]", "-").toLowerCase(Locale.ROOT);
    }
    return new Member(name, provider, client, new MemberQueue());
  }

  private static String providerOf(FeedbackClient client) {
    return Objects.requireNonNull(client.capabilities(), "capabilities() gave null").provider();
  }

  /** Whether it is one of this library's, which refuses bad input before it sends anything. */
  boolean isOwn() {
    return client instanceof NonBlocking;
  }

  /** Begins a call: at once, or as soon as the client's queue comes to it. */
  void begin(MemberQueue.Start start, SharedThreads threads) {
    if (isOwn()) {
      start.run();
    } else {
      queue.add(start, threads);
    }
  }
}
