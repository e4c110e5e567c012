package io.github.llmfeedback.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The table of what a caller is told: a line for each fault and mode, a column for each provider.
 * It is a file {@code hostile.txt}: the one beside the test if there is one, for the providers of
 * other authors, or the one beside this class, which explains its terms.
 */
final class HostileTable {
  /** How feedback is submitted. */
  enum Mode {
    SYNC(Way.SUBMIT),
    ASYNC(Way.SUBMIT_ASYNC),
    BATCH(Way.SUBMIT_ALL);

    final Way way;

    Mode(Way way) {
      this.way = way;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String FILE = "hostile.txt";

  private final Map<String, Map<String, String>> rows = new LinkedHashMap<>();

  /** The table that holds for this test. */
  HostileTable(Class<?> test) {
    List<String> lines = read(test).lines().filter(line -> line.contains("|")).toList();
    List<String> columns = cells(lines.get(0));
    for (String line : lines.subList(1, lines.size())) {
      List<String> cells = cells(line);
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 2; i < columns.size(); i++) {
        row.put(columns.get(i), i < cells.size() ? cells.get(i) : "");
      }
      if (rows.put(cells.get(0) + " | " + cells.get(1), row) != null) {
        throw new AssertionError("the table says twice: " + line);
      }
    }
  }

  private static String read(Class<?> test) {
    Class<?> beside = test.getResource(FILE) == null ? HostileTable.class : test;
    try (@Nullable InputStream file = beside.getResourceAsStream(FILE)) {
      if (file == null) {
        throw new AssertionError(FILE + " is missing");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
  }

  /** The key of a line in the table. */
  static String key(String fault, Mode mode) {
    return fault + " | " + mode;
  }

  /** The keys of the table's lines; each is a fault and a mode. */
  Set<String> rows() {
    return rows.keySet();
  }

  /** What the caller of this provider is told; a blank cell is a failure. */
  String cell(String fault, Mode mode, String provider) {
    String cell = rows.getOrDefault(key(fault, mode), Map.of()).getOrDefault(provider, "");
    if (cell.isEmpty()) {
      throw new AssertionError(
          FILE + " does not say what " + provider + " tells of: " + key(fault, mode));
    }
    return cell;
  }
}
