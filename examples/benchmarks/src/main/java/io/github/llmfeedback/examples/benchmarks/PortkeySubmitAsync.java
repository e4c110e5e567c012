package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import java.util.concurrent.CompletableFuture;

/** This library's {@code submitAsync} with many feedbacks submitted before the first is done. */
final class PortkeySubmitAsync implements Workload {
  private final Feedback feedback = Samples.feedback("trace-1");
  private final int feedbacks;
  private final FeedbackClient client;

  PortkeySubmitAsync(String url, int feedbacks) {
    this.feedbacks = feedbacks;
    client = Samples.portkey(url, ClientSettings.builder().maxPending(2 * feedbacks).build());
  }

  @Override
  public int callsPerRun() {
    return feedbacks;
  }

  @Override
  public void run() {
    CompletableFuture<?>[] all = new CompletableFuture<?>[feedbacks];
    for (int i = 0; i < feedbacks; i++) {
      all[i] = client.submitAsync(feedback);
    }
    CompletableFuture.allOf(all).join();
  }
}
