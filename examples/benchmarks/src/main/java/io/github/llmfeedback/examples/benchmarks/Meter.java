package io.github.llmfeedback.examples.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * CPU time and allocation of this JVM.
 *
 * <p>From JDK 21 on, the JVM itself counts what ended threads have allocated. Before, every thread
 * is looked at every 50 ms, and what one allocated after the last look is missing; threads that do
 * the calls of a round are still alive at its end.
 */
final class Meter {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final CompilationMXBean COMPILERS = ManagementFactory.getCompilationMXBean();

  private final Map<Long, Long> byThread = new ConcurrentHashMap<>();
  private final boolean exact = total().isPresent();

  Meter() {
    if (!exact) {
      Thread looking = new Thread(this::look, "meter");
      looking.setDaemon(true);
      looking.start();
    }
  }

  /** The CPU time so far, in nanoseconds. */
  static long cpu() {
    return SYSTEM.getProcessCpuTime();
  }

  /** How long the JVM's compilers have been at work so far; one that is starved of CPU, too. */
  static long compilingMillis() {
    return COMPILERS.getTotalCompilationTime();
  }

  /** The bytes that all threads have allocated so far. */
  long bytes() {
    return total().orElseGet(this::sum);
  }

  /** What {@code getTotalThreadAllocatedBytes} says; empty below JDK 21. */
  private static Optional<Long> total() {
    try {
      return Optional.of(
          (Long) ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes").invoke(THREADS));
    } catch (ReflectiveOperationException older) {
      return Optional.empty();
    }
  }

  private long sum() {
    long[] ids = THREADS.getAllThreadIds();
    long[] bytes = THREADS.getThreadAllocatedBytes(ids);
    for (int i = 0; i < ids.length; i++) {
      byThread.merge(ids[i], bytes[i], Math::max); // -1 for a thread that has just ended
    }
    return byThread.values().stream().mapToLong(Long::longValue).sum();
  }

  private void look() {
    try {
      while (true) {
        sum();
        Thread.sleep(50);
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
