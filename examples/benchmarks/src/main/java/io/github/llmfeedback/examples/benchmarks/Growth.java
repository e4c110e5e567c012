package io.github.llmfeedback.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** How calls per second grow with the size of a batch and with the number of threads, drawn. */
final class Growth {
  private static final int[] SIZES = {1, 10, 100, 1_000, 10_000};
  private static final int[] THREADS = {1, 2, 4, 8, 16, 32, 64};

  private final String url;

  private Growth(String url) {
    this.url = url;
  }

  /** Runs it and writes the drawing. */
  static void run(String url, Report report) throws IOException {
    Growth growth = new Growth(url);
    List<Chart> charts =
        List.of(
            growth.chart(
                "submitAll to Portkey",
                "feedbacks in a batch",
                SIZES,
                Contender.of("llm-feedback", SubmitAll.Portkey.class, ClassPaths.ours()),
                Contender.of("ready-made chunks", OkHttpEnqueue.Portkey.class, ClassPaths.okHttp()),
                size -> 1),
            growth.chart(
                "submit to Portkey",
                "threads",
                THREADS,
                SubmitContest.OURS,
                SubmitContest.BARE,
                threads -> threads));
    Path file = CommandLine.output().resolve("growth.svg");
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, Chart.svg(charts));
    report.line("%nGrowth with the size of a batch and with threads: %s", file);
  }

  private Chart chart(
      String title,
      String across,
      int[] sizes,
      Contender ours,
      Contender bare,
      IntUnaryOperator threads) {
    List<Contender> both = List.of(ours, bare);
    List<List<Chart.Point>> points = List.of(new ArrayList<>(), new ArrayList<>());
    try (Contest contest = new Contest(url, both)) {
      contest.warmUp(sizes[sizes.length - 1], threads.applyAsInt(sizes[sizes.length - 1]), 2_000);
      for (int size : sizes) {
        contest.warmUp(size, threads.applyAsInt(size), 200);
        int rounds = CommandLine.fewRounds();
        Results results = contest.rounds(both, rounds, size, threads.applyAsInt(size), 300);
        for (int i = 0; i < both.size(); i++) {
          double rate = results.figure(both.get(i), Round::callsPerSecond).median();
          points.get(i).add(new Chart.Point(size, rate));
        }
      }
    }
    return new Chart(
        title,
        across,
        "feedbacks per second",
        IntStream.range(0, both.size())
            .mapToObj(i -> new Chart.Line(both.get(i).name(), points.get(i)))
            .toList());
  }
}
