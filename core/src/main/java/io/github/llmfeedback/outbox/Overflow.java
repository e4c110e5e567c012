package io.github.llmfeedback.outbox;

import java.time.Duration;
import java.util.Objects;

/** What a full store does with what is added. Immutable. */
public final class Overflow {
  private static final Duration LONGEST = Duration.ofDays(1);

  private final boolean isDropping;
  private final Duration wait;

  private Overflow(boolean isDropping, Duration wait) {
    this.isDropping = isDropping;
    this.wait = wait;
  }

  /** Refuses it with an {@link OutboxFullException}; the default. */
  public static Overflow refuse() {
    return new Overflow(false, Duration.ZERO);
  }

  /**
   * Drops the oldest entries that are pending, as many as it takes; they are counted, and said once
   * a minute. Refuses if that is not enough.
   */
  public static Overflow dropOldest() {
    return new Overflow(true, Duration.ZERO);
  }

  /**
   * Has the caller wait until there is room, at most so long, and then refuses. This is the one way
   * in which {@link Outbox#add} waits for a provider.
   *
   * @param limit more than 0, at most a day
   */
  public static Overflow waitUpTo(Duration limit) {
    Objects.requireNonNull(limit, "limit must not be null");
    if (limit.isNegative() || limit.isZero() || limit.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "limit must be more than 0 and at most a day, but is " + limit);
    }
    return new Overflow(false, limit);
  }

  /** Whether the oldest are dropped. */
  public boolean isDropping() {
    return isDropping;
  }

  /** How long the caller waits before it is refused; zero unless it was told to wait. */
  public Duration limit() {
    return wait;
  }

  @Override
  public String toString() {
    return isDropping ? "drop oldest" : wait.isZero() ? "refuse" : "wait up to " + wait;
  }
}
