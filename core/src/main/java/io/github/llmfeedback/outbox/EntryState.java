package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Fate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where an entry stands in one lane: in exactly one of these states at a time. */
public enum EntryState {
  /** Stored, and waits for its turn. */
  PENDING(null),
  /** A process is sending it, and holds a lease on it. */
  CLAIMED(null),
  /** The provider accepted it. */
  DELIVERED(Fate.DELIVERED),
  /** The provider refused it, or cannot keep it. */
  REJECTED(Fate.REJECTED),
  /** A later entry on its target says all that it says, and it was never sent. */
  SUPERSEDED(Fate.SUPERSEDED),
  /** Given up. */
  DROPPED(Fate.DROPPED),
  /** It may have arrived, or cannot be read: somebody has to decide. */
  PARKED(Fate.PARKED);

  private final Optional<Fate> fate;

  EntryState(@Nullable Fate fate) {
    this.fate = Optional.ofNullable(fate);
  }

  /** The fate that an entry in this state has; empty if it is {@linkplain #isOpen open}. */
  public Optional<Fate> fate() {
    return fate;
  }

  /** Whether it is to be delivered: pending or claimed. */
  public boolean isOpen() {
    return fate.isEmpty();
  }

  /** Whether it can be tried again: parked or rejected. */
  public boolean isRetryable() {
    return this == PARKED || this == REJECTED;
  }

  /** The state of an entry that has this fate. */
  public static EntryState of(Fate fate) {
    return switch (fate) {
      case DELIVERED -> DELIVERED;
      case REJECTED -> REJECTED;
      case SUPERSEDED -> SUPERSEDED;
      case DROPPED -> DROPPED;
      case PARKED -> PARKED;
    };
  }
}
