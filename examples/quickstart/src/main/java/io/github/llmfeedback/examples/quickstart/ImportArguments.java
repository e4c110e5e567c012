package io.github.llmfeedback.examples.quickstart;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to import, and how.
 *
 * @param provider the real one; null for the sandbox
 * @param repeatsUncertain whether to submit again what may have arrived the last time
 * @param fromLine the first line to submit; 0 if none was named
 */
record ImportArguments(
    Path file, @Nullable String provider, boolean repeatsUncertain, long fromLine) {
  private static final String REPEAT = "--repeat-uncertain";
  private static final List<String> WITH_VALUE = List.of("--import", "--to", "--from-line");

  /** The options of an import that is not asked for; null if there is none. */
  static @Nullable String strayOption(List<String> args) {
    return args.stream()
        .filter(arg -> arg.equals(REPEAT) || WITH_VALUE.contains(arg))
        .findFirst()
        .orElse(null);
  }

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException if it is not that of an import; the message says why
   */
  static ImportArguments parse(List<String> args, Collection<String> providers) {
    Map<String, String> values = new HashMap<>();
    for (Iterator<String> rest = args.iterator(); rest.hasNext(); ) {
      String arg = rest.next();
      if (WITH_VALUE.contains(arg) && !values.containsKey(arg)) {
        values.put(arg, value(arg, rest));
      } else if (arg.equals(REPEAT)) {
        values.put(REPEAT, "");
      } else {
        throw new IllegalArgumentException("'" + arg + "' is not expected here");
      }
    }
    String provider = values.get("--to");
    if (provider != null && !providers.contains(provider)) {
      throw new IllegalArgumentException("'" + provider + "' must be one of " + providers);
    }
    return new ImportArguments(
        file(values.getOrDefault("--import", "")),
        provider,
        values.containsKey(REPEAT),
        values.containsKey("--from-line") ? line(values.get("--from-line")) : 0);
  }

  private static String value(String option, Iterator<String> rest) {
    String value = rest.hasNext() ? rest.next() : "--";
    if (value.startsWith("--")) {
      throw new IllegalArgumentException(
          value.equals("--")
              ? option + " lacks its value"
              : option + " lacks its value; '" + value + "' is an option");
    }
    return value;
  }

  private static Path file(String name) {
    try {
      Path file = Path.of(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
      String what =
          Files.isDirectory(file) && !name.isEmpty() ? "a directory" : "not an existing file";
      throw new IllegalArgumentException("'" + name + "' is " + what);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("--import: " + e.getMessage(), e);
    }
  }

  private static long line(@Nullable String text) {
    try {
      long line = Long.parseLong(String.valueOf(text));
      if (line > 0) {
        return line;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw new IllegalArgumentException(
        "--from-line must be the number of a line, from 1, but is '" + text + "'");
  }
}
