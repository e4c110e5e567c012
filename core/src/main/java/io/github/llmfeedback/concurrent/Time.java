package io.github.llmfeedback.concurrent;

/**
 * A clock, a scheduler and a random source: an engine uses no other, so that tests control them.
 */
public interface Time extends Clock, Scheduler {
  /** A random number from 0 (inclusive) to 1 (exclusive). */
  double random();
}
