package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A queue of entries that were just added. What it keeps of each stands in arrays: two objects an
 * entry, which the garbage collector must copy, would cost more than all else that adding does. Not
 * thread-safe.
 */
final class FreshEntries {
  private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();

  /** The last of them. */
  private Chunk last = new Chunk();

  private int size;

  FreshEntries() {
    chunks.add(last);
  }

  private static final class Chunk {
    private static final int LENGTH = 512;

    /** Two for each entry. */
    private final long[] ids = new long[2 * LENGTH];

    private final @Nullable Feedback[] feedbacks = new @Nullable Feedback[LENGTH];
    private int first;
    private int end;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(NewEntry entry) {
    Chunk chunk = last;
    if (chunk.end == Chunk.LENGTH) {
      chunk = new Chunk();
      chunks.add(chunk);
      last = chunk;
    }
    UUID id = entry.id();
    chunk.ids[2 * chunk.end] = id.getMostSignificantBits();
    chunk.ids[2 * chunk.end + 1] = id.getLeastSignificantBits();
    chunk.feedbacks[chunk.end++] = entry.feedback();
    size++;
  }

  /** Takes the first; null if there is none. */
  @Nullable NewEntry poll() {
    if (size == 0) {
      return null;
    }
    Chunk chunk = chunks.element();
    int index = chunk.first++;
    Feedback feedback = chunk.feedbacks[index];
    chunk.feedbacks[index] = null;
    size--;
    if (size == 0) { // and most likely one more is added soon
      chunk.first = 0;
      chunk.end = 0;
    } else if (chunk.first == chunk.end) {
      chunks.remove();
    }
    return feedback == null
        ? null
        : new NewEntry(new UUID(chunk.ids[2 * index], chunk.ids[2 * index + 1]), feedback);
  }

  /** Whether one of them was added before then. */
  boolean hasAddedBefore(Instant then) {
    for (Chunk chunk : chunks) {
      for (int i = chunk.first; i < chunk.end; i++) {
        if (Instant.ofEpochMilli(chunk.ids[2 * i] >>> 16).isBefore(then)) {
          return true;
        }
      }
    }
    return false;
  }
}
