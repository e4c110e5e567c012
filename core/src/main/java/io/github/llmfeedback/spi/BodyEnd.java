package io.github.llmfeedback.spi;

/** How far the body of a response could be read. */
public enum BodyEnd {
  /** To its end. */
  WHOLE,
  /** The connection broke before the end. */
  BROKEN_OFF,
  /** It is larger than the limit. */
  TOO_LARGE,
  /** It is not what its {@code Content-Encoding} says. */
  BADLY_COMPRESSED
}
