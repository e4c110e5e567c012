package io.github.llmfeedback.examples.benchmarks;

import java.util.Arrays;
import java.util.List;

/** The live heap while a million feedbacks are streamed. */
final class StreamHeap {
  private static final int FEEDBACKS = 1_000_000;

  private StreamHeap() {}

  /** Runs it and reports. */
  static void run(String url, Report report) {
    try (Jvm jvm =
        Jvm.start(ClassPaths.ours(), List.of(), StreamMain.class, url, String.valueOf(FEEDBACKS))) {
      double callsPerSecond = Double.parseDouble(jvm.line());
      double[] megabytes =
          Arrays.stream(jvm.line().split(" ", -1))
              .mapToDouble(bytes -> Long.parseLong(bytes) / 1e6)
              .toArray();
      int third = megabytes.length / 3;
      Spread early = Spread.of(Arrays.copyOf(megabytes, third));
      Spread late =
          Spread.of(Arrays.copyOfRange(megabytes, megabytes.length - third, megabytes.length));
      report.line(
          "%nsubmitEach of 1,000,000: %,.0f calls/s, live heap after %d full collections, MB:"
              + " %s, first third %s, last third %s",
          callsPerSecond, megabytes.length, Spread.of(megabytes).text(), early.text(), late.text());
      report.atMost("submitEach of 1,000,000: greatest live heap in MB", greatest(megabytes), 32);
      Spread growth = Spread.of(late.median() / early.median());
      report.atMost("submitEach of 1,000,000: live heap, last third / first", growth, 1.1);
    }
  }

  private static Spread greatest(double[] figures) {
    return Spread.of(Spread.of(figures).max());
  }
}
