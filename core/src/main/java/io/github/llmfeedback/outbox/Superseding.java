package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds entries that need not be sent to a provider that would overwrite them at once. */
final class Superseding {
  private Superseding() {}

  /**
   * Those that a later one of these supersedes: it is about the same target and states every part
   * of them, and they were never handed to a client.
   *
   * @param entries in order
   */
  static List<Claimed> superseded(List<Claimed> entries) {
    Map<Target, List<Set<Part>>> later = new HashMap<>();
    List<Claimed> superseded = new ArrayList<>();
    for (int i = entries.size() - 1; i >= 0; i--) {
      Claimed entry = entries.get(i);
      Feedback feedback = entry.feedback();
      Set<Part> parts = stated(feedback);
      List<Set<Part>> since = later.computeIfAbsent(feedback.target(), t -> new ArrayList<>());
      if (entry.attempts() == 0 && since.stream().anyMatch(each -> each.containsAll(parts))) {
        superseded.add(entry);
      } else {
        since.add(parts);
      }
    }
    return superseded;
  }

  /** A thumb and a score are two ways to state one thing: each overwrites the other. */
  private static Set<Part> stated(Feedback feedback) {
    Set<Part> parts = EnumSet.copyOf(feedback.parts());
    feedback
        .rating()
        .ifPresent(
            rating -> {
              parts.remove(rating.part());
              parts.add(Part.THUMBS);
            });
    return parts;
  }
}
