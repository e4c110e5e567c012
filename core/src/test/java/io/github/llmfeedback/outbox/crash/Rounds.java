package io.github.llmfeedback.outbox.crash;

import java.util.Random;
import org.jspecify.annotations.Nullable;

/** How much these tests try, and with which random numbers. */
final class Rounds {
  private Rounds() {}

  /** The property {@code feedback.crash.rounds}; 5 by default. */
  static int count() {
    return Integer.getInteger("feedback.crash.rounds", 5);
  }

  /** The property {@code feedback.crash.seed}, or a new one; a test that fails must name it. */
  static long seed() {
    String given = System.getProperty("feedback.crash.seed", "");
    return given.isEmpty() ? new Random().nextInt(1_000_000_000) : Long.parseLong(given);
  }

  /** Runs a test; what it throws says how to run it with the same numbers again. */
  static void run(Trial trial) throws Exception {
    long seed = seed();
    try {
      trial.run(seed);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("with -Dfeedback.crash.seed=%d: %s".formatted(seed, message(e)), e);
    }
  }

  private static @Nullable String message(Throwable e) {
    return e.getMessage();
  }

  /** A test that takes random numbers. */
  interface Trial {
    /** Runs it. */
    void run(long seed) throws Exception;
  }
}
