package io.github.llmfeedback.outbox;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What outboxes log; the build lets the tests' logger write to the error stream. */
final class OutboxLog implements AutoCloseable {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  OutboxLog() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  /** The lines of a level, such as {@code WARN}. */
  List<String> lines(String level) {
    return log.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("io.github.llmfeedback.outbox"))
        .filter(line -> line.contains(level + " "))
        .toList();
  }

  @Override
  public void close() {
    System.setErr(before);
  }
}
