package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/** This library's {@code submitEach} to Helicone, beside a server that takes 10 ms. */
class HeliconeSubmitEach implements Workload {
  private final AtomicLong first = new AtomicLong();
  private final int feedbacks;
  private final FeedbackClient client;

  private HeliconeSubmitEach(String url, int feedbacks) {
    this.feedbacks = feedbacks;
    this.client = Samples.helicone(url, ClientSettings.defaults());
  }

  @Override
  public int callsPerRun() {
    return feedbacks;
  }

  @Override
  public void run() {
    long from = first.getAndAdd(feedbacks); // ratings of one request are more than a second apart
    BatchSummary summary =
        client.submitEach(
            LongStream.range(from, from + feedbacks)
                .mapToObj(i -> Samples.thumb(Samples.uuid(i)))
                .iterator(),
            Outcome::orThrow);
    if (summary.accepted() != feedbacks) {
      throw new IllegalStateException("not all were accepted: " + summary);
    }
  }

  /** The server accepts all. */
  static final class Accepted extends HeliconeSubmitEach {
    Accepted(String url, int feedbacks) {
      super(url + "/slow", feedbacks);
    }
  }

  /** The server answers 1 % with 429, without {@code Retry-After}. */
  static final class Limited extends HeliconeSubmitEach {
    Limited(String url, int feedbacks) {
      super(url + "/slow/limited", feedbacks);
    }
  }
}
