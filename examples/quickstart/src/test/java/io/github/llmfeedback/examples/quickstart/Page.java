package io.github.llmfeedback.examples.quickstart;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Markdown file of the project, cut into what a test can check.
 *
 * @param name its path in the project, such as {@code core/README.md}
 */
record Page(String name, List<String> lines) {
  private static final Pattern HEADING = Pattern.compile("(#{1,6}) (.+)");
  private static final Pattern CODE = Pattern.compile("`[^`]*`");
  private static final Pattern LINK =
      Pattern.compile("\\[[^\\[\\]]*]\\(\\s*([^)\\s]+)[^)]*\\)|(?m:^\\[[^\\]]+]:\\s*(\\S+))");

  static Page readme() throws IOException {
    return read("README.md");
  }

  static Page guide() throws IOException {
    return read("core/README.md");
  }

  static Page read(String name) throws IOException {
    return new Page(name, Files.readAllLines(project().resolve(name)));
  }

  /** The project's folder. */
  static Path project() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("DESIGN.md"))) {
      folder = Objects.requireNonNull(folder.getParent(), "no folder above has a DESIGN.md");
    }
    return folder;
  }

  /** All Markdown files of the project. */
  static List<Page> all() throws IOException {
    List<Page> pages = new ArrayList<>();
    for (String file : files(".md")) {
      pages.add(read(file));
    }
    return pages;
  }

  /** The paths of all files with this ending, without what a build or a tool wrote. */
  static List<String> files(String ending) throws IOException {
    Path project = project();
    List<String> files = new ArrayList<>();
    Files.walkFileTree(
        project,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = String.valueOf(folder.getFileName());
            return !folder.equals(project) && (name.equals("target") || name.startsWith("."))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(ending)) {
              files.add(project.relativize(file).toString().replace('\\', '/'));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return files;
  }

  /** How many words it has, as {@code wc -w} counts. */
  long words() {
    return lines.stream()
        .flatMap(line -> Stream.of(line.split("\\s+", -1)))
        .filter(word -> !word.isEmpty())
        .count();
  }

  /** The fenced blocks of one language, in order. */
  List<String> blocks(String language) {
    List<String> blocks = new ArrayList<>();
    @Nullable StringBuilder block = null;
    for (String line : lines) {
      if (line.strip().equals("```" + language)) {
        block = new StringBuilder();
      } else if (block != null && line.strip().equals("```")) {
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

  /** The lines below the heading {@code "## " + title}, up to the next of that level. */
  List<String> section(String title) {
    return lines.stream()
        .dropWhile(line -> !line.equals("## " + title))
        .skip(1)
        .takeWhile(line -> !line.startsWith("## "))
        .toList();
  }

  /** The anchors of its headings, as GitHub makes them; of one level, or of all if it is 0. */
  List<String> anchors(int level) {
    List<String> all = new ArrayList<>();
    List<String> anchors = new ArrayList<>();
    prose()
        .flatMap(line -> HEADING.matcher(line).results())
        .forEach(
            heading -> {
              String anchor =
                  heading
                      .group(2)
                      .strip()
                      .toLowerCase(Locale.ROOT)
                      .replaceAll("[^\\p{L}\\p{N} _-]", "")
                      .replace(' ', '-');
              long before = all.stream().filter(anchor::equals).count();
              all.add(anchor);
              if (level == 0 || heading.group(1).length() == level) {
                anchors.add(before == 0 ? anchor : anchor + "-" + before);
              }
            });
    return anchors;
  }

  /** Where its links lead, as they are written. */
  List<String> links() {
    String prose = String.join("\n", prose().toList());
    return LINK.matcher(CODE.matcher(prose).replaceAll("")).results().map(Page::target).toList();
  }

  private static String target(MatchResult link) {
    return link.group(1) != null ? link.group(1) : link.group(2);
  }

  /** The lines outside of fenced blocks. */
  private Stream<String> prose() {
    List<String> prose = new ArrayList<>();
    boolean isCode = false;
    for (String line : lines) {
      if (line.strip().startsWith("```")) {
        isCode = !isCode;
      } else if (!isCode) {
        prose.add(line);
      }
    }
    return prose.stream();
  }
}
