package io.github.llmfeedback.engine.http;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import okhttp3.Headers;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Reads {@code Retry-After} (RFC 9110, 10.2.3): seconds or a date; null for anything else. */
final class RetryAfter {
  /** As many milliseconds as a long holds, so that converting it never overflows. */
  private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE / 1000);

  /** Where {@link #bounded} keeps what the server said. */
  private static final String ORIGINAL = "X-Original-Retry-After";

  private RetryAfter() {}

  static @Nullable Duration read(Headers headers, Instant now) {
    String original = headers.get(ORIGINAL);
    String value = original == null ? headers.get("Retry-After") : original;
    if (value == null) {
      return null;
    }
    if (value.strip().matches("[0-9]{1,18}")) {
      return atMost(Duration.ofSeconds(Long.parseLong(value.strip())));
    }
    if (value.strip().matches("[0-9]+")) {
      return LONGEST;
    }
    Date date = headers.getDate("Retry-After");
    if (date == null) {
      return null;
    }
    Duration wait = Duration.between(now, date.toInstant());
    return wait.isNegative() ? Duration.ZERO : atMost(wait);
  }

  /**
   * A 503 whose seconds fit an {@code int}: OkHttp reads them too, and would discard the response.
   */
  static Response bounded(Response response) {
    if (response.code() != 503) {
      return response;
    }
    String value = response.header("Retry-After");
    return value != null && value.matches("[0-9]{10,}")
        ? response.newBuilder().header("Retry-After", "999999999").header(ORIGINAL, value).build()
        : response;
  }

  private static Duration atMost(Duration wait) {
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }
}
