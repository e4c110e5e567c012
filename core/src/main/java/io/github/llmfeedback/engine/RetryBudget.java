package io.github.llmfeedback.engine;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A token bucket that keeps retries from multiplying an outage: each retry takes a token, each
 * accepted call brings a part of one back.
 *
 * <p>Half a token a success carries a provider that fails every third request for as long as it
 * likes (0.45 retries for each call that gets through), and ends retries when most calls fail.
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
