package io.github.llmfeedback.examples.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs every part and prints what was measured.
 *
 * <p>The parts are {@code jmh}, {@code submit}, {@code batch}, {@code http2}, {@code limited},
 * {@code heap}, {@code first}, {@code growth} and {@code outbox}; {@code -Dbenchmarks.only=submit,first} runs some
 * of them, {@code -Dbenchmarks.rounds=20} measures longer; what takes seconds for a single round
 * has half as many.
 */
public final class Benchmarks {
  private Benchmarks() {}

  /** Runs the parts that {@code benchmarks.only} names. */
  public static void main(String[] args) throws IOException, RunnerException {
    int minutes = 17 + CommandLine.rounds() * 8 / 5;
    System.out.printf("Measuring, which takes about %d minutes%n", minutes);
    endAfter(3 * minutes);
    Report report = new Report();
    if (CommandLine.runs("jmh")) {
      SmallThings.run(report);
    }
    try (Jvm server = Jvm.start(ClassPaths.all(), List.of(), Server.class)) {
      String url = "http://127.0.0.1:" + server.line();
      if (CommandLine.runs("submit")) {
        SubmitContest.run(url, report);
      }
      if (CommandLine.runs("async")) {
        BatchContest.runSingly(url, report);
      }
      if (CommandLine.runs("batch")) {
        BatchContest.run(url, report);
      }
      if (CommandLine.runs("http2")) {
        HeliconeContest.runHttp2(report);
      }
      if (CommandLine.runs("limited")) {
        HeliconeContest.runLimited(url, report);
      }
      if (CommandLine.runs("heap")) {
        StreamHeap.run(url, report);
      }
      if (CommandLine.runs("first")) {
        FirstCallContest.run(url, report);
      }
      if (CommandLine.runs("growth")) {
        Growth.run(url, report);
      }
      if (CommandLine.runs("outbox")) {
        OutboxContest.run(url, report);
      }
    }
    report.end();
  }

  /** Ends this JVM and those it started, should one of them hang. */
  private static void endAfter(int minutes) {
    Thread limit =
        new Thread(
            () -> {
              try {
                TimeUnit.MINUTES.sleep(minutes);
                System.err.println("Ended, because it took longer than " + minutes + " minutes");
                System.exit(1);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    limit.setDaemon(true);
    limit.start();
  }
}
