package io.github.llmfeedback.examples.quickstart;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/** Writes lines of at most 100 columns. */
final class Screen {
  private static final int WIDTH = 100;

  private final PrintStream out;

  Screen(PrintStream out) {
    this.out = out;
  }

  void heading(String text) {
    out.println();
    say("", text);
  }

  void say(String text) {
    say("  ", text);
  }

  void say(Exception trouble) {
    say(String.valueOf(trouble.getMessage()));
  }

  private void say(String indent, String text) {
    StringBuilder line = new StringBuilder(indent);
    for (String word : text.split(" ", -1)) {
      if (line.length() + word.length() > WIDTH && !line.toString().isBlank()) {
        out.println(line.toString().stripTrailing());
        line = new StringBuilder(indent).append(indent);
      }
      line.append(word).append(' ');
    }
    out.println(line.toString().stripTrailing());
  }

  /** A table; the first row is its heading, and all columns but the first are numbers. */
  void table(List<List<String>> rows) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String gap = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? row.get(i) + gap : "  " + gap + row.get(i));
      }
      out.println("  " + line.toString().stripTrailing());
      if (row.equals(rows.get(0))) {
        out.println("  " + "-".repeat(Arrays.stream(widths).sum() + 2 * (widths.length - 1)));
      }
    }
  }
}
