package io.github.llmfeedback.examples.benchmarks;

import java.util.List;

/** Runs every part and prints what was measured. */
public final class Benchmarks {
  private Benchmarks() {}

  /** Runs the parts that {@code benchmarks.only} names. */
  public static void main(String[] args) {
    Report report = new Report();
    try (Jvm server = Jvm.start(ClassPaths.all(), List.of(), Server.class)) {
      String url = "http://127.0.0.1:" + server.line();
      if (Options.runs("submit")) {
        SubmitContest.run(url, report);
      }
      if (Options.runs("batch")) {
        BatchContest.run(url, report);
      }
      if (Options.runs("http2")) {
        HeliconeContest.runHttp2(report);
      }
      if (Options.runs("limited")) {
        HeliconeContest.runLimited(url, report);
      }
      if (Options.runs("heap")) {
        StreamHeap.run(url, report);
      }
      if (Options.runs("first")) {
        FirstCallContest.run(url, report);
      }
    }
    report.end();
  }
}
