package io.github.llmfeedback.examples.benchmarks;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A logarithmic axis.
 *
 * @param least the value at its beginning, more than 0
 * @param most the value at its end, more than {@code least}
 * @param begin where it begins in the drawing
 * @param end where it ends in the drawing
 */
record Scale(double least, double most, double begin, double end) {
  /** An axis from the least to the greatest of some values; a decade if they are all the same. */
  static Scale around(double[] values, double begin, double end) {
    double least = Arrays.stream(values).min().orElse(1);
    double most = Arrays.stream(values).max().orElse(1);
    return new Scale(least, most > least ? most : 10 * least, begin, end);
  }

  /** Where a value stands. */
  double at(double value) {
    return begin + (end - begin) * Math.log(value / least) / Math.log(most / least);
  }

  /** The round values on it: 1, 2 and 5 times the powers of ten. */
  double[] ticks() {
    int low = (int) Math.floor(Math.log10(least));
    int high = (int) Math.ceil(Math.log10(most));
    return IntStream.rangeClosed(low, high)
        .mapToDouble(power -> Math.pow(10, power))
        .flatMap(power -> DoubleStream.of(power, 2 * power, 5 * power))
        .filter(tick -> tick >= least && tick <= most)
        .toArray();
  }
}
