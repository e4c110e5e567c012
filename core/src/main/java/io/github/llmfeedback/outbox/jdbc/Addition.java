package io.github.llmfeedback.outbox.jdbc;

import io.github.llmfeedback.outbox.OutboxException;
import io.github.llmfeedback.outbox.OutboxStore.Change;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one caller adds, and how that ends. Written by whoever commits it, and read by its caller
 * when it is done.
 */
final class Addition {
  final Set<String> lanes;
  final List<Rows.Added> entries;

  /** What was dropped to make room for it. */
  List<Change> dropped = List.of();

  /** Why it was not stored. */
  @Nullable OutboxException error;

  Addition(Set<String> lanes, List<Rows.Added> entries) {
    this.lanes = lanes;
    this.entries = entries;
  }

  int rows() {
    return lanes.size() * entries.size();
  }
}
