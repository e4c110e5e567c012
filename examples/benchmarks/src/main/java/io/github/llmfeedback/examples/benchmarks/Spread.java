package io.github.llmfeedback.examples.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/**
 * The median of some figures, the least and the greatest.
 *
 * @param median the middle one; of an even number, the mean of the two in the middle
 * @param min the least
 * @param max the greatest
 */
record Spread(double median, double min, double max) {
  /** The spread of at least one figure. */
  static Spread of(double... figures) {
    double[] sorted = figures.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return new Spread(median, sorted[0], sorted[n - 1]);
  }

  /** Such as {@code 0.93 (0.90–0.97)}. */
  String text() {
    return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median, min, max);
  }
}
