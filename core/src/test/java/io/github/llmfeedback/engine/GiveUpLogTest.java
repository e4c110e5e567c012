package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.concurrent.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Log lines for calls that are given up, with a timer that fires late. */
class GiveUpLogTest {
  private final ManualTime clock = new ManualTime();
  private final List<Runnable> alarms = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final GiveUpLog log =
      new GiveUpLog(
          new Time() {
            @Override
            public long nanoTime() {
              return clock.nanoTime();
            }

            @Override
            public Instant now() {
              return clock.now();
            }

            @Override
            public double random() {
              return clock.random();
            }

            @Override
            public Alarm schedule(Runnable task, Duration delay) {
              alarms.add(task);
              return () -> {};
            }
          },
          (format, argument) -> lines.add(argument.toString()));

  private void giveUp(int times) {
    for (int i = 0; i < times; i++) {
      log.gaveUp("a call");
    }
  }

  private void ringLate() {
    List<Runnable> due = List.copyOf(alarms);
    alarms.clear();
    due.forEach(Runnable::run);
  }

  @Test
  void aLateTimerMakesNoSecondLineInASecondAndLosesNoCount() {
    giveUp(10);
    clock.advance(Duration.ofSeconds(1));
    giveUp(5); // before the alarm fires
    assertThat(lines).as("nine, and the first of the five").containsExactly("a call", "10");
    ringLate();
    assertThat(lines).as("within the second of the last line").hasSize(2);
    clock.advance(Duration.ofSeconds(1));
    ringLate();
    assertThat(lines).containsExactly("a call", "10", "4");
  }

  @Test
  void theLastCountIsNotWaitedFor() {
    giveUp(3);
    log.countNow();
    assertThat(lines).containsExactly("a call", "2");
    ringLate();
    assertThat(lines).hasSize(2);
  }
}
