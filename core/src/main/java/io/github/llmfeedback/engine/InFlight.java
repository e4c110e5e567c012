package io.github.llmfeedback.engine;

import io.github.llmfeedback.concurrent.OutOfMemoryRetry;
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
   * Adds a call, which must be {@linkplain #remove removed} at its end even if this returns false.
   *
   * @return whether it is within the bounds; a call with more bytes than the maximum is if it is
   *     the only one
   */
  boolean add(int size) {
    OutOfMemoryRetry.lock(lock);
    try {
      boolean hasRoom = calls < maxCalls && (calls == 0 || size <= maxBytes - bytes);
      calls++;
      bytes += size;
      return hasRoom;
    } finally {
      lock.unlock();
    }
  }

  /** Removes a call that was added. */
  void remove(int size) {
    OutOfMemoryRetry.lock(lock);
    try {
      calls--;
      bytes -= size;
    } finally {
      lock.unlock();
    }
  }
}
