package io.github.llmfeedback.engine;

import io.github.llmfeedback.spi.ApiEndpoint;
import java.util.List;

/**
 * Which of the ids that a provider gives may go into a receipt, and with it into the application's
 * logs and database: 1 to 256 visible ASCII characters that hold no secret.
 */
final class KnownIds {
  private static final int LONGEST = 256;

  private KnownIds() {}

  /**
   * The ids of one feedback; none if one of them is unfit, for they stand in the order of its
   * statements, and without one each later id would be another statement's.
   */
  static List<String> of(List<String> given, ApiEndpoint connection) {
    return given.stream().allMatch(id -> isFit(id, connection)) ? given : List.of();
  }

  private static boolean isFit(String id, ApiEndpoint connection) {
    return !id.isEmpty()
        && id.length() <= LONGEST
        && id.chars().allMatch(c -> c > ' ' && c <= '~')
        && connection.redact(id).equals(id);
  }
}
