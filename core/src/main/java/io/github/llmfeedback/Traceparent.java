package io.github.llmfeedback;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code traceparent} of W3C Trace Context, level 1
 * (https://www.w3.org/TR/trace-context-1/#traceparent-header, 2021-11-23).
 */
final class Traceparent {
  /** A version above 00 may append fields after a dash; the known ones must still be read. */
  private static final Pattern FORM =
      Pattern.compile(
          "(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<parent>[0-9a-f]{16})"
              + "-[0-9a-f]{2}(?<more>-.*)?");

  private Traceparent() {}

  static String traceId(@Nullable String traceparent) {
    if (traceparent == null) {
      throw refusal("not be null");
    }
    Matcher matcher = FORM.matcher(traceparent);
    if (!matcher.matches()) {
      throw refusal("be version-traceid-parentid-flags in lower-case hexadecimal: 2-32-16-2");
    } else if (matcher.group("version").equals("ff")) {
      throw refusal("not have the version ff");
    } else if (matcher.group("version").equals("00") && matcher.group("more") != null) {
      throw refusal("have four fields in version 00");
    } else if (isZero(matcher.group("trace")) || isZero(matcher.group("parent"))) {
      throw refusal("not have a trace id or parent id of zeros only");
    }
    return matcher.group("trace");
  }

  private static boolean isZero(String hexadecimal) {
    return hexadecimal.chars().allMatch(digit -> digit == '0');
  }

  /** Does not quote the text itself, which may come from anybody. */
  private static InvalidFeedbackException refusal(String rule) {
    return new InvalidFeedbackException("traceparent", "traceparent must " + rule);
  }
}
