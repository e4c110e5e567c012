package io.github.llmfeedback.outbox.jdbc;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts off the interrupts of a thread until this is closed: on a virtual thread one would close the
 * connection. For the thread that made it.
 */
final class Interrupts implements AutoCloseable {
  private boolean isInterrupted;

  Interrupts() {
    putOff();
  }

  /** Puts off one that came meanwhile, and may have ended what has just failed. */
  void putOff() {
    isInterrupted |= Thread.interrupted();
  }

  /** Waits for so long, whether interrupts come or not. */
  void pause(Duration pause) {
    long end = System.nanoTime() + pause.toNanos();
    for (long left = pause.toNanos(); left > 0; left = end - System.nanoTime()) {
      putOff();
      LockSupport.parkNanos(left);
    }
  }

  @Override
  public void close() {
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
