package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;

/** This library's {@code submit}. */
class PortkeySubmit implements Workload {
  private final Feedback feedback = Samples.feedback("trace-1");
  private final FeedbackClient client;

  private PortkeySubmit(String url, ClientSettings settings) {
    client = Samples.portkey(url, settings);
  }

  @Override
  public void run() {
    client.submit(feedback);
  }

  /** With as many calls in flight as there are threads. */
  static final class Concurrent extends PortkeySubmit {
    Concurrent(String url, int threads) {
      super(url, ClientSettings.builder().concurrency(threads).build());
    }
  }

  /** With default settings, whatever the number of threads. */
  static final class Defaults extends PortkeySubmit {
    Defaults(String url, int threads) {
      super(url, ClientSettings.defaults());
    }
  }
}
