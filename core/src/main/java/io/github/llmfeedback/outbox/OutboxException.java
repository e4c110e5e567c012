package io.github.llmfeedback.outbox;

import org.jspecify.annotations.Nullable;

/**
 * A store could not do what it was asked to: its database is unreachable, full, read-only, lacks
 * its tables, or has those of a later version. The message says which, and what to do.
 *
 * <p>Thrown by {@link Outbox#add}, it means that the feedback was not stored, unless {@link
 * #mayBeStored()}.
 */
public class OutboxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean mayBeStored;

  /**
   * A failure of a store.
   *
   * @param mayBeStored whether what was to be changed may have been changed nevertheless, as after
   *     a commit whose response was lost
   */
  public OutboxException(String message, @Nullable Throwable cause, boolean mayBeStored) {
    super(message, cause);
    this.mayBeStored = mayBeStored;
  }

  /**
   * Whether the feedback may be stored nevertheless, so that adding it again may deliver it twice.
   * If false, it certainly is not stored.
   */
  public boolean mayBeStored() {
    return mayBeStored;
  }
}
