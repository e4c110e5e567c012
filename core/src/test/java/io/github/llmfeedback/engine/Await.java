package io.github.llmfeedback.engine;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, at most 20 seconds. */
public final class Await {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Await() {}

  public static void isTrue(String what, BooleanSupplier condition) {
    isTrue(() -> what, condition);
  }

  public static void isTrue(Supplier<String> what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("waited in vain: " + what.get());
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  static void isDone(Future<?> future) {
    isTrue("the future is done", future::isDone);
  }
}
