package io.github.llmfeedback.examples.kafka;

/**
 * The names of the topics that feedback goes through, of which the first two are consumed.
 *
 * @param feedback what the application sends
 * @param retry what was surely not stored by the provider, to be tried again after a while
 * @param deadLetter what was refused for good
 * @param parked what may have been stored, and may count twice if it is sent again
 */
public record FeedbackTopics(String feedback, String retry, String deadLetter, String parked) {
  /** The topic {@code name}, and three whose names begin with it. */
  public static FeedbackTopics named(String name) {
    return new FeedbackTopics(name, name + "-retry", name + "-dead-letter", name + "-parked");
  }
}
