package io.github.llmfeedback.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Divides items into chunks that may share a request, in order; skips those that are done. An item
 * is encoded when its chunk is formed, so the first chunks of a long list are on the wire while the
 * last are not encoded yet.
 */
final class Chunks<W> implements Iterator<List<BatchItem<W>>> {
  private final Engine<W> engine;
  private final Iterator<BatchItem<W>> items;
  private final int max;
  private final boolean lastWins;

  /** The first item of the next chunk; null if there is none. */
  private @Nullable BatchItem<W> first;

  Chunks(Engine<W> engine, List<BatchItem<W>> items, int max) {
    this.engine = engine;
    this.items = items.iterator();
    this.max = max;
    this.lastWins = engine.dialect.batching().isLastWins();
    this.first = nextOpen();
  }

  @Override
  public boolean hasNext() {
    return first != null;
  }

  @Override
  public List<BatchItem<W>> next() {
    BatchItem<W> item = first;
    if (item == null) {
      throw new NoSuchElementException();
    }
    List<BatchItem<W>> chunk = new ArrayList<>();
    Set<String> targets = new HashSet<>();
    while (item != null
        && chunk.size() < max
        && (!lastWins || targets.add(item.encoded().target()))) {
      chunk.add(item);
      item = nextOpen();
    }
    first = item;
    return chunk;
  }

  private @Nullable BatchItem<W> nextOpen() {
    while (items.hasNext()) {
      BatchItem<W> item = items.next();
      engine.encode(item);
      if (!item.isDone()) {
        return item;
      }
    }
    return null;
  }
}
