package io.github.llmfeedback.engine;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A token bucket that keeps retries from multiplying an outage: each retry takes a token, each
 * accepted call returns half of one.
 *
 * <p>Half a token for each success lasts indefinitely with a provider that fails every third
 * request (0.45 retries for each call that succeeds), and ends retries when most calls fail.
 */
final class RetryBudget {
  private static final double CAPACITY = 100;
  private static final double PER_SUCCESS = 0.5;

  private final ReentrantLock lock = new ReentrantLock();
  private double tokens = CAPACITY;

  boolean take() {
    lock.lock();
    try {
      if (tokens < 1) {
        return false;
      }
      tokens--;
      return true;
    } finally {
      lock.unlock();
    }
  }

  void succeeded() {
    lock.lock();
    try {
      tokens = Math.min(CAPACITY, tokens + PER_SUCCESS);
    } finally {
      lock.unlock();
    }
  }
}
