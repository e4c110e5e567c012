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
 * @param compilingMillis how long the JVM's compilers were at work
 */
record Round(
    long calls,
    long failures,
    long nanos,
    long cpuNanos,
    long bytes,
    long p50,
    long p99,
    long compilingMillis) {
  double callsPerSecond() {
    return calls * 1e9 / nanos;
  }

  double cpuPerCall() {
    return (double) cpuNanos / calls;
  }

  double bytesPerCall() {
    return (double) bytes / calls;
  }

  /** Whether the JVM was still compiling what it ran: for more than a fiftieth of the time. */
  boolean isCompiling() {
    return compilingMillis * 50 > nanos / 1_000_000;
  }

  /** The round as a line of text, for the pipe between two JVMs. */
  String line() {
    return "%d %d %d %d %d %d %d %d"
        .formatted(calls, failures, nanos, cpuNanos, bytes, p50, p99, compilingMillis);
  }

  /** Reads a {@link #line()}. */
  static Round parse(String line) {
    long[] v = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    return new Round(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
  }
}
