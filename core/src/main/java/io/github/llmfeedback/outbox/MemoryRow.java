package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Fate;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.outbox.OutboxStore.Claim;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An entry in one lane of the memory store, whose lock guards it. Times are nanoseconds. */
final class MemoryRow {
  final UUID id;
  final Feedback feedback;

  /** Its place in its lane. */
  final long sequence;

  final int bytes;
  EntryState state = EntryState.PENDING;
  Fate.@Nullable Reason reason;
  @Nullable String detail;
  int attempts;
  long claim;
  long leaseEnd;

  /** From when on it may be claimed, if it was claimed before. */
  long due;

  /** Whether somebody wants it to be tried once more, or elsewhere, however old it is. */
  boolean isNotTooOld;

  /** When it got its state. */
  long changed;

  MemoryRow(NewEntry entry, long sequence, int bytes) {
    this.id = entry.id();
    this.feedback = entry.feedback();
    this.sequence = sequence;
    this.bytes = bytes;
  }

  boolean isDue(long now) {
    return (claim == 0 && attempts == 0) || due - now <= 0;
  }

  boolean isHeld(Claim by) {
    return state == EntryState.CLAIMED && claim == by.number();
  }

  NewEntry asNew() {
    return new NewEntry(id, feedback);
  }

  OutboxEntry entry(String lane) {
    return OutboxEntry.of(lane, id, state)
        .sequence(sequence)
        .reason(reason, detail)
        .attempts(attempts)
        .added(NewEntry.added(id))
        .feedback(feedback)
        .build();
  }
}
