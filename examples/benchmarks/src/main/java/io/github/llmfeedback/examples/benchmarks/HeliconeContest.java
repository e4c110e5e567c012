package io.github.llmfeedback.examples.benchmarks;

import java.nio.file.Path;
import java.util.List;

/** Batches to Helicone, which takes no lists: over HTTP/2, and while it limits the rate. */
final class HeliconeContest {
  private static final int FEEDBACKS = 10_000;
  private static final int STREAMED = 4_000;

  private HeliconeContest() {}

  /** Compares {@code submitAll} over HTTP/2 with what its concurrency permits. */
  static void runHttp2(Report report) {
    Path trusted = CommandLine.output().resolve("benchmarks.p12");
    List<String> trust =
        List.of(
            "-Djavax.net.ssl.trustStore=" + trusted,
            "-Djavax.net.ssl.trustStorePassword=" + Http2Server.PASSWORD);
    Contender ours =
        new Contender("llm-feedback", SubmitAll.Helicone.class.getName(), ClassPaths.ours(), trust);
    Contender bare =
        new Contender(
            "OkHttp enqueue, ready-made",
            OkHttpEnqueue.Helicone.class.getName(),
            ClassPaths.okHttp(),
            trust);
    List<Contender> both = List.of(bare, ours);
    double permitted = ReadyMade.HELICONE_CONCURRENCY * 1e3 / Http2Server.DELAY_MILLIS;
    try (Jvm server =
            Jvm.start(ClassPaths.all(), List.of(), Http2Server.class, trusted.toString());
        Contest contest = new Contest("https://localhost:" + server.line(), both)) {
      contest.warmUp(FEEDBACKS / 5, 1, 0);
      int rounds = Math.max(1, CommandLine.rounds() / 5);
      Results results = contest.rounds(both, rounds, FEEDBACKS, 1, 0);
      report.table("submitAll of 10,000 to Helicone over HTTP/2, 50 ms, 32 in flight", results);
      report.atLeast(
          "submitAll to Helicone over HTTP/2 / what concurrency permits",
          results.figure(ours, round -> round.callsPerSecond() / permitted),
          0.9);
      report.line(
          "  of what the concurrency permits, %s; OkHttp %s",
          results.figure(ours, round -> round.callsPerSecond() / permitted).text(),
          results.figure(bare, round -> round.callsPerSecond() / permitted).text());
    }
  }

  /** Compares {@code submitEach} with and without refusals for the rate. */
  static void runLimited(String url, Report report) {
    Contender none =
        Contender.of("none refused", HeliconeSubmitEach.Accepted.class, ClassPaths.ours());
    Contender some =
        Contender.of("1 % refused with 429", HeliconeSubmitEach.Limited.class, ClassPaths.ours());
    List<Contender> both = List.of(none, some);
    try (Contest contest = new Contest(url, both)) {
      contest.warmUp(STREAMED / 4, 1, 0);
      Results results = contest.rounds(both, CommandLine.fewRounds(), STREAMED, 1, 0);
      report.table("submitEach of 4,000 to Helicone, 10 ms each", results);
      report.atLeast(
          "submitEach to Helicone, 1 % of 429 / none: calls/s",
          results.ratio(some, none, Round::callsPerSecond), 0.8);
    }
  }
}
