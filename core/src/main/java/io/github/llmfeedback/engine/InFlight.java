package io.github.llmfeedback.engine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many single calls a client has in flight and queued, and the bytes of their bodies. Both are
 * in one number, because every call of every thread changes them: the calls above, the bytes, of
 * which there are less than 2^40, below.
 */
final class InFlight {
  private static final int BITS = 40;

  private final int maxCalls;
  private final long maxBytes;
  private final AtomicLong sum = new AtomicLong();

  InFlight(int maxCalls, long maxBytes) {
    this.maxCalls = maxCalls;
    this.maxBytes = maxBytes;
  }

  /**
   * Adds a call, which must be {@linkplain #remove removed} at its end even if this returns false.
   *
   * @return whether it is within the bounds; a call with more bytes than the maximum is if it is
   *     the only one
   */
  boolean add(int size) {
    long before = sum.getAndAdd(number(size));
    long calls = before >>> BITS;
    long bytes = before & ((1L << BITS) - 1);
    return calls < maxCalls && (calls == 0 || size <= maxBytes - bytes);
  }

  /** Removes a call that was added. */
  void remove(int size) {
    sum.addAndGet(-number(size));
  }

  private static long number(int size) {
    return (1L << BITS) + size;
  }
}
