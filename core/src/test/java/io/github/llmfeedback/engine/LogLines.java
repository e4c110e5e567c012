package io.github.llmfeedback.engine;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the toy's client logs; the build lets the tests' logger write to the error stream. */
final class LogLines {
  private LogLines() {}

  /** The lines that are logged while this runs. */
  static List<String> during(Runnable task) {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      task.run();
    } finally {
      System.setErr(before);
    }
    return log.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("io.github.llmfeedback.toy"))
        .toList();
  }
}
