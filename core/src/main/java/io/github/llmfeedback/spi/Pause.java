package io.github.llmfeedback.spi;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The time until which a busy provider asked a client to wait; all its calls respect it. */
final class Pause {
  private final AtomicReference<@Nullable Until> until = new AtomicReference<>();
  private final Time time;

  Pause(Time time) {
    this.time = time;
  }

  /** Pauses for {@code wait} from now, unless a longer pause stands. */
  void begin(int status, Duration wait) {
    long end = time.nanoTime() + wait.toNanos();
    until.accumulateAndGet(
        new Until(status, end),
        (standing, asked) ->
            standing != null && asked != null && standing.end - asked.end >= 0 ? standing : asked);
  }

  /** What is left of the pause; zero or less if there is none. */
  Duration left() {
    Until standing = until.get();
    return standing == null ? Duration.ZERO : Duration.ofNanos(standing.end - time.nanoTime());
  }

  /** The status that began the pause. */
  int status() {
    Until standing = until.get();
    return standing == null ? 0 : standing.status;
  }

  private record Until(int status, long end) {}
}
