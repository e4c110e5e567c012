package io.github.llmfeedback.outbox;

import io.github.llmfeedback.concurrent.Scheduler;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lines that an outbox writes to the log. What may happen by thousands is counted, and said in
 * one line a minute. Thread-safe; nothing here throws.
 */
final class Notices {
  private static final Logger LOG = LoggerFactory.getLogger("io.github.llmfeedback.outbox");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Scheduler timer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Counted> counts = new LinkedHashMap<>();
  private boolean isPlanned;
  private boolean isFirst = true;

  Notices(Scheduler timer) {
    this.timer = timer;
  }

  /**
   * Counts something.
   *
   * @param what ends the line "3 …", such as "entries of portkey were parked (UNCERTAIN)"
   * @param example what one of them says, without anybody's text; null if nothing
   */
  void count(String what, long times, @Nullable String example) {
    if (times <= 0) {
      return;
    }
    lock.lock();
    try {
      Counted counted = counts.computeIfAbsent(what, w -> new Counted());
      counted.times += times;
      counted.example = example == null ? counted.example : example;
      if (!isPlanned) {
        isPlanned = true;
        timer.schedule(this::report, isFirst ? Duration.ofSeconds(1) : MINUTE);
        isFirst = false;
      }
    } catch (RuntimeException | Error e) {
      // Nobody waits for a line in the log.
    } finally {
      lock.unlock();
    }
  }

  /** Writes what was counted since the last line, if anything. */
  void report() {
    String line;
    lock.lock();
    try {
      isPlanned = false;
      line =
          counts.entrySet().stream()
              .map(each -> each.getValue().times + " " + each.getKey() + each.getValue().example())
              .collect(Collectors.joining("; "));
      counts.clear();
    } finally {
      lock.unlock();
    }
    if (!line.isEmpty()) {
      warn("outbox, since the last such line: {}", line);
    }
  }

  void info(String format, @Nullable Object... arguments) {
    try {
      LOG.info(format, arguments);
    } catch (RuntimeException | Error e) {
      // Nothing else can report it.
    }
  }

  void warn(String format, @Nullable Object... arguments) {
    try {
      LOG.warn(format, arguments);
    } catch (RuntimeException | Error e) {
      // As above.
    }
  }

  void error(String format, @Nullable Object... arguments) {
    try {
      LOG.error(format, arguments);
    } catch (RuntimeException | Error e) {
      // As above.
    }
  }

  private static final class Counted {
    private long times;
    private @Nullable String example;

    private String example() {
      return example == null ? "" : " (the last: " + example + ")";
    }
  }
}
