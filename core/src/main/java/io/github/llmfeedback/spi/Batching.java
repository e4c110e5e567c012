package io.github.llmfeedback.spi;

/**
 * How a provider takes several feedbacks in one request.
 *
 * @param maxFeedbacks how many at most; 1 if it takes no lists
 * @param maxBytes how large the body may be, in bytes
 * @param lastWins whether a later feedback on a target overwrites an earlier one, so that no two on
 *     one target may share a request
 * @param uncertain whether the provider may turn out not to take lists at all
 */
public record Batching(int maxFeedbacks, int maxBytes, boolean lastWins, boolean uncertain) {
  /** One feedback, one request. */
  public static final Batching NONE = new Batching(1, Integer.MAX_VALUE, false, false);

  /** Checks the bounds. */
  public Batching {
    if (maxFeedbacks < 1 || maxBytes < 1) {
      throw new IllegalArgumentException(
          "a batch needs room for something, but has " + maxFeedbacks + " × " + maxBytes + " B");
    }
  }
}
