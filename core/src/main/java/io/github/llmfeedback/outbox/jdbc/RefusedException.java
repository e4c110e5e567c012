package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.OutboxException;
import org.jspecify.annotations.Nullable;

/** The database refused rows for what they are; others may be stored. */
final class RefusedException extends OutboxException {
  private static final long serialVersionUID = 1L;

  RefusedException(String message, @Nullable Throwable cause) {
    super(message, cause, false);
  }
}
