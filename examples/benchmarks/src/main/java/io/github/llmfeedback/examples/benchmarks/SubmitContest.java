package io.github.llmfeedback.examples.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** {@code submit} beside what else could carry a feedback over HTTP, by 1, 8 and 64 threads. */
final class SubmitContest {
  static final Contender BARE =
      Contender.of("OkHttp, ready-made bytes", OkHttpBytes.class, ClassPaths.okHttp());
  static final Contender OURS =
      Contender.of("llm-feedback submit", PortkeySubmit.Concurrent.class, ClassPaths.ours());
  private static final Contender DEFAULTS =
      Contender.of(
          "llm-feedback submit, default of 16", PortkeySubmit.Defaults.class, ClassPaths.ours());
  static final Contender DATABIND =
      Contender.of("OkHttp, databind records", OkHttpDatabind.class, ClassPaths.databind());
  private static final Contender JDK =
      Contender.of("java.net.http, ready-made bytes", JdkHttp.class, ClassPaths.jdk());
  private static final Contender LANGFUSE = Contender.langfuse();

  private static final List<Contender> ALL = List.of(BARE, OURS, DATABIND, JDK, LANGFUSE, DEFAULTS);

  private static final long WARM_UP_MILLIS = 8_000;

  private static final long ROUND_MILLIS = 1_000;

  private SubmitContest() {}

  /** Runs it and reports. */
  static void run(String url, Report report) {
    try (Contest contest = new Contest(url, ALL)) {
      for (int threads : new int[] {1, 8, 64}) {
        contest.warmUp(threads, threads, WARM_UP_MILLIS);
        List<Contender> contenders = new ArrayList<>(ALL);
        if (threads < 64) {
          contenders.remove(DEFAULTS);
        }
        report(
            threads,
            contest.rounds(contenders, CommandLine.rounds(), threads, threads, ROUND_MILLIS),
            report);
      }
    }
  }

  private static void report(int threads, Results results, Report report) {
    String row = threads == 1 ? "1 thread" : threads + " threads";
    report.table("submit, " + row, results);
    String against = "submit / OkHttp with ready-made bytes, " + row + ": ";
    Spread calls = results.ratio(OURS, BARE, Round::callsPerSecond);
    report.atLeast(against + "calls/s", calls, threads == 1 ? 0.80 : 0.85);
    if (threads == 1) {
      report.atMost(against + "CPU", results.ratio(OURS, BARE, Round::cpuPerCall), 1.35);
      report.atMost(against + "bytes", results.ratio(OURS, BARE, Round::bytesPerCall), 1.6);
    }
    report.atLeast(
        "submit / OkHttp with databind, " + row + ": calls/s",
        results.ratio(OURS, DATABIND, Round::callsPerSecond),
        0.95);
    String other = "submit / langfuse-java, " + row + ": ";
    report.atLeast(other + "calls/s", results.ratio(OURS, LANGFUSE, Round::callsPerSecond), 1);
    report.atMost(other + "CPU", results.ratio(OURS, LANGFUSE, Round::cpuPerCall), 1);
    report.atMost(other + "bytes", results.ratio(OURS, LANGFUSE, Round::bytesPerCall), 1);
  }
}
