package io.github.llmfeedback.concurrent;

/** A clock, a scheduler and dice: all that an engine knows of time and chance. */
public interface Time extends Clock, Scheduler {
  /** A random number from 0 (inclusive) to 1 (exclusive). */
  double random();
}
