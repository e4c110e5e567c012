package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Feedback;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Estimates how much memory an entry takes. */
final class EntrySize {
  /** An entry's own objects, its target and its place in the store's maps. */
  private static final int ENTRY = 600;

  private static final int VALUE = 48;

  private EntrySize() {}

  /** About so many bytes; at most {@link Integer#MAX_VALUE}. */
  static int of(Feedback feedback) {
    long size =
        ENTRY
            + text(feedback.comment())
            + text(feedback.correction())
            + texts(feedback.issues())
            + texts(feedback.actions())
            + (feedback.metadata().isEmpty() ? 0 : value(feedback.metadata()));
    return (int) Math.min(Integer.MAX_VALUE, size);
  }

  private static long text(Optional<String> text) {
    return text.isPresent() ? value(text.get()) : 0;
  }

  private static long texts(List<String> texts) {
    return texts.isEmpty() ? 0 : value(texts);
  }

  private static long value(@Nullable Object value) {
    long size = VALUE;
    if (value instanceof CharSequence text) {
      size += 2L * text.length();
    } else if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> each : map.entrySet()) {
        size += value(each.getKey()) + value(each.getValue());
      }
    } else if (value instanceof Iterable<?> list) {
      for (Object each : list) {
        size += value(each);
      }
    }
    return size;
  }
}
