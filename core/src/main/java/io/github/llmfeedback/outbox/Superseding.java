package io.github.llmfeedback.outbox;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.outbox.OutboxStore.Claimed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds entries that need not be sent to a provider that would overwrite them at once. */
final class Superseding {
  private static final Set<Part> RATINGS =
      Collections.unmodifiableSet(EnumSet.of(Part.THUMBS, Part.SCORE, Part.LABEL));

  private Superseding() {}

  /**
   * Those that a later one of these supersedes: it is about the same target, states every part of
   * them, can be kept by the client, and they were never handed to one.
   *
   * @param entries in order
   */
  static Set<Claimed> superseded(List<Claimed> entries, FeedbackClient client) {
    Map<Target, List<Feedback>> later = new HashMap<>();
    Set<Claimed> superseded = new LinkedHashSet<>();
    for (int i = entries.size() - 1; i >= 0; i--) {
      Claimed entry = entries.get(i);
      Feedback feedback = entry.feedback();
      List<Feedback> since = later.computeIfAbsent(feedback.target(), t -> new ArrayList<>(1));
      if (entry.attempts() == 0 && supersedes(since, feedback, client)) {
        superseded.add(entry);
      } else {
        since.add(feedback);
      }
    }
    return superseded;
  }

  private static boolean supersedes(List<Feedback> later, Feedback earlier, FeedbackClient client) {
    if (later.isEmpty()) {
      return false;
    }
    Set<Part> parts = stated(earlier, Set.of());
    return later.stream().anyMatch(each -> stated(each, lost(each, client)).containsAll(parts));
  }

  /** What the provider would not keep; all of it if it would refuse the rest. */
  private static Set<Part> lost(Feedback feedback, FeedbackClient client) {
    try {
      return client.check(feedback).stream()
          .filter(loss -> loss.kind() == Loss.Kind.DROPPED)
          .map(Loss::part)
          .collect(Collectors.toSet());
    } catch (Exception e) { // it cannot be kept, or the client is not ours
      return EnumSet.allOf(Part.class);
    }
  }

  /** A thumb and a score are two ways to state one thing: each overwrites the other. */
  private static Set<Part> stated(Feedback feedback, Set<Part> lost) {
    Set<Part> parts = EnumSet.copyOf(feedback.parts());
    parts.removeAll(lost);
    if (parts.removeAll(RATINGS)) {
      parts.add(Part.THUMBS);
    }
    return parts;
  }
}
