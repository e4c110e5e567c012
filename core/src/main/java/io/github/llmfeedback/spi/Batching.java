package io.github.llmfeedback.spi;

/**
 * How many feedbacks a provider takes in one request. Immutable.
 *
 * <pre>{@code
 * Batching.lists(100, 1 << 20).lastWins()
 * }</pre>
 */
public final class Batching {
  private static final Batching NONE = new Batching(1, Integer.MAX_VALUE, false, false);

  private final int maxFeedbacks;
  private final int maxBytes;
  private final boolean lastWins;
  private final boolean uncertain;

  private Batching(int maxFeedbacks, int maxBytes, boolean lastWins, boolean uncertain) {
    this.maxFeedbacks = maxFeedbacks;
    this.maxBytes = maxBytes;
    this.lastWins = lastWins;
    this.uncertain = uncertain;
  }

  /** One feedback in each request. */
  public static Batching none() {
    return NONE;
  }

  /**
   * Several feedbacks in one request.
   *
   * @param maxFeedbacks the maximum number of feedbacks, at least 1
   * @param maxBytes the maximum size of the request's body in bytes, at least 1
   * @throws IllegalArgumentException if a bound is less than 1
   */
  public static Batching lists(int maxFeedbacks, int maxBytes) {
    if (maxFeedbacks < 1 || maxBytes < 1) {
      throw new IllegalArgumentException(
          "a batch must allow at least 1 feedback and 1 byte, but allows "
              + maxFeedbacks
              + " and "
              + maxBytes);
    }
    return new Batching(maxFeedbacks, maxBytes, false, false);
  }

  /**
   * This batching, where a later feedback on a target overwrites an earlier one, so that no two
   * feedbacks on one target may share a request.
   */
  public Batching lastWins() {
    return new Batching(maxFeedbacks, maxBytes, true, uncertain);
  }

  /**
   * This batching, where the provider may turn out not to take lists: a list that is refused
   * because it is a list is sent again as single feedbacks.
   */
  public Batching uncertain() {
    return new Batching(maxFeedbacks, maxBytes, lastWins, true);
  }

  /** How many feedbacks one request may contain; 1 if the provider takes no lists. */
  public int maxFeedbacks() {
    return maxFeedbacks;
  }

  /** How large a request's body may be, in bytes. */
  public int maxBytes() {
    return maxBytes;
  }

  /** Whether a later feedback on a target overwrites an earlier one. */
  public boolean isLastWins() {
    return lastWins;
  }

  /** Whether the provider may turn out not to take lists. */
  public boolean isUncertain() {
    return uncertain;
  }
}
