package io.github.llmfeedback.examples.benchmarks;

import java.util.Arrays;

/**
 * How long calls took, in constant memory: counts in buckets that are at most 1.6 % wide. Not
 * thread-safe; each thread fills its own.
 */
final class Latencies {
  /** Buckets for each doubling, as a power of two. */
  private static final int PRECISION = 6;

  private final long[] counts = new long[(64 - PRECISION) << PRECISION];

  /** Adds one duration in nanoseconds, which is not negative. */
  void add(long nanos) {
    counts[bucket(nanos)]++;
  }

  /** Adds all that another has. */
  void addAll(Latencies other) {
    Arrays.setAll(counts, i -> counts[i] + other.counts[i]);
  }

  /** The duration in nanoseconds that {@code share} of all do not exceed; 0 if there is none. */
  long quantile(double share) {
    long total = Arrays.stream(counts).sum();
    long left = (long) Math.ceil(share * total);
    for (int i = 0; i < counts.length; i++) {
      left -= counts[i];
      if (left <= 0 && counts[i] > 0) {
        return lowest(i);
      }
    }
    return 0;
  }

  private static int bucket(long nanos) {
    int shift = Math.max(0, 63 - PRECISION - Long.numberOfLeadingZeros(nanos | 1));
    return (shift << PRECISION) + (int) (nanos >>> shift);
  }

  /** The lowest duration of a bucket; the inverse of {@link #bucket}. */
  private static long lowest(int bucket) {
    int shift = Math.max(0, (bucket >> PRECISION) - 1);
    return (long) (bucket - (shift << PRECISION)) << shift;
  }
}
