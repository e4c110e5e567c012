package io.github.llmfeedback.examples.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The tables that are printed: what was measured, and how near it is to what is to be reached. */
final class Report {
  private static final String ROW = "  %-34s %9s %9s %9s %9s %9s  %-19s %-19s %s%n";

  private final List<String> reached = new ArrayList<>();

  /** Prints what was measured; the first contender is the base of the ratios. */
  void table(String title, Results results) {
    Contender base = results.contenders().get(0);
    System.out.printf("%n%s%n", title);
    System.out.printf(
        ROW, "", "calls/s", "p50 µs", "p99 µs", "CPU µs", "bytes", "× calls/s", "× CPU", "× bytes");
    for (Contender contender : results.contenders()) {
      System.out.printf(
          ROW,
          contender.name(),
          number(results.figure(contender, Round::callsPerSecond)),
          number(results.figure(contender, round -> round.p50() / 1e3)),
          number(results.figure(contender, round -> round.p99() / 1e3)),
          number(results.figure(contender, round -> round.cpuPerCall() / 1e3)),
          number(results.figure(contender, Round::bytesPerCall)),
          results.ratio(contender, base, Round::callsPerSecond).text(),
          results.ratio(contender, base, Round::cpuPerCall).text(),
          results.ratio(contender, base, Round::bytesPerCall).text());
      if (results.failures(contender) > 0) {
        line("    %d of its calls failed", results.failures(contender));
      }
    }
  }

  /** Prints a line. */
  void line(String format, Object... arguments) {
    System.out.printf(Locale.ROOT, format + "%n", arguments);
  }

  private static String number(Spread figure) {
    double value = figure.median();
    return value == 0 ? "" : String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
  }

  /** Notes a ratio that should be at least {@code reach}. */
  void atLeast(String figure, Spread measured, double reach) {
    note(figure, measured, ">=", reach, measured.median() >= reach);
  }

  /** Notes a ratio that should be at most {@code reach}. */
  void atMost(String figure, Spread measured, double reach) {
    note(figure, measured, "<=", reach, measured.median() <= reach);
  }

  private void note(String figure, Spread measured, String sign, double reach, boolean isReached) {
    reached.add(
        String.format(
            Locale.ROOT,
            "  %-66s %-19s %s %-5s %s",
            figure,
            measured.text(),
            sign,
            reach,
            isReached ? "reached" : "NOT REACHED"));
  }

  /** Prints all that was noted: medians of the rounds' ratios, and in brackets least and most. */
  void end() {
    System.out.printf(
        "%n%-68s %-19s %s%n", "Ratios, and what they should reach", "measured", "reach");
    reached.forEach(System.out::println);
  }
}
