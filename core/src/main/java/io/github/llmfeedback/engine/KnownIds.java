package io.github.llmfeedback.engine;

import io.github.llmfeedback.spi.ApiEndpoint;
import java.util.List;

/**
 * Checks which of a provider's ids may go into a receipt, and so into the application's logs and
 * database: 1 to 256 visible ASCII characters that hold no secret.
 */
final class KnownIds {
  private static final int LONGEST = 256;

  private KnownIds() {}

  /**
   * The ids of one feedback; none if one of them is invalid: they are in the order of its
   * statements, so leaving one out would assign each later id to the wrong statement.
   */
  static List<String> of(List<String> given, ApiEndpoint endpoint) {
    for (String id : given) {
      if (!isValid(id, endpoint)) {
        return List.of();
      }
    }
    return given;
  }

  private static boolean isValid(String id, ApiEndpoint endpoint) {
    return !id.isEmpty()
        && id.length() <= LONGEST
        && isVisible(id)
        && endpoint.redact(id).equals(id);
  }

  private static boolean isVisible(String id) {
    for (int i = 0; i < id.length(); i++) {
      if (id.charAt(i) <= ' ' || id.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }
}
