package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** This library's {@code submitAll}. */
class SubmitAll implements Workload {
  private final FeedbackClient client;
  private final List<Feedback> feedbacks;

  private SubmitAll(FeedbackClient client, int count, IntFunction<Feedback> feedback) {
    this.client = client;
    this.feedbacks = IntStream.range(0, count).mapToObj(feedback).toList();
  }

  @Override
  public int callsPerRun() {
    return feedbacks.size();
  }

  @Override
  public void run() {
    client.submitAll(feedbacks).forEach(Outcome::orThrow);
  }

  /** To Portkey, which takes lists. */
  static final class Portkey extends SubmitAll {
    Portkey(String url, int feedbacks) {
      super(
          Samples.portkey(url, ClientSettings.defaults()),
          feedbacks,
          i -> Samples.feedback(ReadyMade.target(i)));
    }
  }

  /** To Humanloop, which takes lists. */
  static final class Humanloop extends SubmitAll {
    Humanloop(String url, int feedbacks) {
      super(
          Samples.humanloop(url, ClientSettings.defaults()),
          feedbacks,
          i -> Samples.thumb(ReadyMade.target(i)));
    }
  }

  /** To Baseplate, which takes lists. */
  static final class Baseplate extends SubmitAll {
    Baseplate(String url, int feedbacks) {
      super(
          Samples.baseplate(url, ClientSettings.defaults()),
          feedbacks,
          i -> Samples.thumb(ReadyMade.target(i)));
    }
  }

  /** To Helicone, which takes them one by one. */
  static final class Helicone extends SubmitAll {
    Helicone(String url, int feedbacks) {
      super(
          Samples.helicone(
              url, ClientSettings.builder().concurrency(ReadyMade.HELICONE_CONCURRENCY).build()),
          feedbacks,
          i -> Samples.thumb(Samples.uuid(i)));
    }
  }
}
