package io.github.llmfeedback.examples.benchmarks;

import java.util.List;

/**
 * Many feedbacks at once beside OkHttp's dispatcher with the same requests ready-made and as many
 * of them in flight.
 */
final class BatchContest {
  private static final List<Batch> BATCHES =
      List.of(
          new Batch("Portkey", OkHttpEnqueue.Portkey.class, SubmitAll.Portkey.class),
          new Batch("Humanloop", OkHttpEnqueue.Humanloop.class, SubmitAll.Humanloop.class),
          new Batch("Baseplate", OkHttpEnqueue.Baseplate.class, SubmitAll.Baseplate.class));

  private final String url;
  private final Report report;

  private BatchContest(String url, Report report) {
    this.url = url;
    this.report = report;
  }

  /** Single feedbacks: runs it and reports. */
  static void runSingly(String url, Report report) {
    Batch async = new Batch("", OkHttpEnqueue.Singly.class, PortkeySubmitAsync.class);
    new BatchContest(url, report)
        .compare("submitAsync, 10,000 in flight", 10_000, async, 40_000, 0.85);
  }

  /** Lists: runs it and reports. */
  static void run(String url, Report report) {
    BatchContest here = new BatchContest(url, report);
    // Posting what is ready costs next to nothing here; a provider that responds at once does not
    // exist. So lists are measured beside a server that takes 10 ms too.
    BatchContest slow = new BatchContest(url + "/slow", report);
    for (Batch batch : BATCHES) {
      String title = "submitAll of 100,000 to " + batch.provider();
      here.compare(title + ", server at once", 100_000, batch, 5_000, 0.75);
      slow.compare(title + ", server in 10 ms", 100_000, batch, 5_000, 0.75);
    }
  }

  private void compare(String title, int feedbacks, Batch batch, long warmUpMillis, double reach) {
    Contender bare = Contender.of("OkHttp enqueue, ready-made", batch.bare(), ClassPaths.okHttp());
    Contender ours = Contender.of("llm-feedback", batch.ours(), ClassPaths.ours());
    List<Contender> both = List.of(bare, ours);
    try (Contest contest = new Contest(url, both)) {
      contest.warmUp(feedbacks, 1, warmUpMillis);
      int rounds = CommandLine.fewRounds();
      Results results = contest.rounds(both, rounds, feedbacks, 1, 500);
      report.table(title, results);
      report.atLeast(
          title + " / ready-made", results.ratio(ours, bare, Round::callsPerSecond), reach);
    }
  }

  /** The two sides of a comparison. */
  private record Batch(
      String provider, Class<? extends Workload> bare, Class<? extends Workload> ours) {}
}
