package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.Surely;
import java.util.concurrent.locks.ReentrantLock;

/** How many single calls a client has in flight and queued, and the bytes of their bodies. */
final class InFlight {
  private final ReentrantLock lock = new ReentrantLock();
  private final int maxCalls;
  private final long maxBytes;
  private int calls;
  private long bytes;

  InFlight(int maxCalls, long maxBytes) {
    this.maxCalls = maxCalls;
    this.maxBytes = maxBytes;
  }

  /**
   * Counts a call in, whose end must count it out again.
   *
   * @return whether there was room for it; one that has more bytes than there is room for at all
   *     goes alone
   */
  boolean add(int size) {
    Surely.lock(lock);
    try {
      boolean hasRoom = calls < maxCalls && (calls == 0 || size <= maxBytes - bytes);
      calls++;
      bytes += size;
      return hasRoom;
    } finally {
      lock.unlock();
    }
  }

  /** Counts a call out. */
  void remove(int size) {
    Surely.lock(lock);
    try {
      calls--;
      bytes -= size;
    } finally {
      lock.unlock();
    }
  }
}
