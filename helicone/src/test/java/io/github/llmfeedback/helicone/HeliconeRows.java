package io.github.llmfeedback.helicone;

import io.github.llmfeedback.spi.ProviderResponse;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Pages of rows, written shortly. */
final class HeliconeRows {
  private static final String DAY = "2026-11-21T";

  private HeliconeRows() {}

  /**
   * A response with rows such as {@code "a up 12:00:05.100"}, {@code "b down 12:00:04.000"} or
   * {@code "c none 12:00:04.000"}; a fourth word is more JSON for the row.
   */
  static String page(String... rows) {
    return page(List.of(rows));
  }

  /** As {@link #page(String...)}. */
  static String page(Collection<String> rows) {
    return rows.stream()
        .map(HeliconeRows::row)
        .collect(Collectors.joining(",", "{\"data\":[", "],\"error\":null}"));
  }

  /** A request that a filter is checked against. */
  static HeliconeRatedRequest request(String row) {
    return HeliconeRatedRequest.of(ProviderResponse.of(201, row(row))).orElseThrow();
  }

  private static String row(String row) {
    String[] words = row.split(" ", 4);
    return "{\"request_id\":\"%s\",\"request_created_at\":\"%s%sZ\",\"scores\":{%s}%s}"
        .formatted(
            words[0], DAY, words[2], score(words[1]), words.length > 3 ? "," + words[3] : "");
  }

  private static String score(String rating) {
    return switch (rating) {
      case "up" -> "\"helicone-score-feedback\":\"1\"";
      case "down" -> "\"helicone-score-feedback\":\"0\"";
      default -> "";
    };
  }
}
