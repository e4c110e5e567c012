package io.github.llmfeedback.examples.benchmarks;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.baseplate.BaseplateFeedbackClient;
import io.github.llmfeedback.helicone.HeliconeFeedbackClient;
import io.github.llmfeedback.humanloop.HumanloopFeedbackClient;
import io.github.llmfeedback.portkey.PortkeyFeedbackClient;
import java.util.UUID;

/** The clients that are measured, and what they submit. */
final class Samples {
  /** As long as a provider's key. */
  private static final String KEY = "sk-0123456789abcdef";

  private Samples() {}

  /** A thumb, a comment and an author. */
  static Feedback feedback(String target) {
    return Feedback.on(target).thumbsUp().comment("Spot on").author("u1").build();
  }

  /** A thumb, which every provider keeps. */
  static Feedback thumb(String target) {
    return Feedback.on(target).thumbsUp().build();
  }

  /** A request id as Helicone takes it: a UUID of version 4. */
  static String uuid(long index) {
    return new UUID(0x5d3c_9e1f_72ab_4000L, 0x8000_0000_0000_0000L | index).toString();
  }

  static FeedbackClient portkey(String url, ClientSettings settings) {
    return PortkeyFeedbackClient.builder(KEY).baseUrl(url).settings(settings).build();
  }

  static FeedbackClient humanloop(String url, ClientSettings settings) {
    return HumanloopFeedbackClient.builder(KEY).baseUrl(url).settings(settings).build();
  }

  static FeedbackClient helicone(String url, ClientSettings settings) {
    return HeliconeFeedbackClient.builder(KEY).baseUrl(url).settings(settings).build();
  }

  static FeedbackClient baseplate(String url, ClientSettings settings) {
    return BaseplateFeedbackClient.builder(KEY, "endpoint-1")
        .baseUrl(url)
        .settings(settings)
        .build();
  }
}
