package io.github.llmfeedback.examples.benchmarks;

import java.io.IOException;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/** Runs every part and prints what was measured. */
public final class Benchmarks {
  private Benchmarks() {}

  /** Runs the parts that {@code benchmarks.only} names. */
  public static void main(String[] args) throws IOException, RunnerException {
    Report report = new Report();
    if (CommandLine.runs("jmh")) {
      SmallThings.run(report);
    }
    try (Jvm server = Jvm.start(ClassPaths.all(), List.of(), Server.class)) {
      String url = "http://127.0.0.1:" + server.line();
      if (CommandLine.runs("submit")) {
        SubmitContest.run(url, report);
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
    }
    report.end();
  }
}
