package io.github.llmfeedback.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The project's README, cut into what a test can check. */
record Readme(List<String> lines) {
  static Readme read() throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("DESIGN.md"))) {
      folder = Objects.requireNonNull(folder.getParent(), "no folder above has a DESIGN.md");
    }
    return new Readme(Files.readAllLines(folder.resolve("README.md")));
  }

  /** The fenced blocks of one language, in order. */
  List<String> blocks(String language) {
    List<String> blocks = new ArrayList<>();
    @Nullable StringBuilder block = null;
    for (String line : lines) {
      if (line.equals("```" + language)) {
        block = new StringBuilder();
      } else if (block != null && line.equals("```")) {
        blocks.add(block.toString());
        block = null;
      } else if (block != null) {
        block.append(line).append('\n');
      }
    }
    return blocks;
  }

  /** The cells of the table whose first heading is {@code heading}, without heading and rule. */
  List<List<String>> table(String heading) {
    return lines.stream()
        .dropWhile(line -> !line.startsWith("| " + heading + " |"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .map(row -> Stream.of(row.substring(1).split("\\|")).map(String::strip).toList())
        .toList();
  }
}
