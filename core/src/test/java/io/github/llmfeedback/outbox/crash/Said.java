package io.github.llmfeedback.outbox.crash;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** What {@link Adder}s printed: the test's own list, apart from any store. */
final class Said {
  /** {@code "? key"}: was about to be added. */
  final Set<Key> begun = new HashSet<>();

  /** {@code "= id key"}: {@code add} returned. */
  final Map<UUID, Key> added = new HashMap<>();

  /** {@code "! key"}: {@code add} threw, and nothing was stored. */
  final Set<Key> failed = new HashSet<>();

  /** {@code "~ key"}: {@code add} threw, and it may be stored. */
  final Set<Key> doubtful = new HashSet<>();

  /** Takes what one program printed; a line that is not whole does not count. */
  void read(String printed) {
    for (String line : printed.substring(0, printed.lastIndexOf('\n') + 1).lines().toList()) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "?" -> begun.add(Key.of(words[1]));
        case "=" -> added.put(UUID.fromString(words[1]), Key.of(words[2]));
        case "!" -> failed.add(Key.of(words[1]));
        case "~" -> doubtful.add(Key.of(words[1]));
        default -> throw new AssertionError("the program printed " + line);
      }
    }
  }

  /** What may be stored although no id was printed: its process was killed, or was not sure. */
  Set<Key> unprinted() {
    Set<Key> unprinted = new HashSet<>(begun);
    unprinted.removeAll(added.values());
    unprinted.removeAll(failed);
    return unprinted;
  }
}
