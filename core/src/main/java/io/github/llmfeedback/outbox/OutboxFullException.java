package io.github.llmfeedback.outbox;

/** A store is full, and was told to {@linkplain Overflow refuse} what comes; nothing was stored. */
public final class OutboxFullException extends OutboxException {
  private static final long serialVersionUID = 1L;

  /** A store is full. */
  public OutboxFullException(String message) {
    super(message, null, false);
  }
}
