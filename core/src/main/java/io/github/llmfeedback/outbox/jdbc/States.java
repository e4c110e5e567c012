package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.outbox.EntryState;
import org.jspecify.annotations.Nullable;

/** The numbers of the states in the tables, which never change. From 2 on they are final. */
final class States {
  static final int PENDING = 0;
  static final int CLAIMED = 1;
  static final int DELIVERED = 2;
  static final int REJECTED = 3;
  static final int SUPERSEDED = 4;
  static final int DROPPED = 5;
  static final int PARKED = 6;

  /** Not a state: in the totals, how often an entry was tried again. */
  static final int RETRIED = -1;

  private States() {}

  static int number(EntryState state) {
    return switch (state) {
      case PENDING -> PENDING;
      case CLAIMED -> CLAIMED;
      case DELIVERED -> DELIVERED;
      case REJECTED -> REJECTED;
      case SUPERSEDED -> SUPERSEDED;
      case DROPPED -> DROPPED;
      case PARKED -> PARKED;
    };
  }

  static EntryState of(int number) {
    return switch (number) {
      case PENDING -> EntryState.PENDING;
      case CLAIMED -> EntryState.CLAIMED;
      case DELIVERED -> EntryState.DELIVERED;
      case REJECTED -> EntryState.REJECTED;
      case SUPERSEDED -> EntryState.SUPERSEDED;
      case DROPPED -> EntryState.DROPPED;
      default -> EntryState.PARKED;
    };
  }

  /** The reason of this name; null if there is none, or only a later version knows it. */
  static Fate.@Nullable Reason reason(@Nullable String name) {
    for (Fate.Reason reason : Fate.Reason.values()) {
      if (reason.name().equals(name)) {
        return reason;
      }
    }
    return null;
  }
}
