package io.github.llmfeedback.outbox;

import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Chooses the one entry by which a lane finds out whether its provider answers again: another each
 * time, for one that the provider never answers must not stand for all. Not thread-safe.
 */
final class Probes {
  private static final int MOST = 100;

  private final Set<UUID> tried = new HashSet<>();

  /** How many entries to claim, at most one on each target, to choose from. */
  int choice(int most) {
    return Math.min(tried.size() + 1, Math.min(most, MOST));
  }

  /** The first that was not chosen before; once all were, the first. */
  Claimed choose(List<Claimed> entries) {
    for (Claimed each : entries) {
      if (tried.add(each.claim().id())) {
        return each;
      }
    }
    tried.clear();
    Claimed first = entries.get(0);
    tried.add(first.claim().id());
    return first;
  }

  /** The provider answers. */
  void end() {
    tried.clear();
  }
}
