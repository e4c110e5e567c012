package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;

/** This library's {@code submit}, with as many calls in flight as there are threads. */
final class PortkeySubmit implements Workload {
  private final Feedback feedback = Samples.feedback("trace-1");
  private final PortkeyFeedbackClient client;

  PortkeySubmit(String url, int threads) {
    client =
        PortkeyFeedbackClient.builder(Samples.KEY)
            .baseUrl(url)
            .settings(settings -> settings.concurrency(threads))
            .build();
  }

  @Override
  public void run() {
    client.submit(feedback);
  }

  /** The same with default settings, whatever the number of threads. */
  static final class Defaults implements Workload {
    private final PortkeySubmit submit;

    Defaults(String url, int threads) {
      submit = new PortkeySubmit(url, ClientSettings.defaults().concurrency());
    }

    @Override
    public void run() {
      submit.run();
    }
  }
}
