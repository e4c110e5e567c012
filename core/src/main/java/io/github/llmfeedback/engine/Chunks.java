package io.github.llmfeedback.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Divides items into chunks that may share a request, in order; skips those that are done. */
final class Chunks {
  private Chunks() {}

  static <W> Deque<List<BatchItem<W>>> of(List<BatchItem<W>> items, int max, boolean lastWins) {
    Deque<List<BatchItem<W>>> chunks = new ArrayDeque<>();
    List<BatchItem<W>> chunk = new ArrayList<>();
    Set<String> targets = new HashSet<>();
    for (BatchItem<W> item : items) {
      if (item.isDone()) {
        continue;
      }
      String target = item.encoded().target();
      if (chunk.size() == max || (lastWins && targets.contains(target))) {
        chunks.add(chunk);
        chunk = new ArrayList<>();
        targets.clear();
      }
      chunk.add(item);
      if (lastWins) {
        targets.add(target);
      }
    }
    if (!chunk.isEmpty()) {
      chunks.add(chunk);
    }
    return chunks;
  }
}
