package io.github.llmfeedback.helicone;

/** What callers without a null checker pass. */
final class Absent {
  private Absent() {}

  /** A null where none may be. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  static <T> T absent() {
    return null;
  }
}
