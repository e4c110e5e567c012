package io.github.llmfeedback.redaction;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An exception that this library created: its message can be shown, because it contains no text
 * from others.
 */
public class KnownException extends IOException {
  private static final long serialVersionUID = 1L;

  /** How deep to follow a chain of causes, which may be circular. */
  static final int DEEPEST = 16;

  /** An exception with a message that says what happened, as the end of a sentence. */
  public KnownException(String message) {
    super(message);
  }

  /** As {@link #KnownException(String)}, with the error that caused it. */
  public KnownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The first exception of this kind in a chain of causes; null if there is none. */
  public static @Nullable KnownException in(@Nullable Throwable e) {
    Throwable t = e;
    for (int depth = 0; t != null && depth < DEEPEST; depth++) {
      if (t instanceof KnownException known) {
        return known;
      }
      t = t.getCause();
    }
    return null;
  }
}
