package io.github.llmfeedback.examples.benchmarks;

import java.nio.file.Path;
import java.util.List;

/** What the command line decides. */
final class CommandLine {
  private CommandLine() {}

  /** How many rounds each row has. */
  static int rounds() {
    return Integer.getInteger("benchmarks.rounds", 5);
  }

  /** The same for rows whose single round takes seconds; half as many. */
  static int fewRounds() {
    return (rounds() + 1) / 2;
  }

  /** Whether a part is to run. */
  static boolean runs(String part) {
    List<String> parts = List.of(System.getProperty("benchmarks.only", "all").split(","));
    return parts.contains("all") || parts.contains(part);
  }

  /** The folder with langfuse-java and what it needs. */
  static String langfuseJars() {
    return System.getProperty("benchmarks.langfuse", "");
  }

  /** Where files are written. */
  static Path output() {
    return Path.of(System.getProperty("benchmarks.output", "target"));
  }
}
