package io.github.llmfeedback.examples.benchmarks;

import java.util.Arrays;

/**
 * What was measured in one round of one contender.
 *
 * @param calls how many calls succeeded
 * @param failures how many runs failed
 * @param nanos how long it took
 * @param cpuNanos the CPU time of its whole JVM
 * @param bytes what all its threads allocated
 * @param p50 the median duration of a call in nanoseconds; 0 if it was not measured
 * @param p99 the duration that 99 % of the calls did not exceed
 */
record Round(long calls, long failures, long nanos, long cpuNanos, long bytes, long p50, long p99) {
  double callsPerSecond() {
    return calls * 1e9 / nanos;
  }

  double cpuPerCall() {
    return (double) cpuNanos / calls;
  }

  double bytesPerCall() {
    return (double) bytes / calls;
  }

  /** The round as a line of text, for the pipe between two JVMs. */
  String line() {
    return "%d %d %d %d %d %d %d".formatted(calls, failures, nanos, cpuNanos, bytes, p50, p99);
  }

  /** Reads a {@link #line()}. */
  static Round parse(String line) {
    long[] values = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    return new Round(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
  }
}
