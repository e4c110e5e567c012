package io.github.llmfeedback.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.outbox.OutboxStore.NewEntry;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FreshEntriesTest {
  private final FreshEntries fresh = new FreshEntries();

  private static NewEntry entry(long millis, int number) {
    return new NewEntry(
        new UUID(millis << 16 | 0x7000, Long.MIN_VALUE | number),
        Feedback.on("trace-" + number).thumbsUp().build());
  }

  @Test
  void givesBackWhatWasAddedInItsOrderHoweverManyThereAre() {
    Random random = new Random(7);
    ArrayDeque<NewEntry> model = new ArrayDeque<>();
    for (int number = 0; number < 20_000; number++) {
      // Thousands at a time, then none.
      boolean isFilling = number / 5_000 % 2 == 0;
      if (random.nextInt(10) < (isFilling ? 7 : 2)) {
        NewEntry entry = entry(number, number);
        fresh.add(entry);
        model.add(entry);
      } else {
        assertThat(fresh.poll()).isEqualTo(model.poll());
      }
      assertThat(fresh.size()).isEqualTo(model.size());
      assertThat(fresh.isEmpty()).isEqualTo(model.isEmpty());
    }
  }

  @Test
  void findsAnOldOneWhereverItStands() {
    Instant then = Instant.ofEpochMilli(10_000);
    for (int number = 0; number < 1_500; number++) {
      fresh.add(entry(10_000, number));
    }
    assertThat(fresh.hasAddedBefore(then)).isFalse();
    fresh.add(entry(9_999, 1_500));
    assertThat(fresh.hasAddedBefore(then)).isTrue();
    for (int number = 0; number < 1_500; number++) {
      fresh.poll();
    }
    assertThat(fresh.hasAddedBefore(then)).isTrue();
    assertThat(fresh.poll()).isEqualTo(entry(9_999, 1_500));
    assertThat(fresh.hasAddedBefore(then)).isFalse();
  }
}
