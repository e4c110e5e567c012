package io.github.llmfeedback.examples.benchmarks;

import java.util.Arrays;
import java.util.List;

/** The first call in a fresh JVM, this library beside OkHttp with databind; the JVMs take turns. */
final class FirstCallContest {
  private FirstCallContest() {}

  /** Runs it and reports. */
  static void run(String url, Report report) {
    int jvms = 2 * CommandLine.rounds() + 1;
    double[][] ours = new double[jvms][];
    double[][] theirs = new double[jvms][];
    for (int i = 0; i < jvms; i++) {
      theirs[i] = millis(SubmitContest.DATABIND, url);
      ours[i] = millis(SubmitContest.OURS, url);
    }
    report.line(
        "%nFirst call in a fresh JVM, ms: llm-feedback %s, the call alone %s;"
            + " OkHttp with databind %s, the call alone %s",
        spread(ours, 0).text(),
        spread(ours, 1).text(),
        spread(theirs, 0).text(),
        spread(theirs, 1).text());
    report.atMost("first submit in a fresh JVM / databind", ratio(ours, theirs, 0), 1.2);
    report.atMost("  the call alone, the client being built", ratio(ours, theirs, 1), 1.2);
  }

  /** From {@code main}'s beginning, and the call alone. */
  private static double[] millis(Contender contender, String url) {
    try (Jvm jvm =
        Jvm.start(
            contender.classPath(), List.of(), FirstCallMain.class, contender.workload(), url)) {
      return new double[] {Long.parseLong(jvm.line()) / 1e6, Long.parseLong(jvm.line()) / 1e6};
    }
  }

  private static Spread spread(double[][] millis, int figure) {
    return Spread.of(Arrays.stream(millis).mapToDouble(jvm -> jvm[figure]).toArray());
  }

  private static Spread ratio(double[][] above, double[][] below, int figure) {
    double[] ratios = new double[above.length];
    Arrays.setAll(ratios, i -> above[i][figure] / below[i][figure]);
    return Spread.of(ratios);
  }
}
