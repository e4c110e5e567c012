package io.github.llmfeedback.outbox;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The entries for which a lane's key was refused (401, 403) although it is good for others: a
 * firewall may dislike a comment. Such an entry is rejected when it is refused once more; all
 * others wait, for the key may have been revoked. Remembers a thousand. Thread-safe.
 */
final class Suspects {
  private static final int MOST = 1_000;

  private final ReentrantLock lock = new ReentrantLock();

  /** Refused, and the key was not good for any other since. */
  private final Set<UUID> refused = new LinkedHashSet<>();

  private final Set<UUID> suspects = new LinkedHashSet<>();

  /** Whether this entry is at fault if it is refused now, and the key is not. */
  boolean has(UUID id) {
    lock.lock();
    try {
      return suspects.contains(id);
    } finally {
      lock.unlock();
    }
  }

  /** These were refused. */
  void add(List<UUID> ids) {
    lock.lock();
    try {
      ids.stream().filter(id -> !suspects.contains(id)).limit(MOST).forEach(refused::add);
      limit(refused);
    } finally {
      lock.unlock();
    }
  }

  /** The key is good. */
  void accuse() {
    lock.lock();
    try {
      suspects.addAll(refused);
      refused.clear();
      limit(suspects);
    } finally {
      lock.unlock();
    }
  }

  private static void limit(Set<UUID> ids) {
    for (var oldest = ids.iterator(); ids.size() > MOST; ) {
      oldest.next();
      oldest.remove();
    }
  }
}
