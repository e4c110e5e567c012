package io.github.llmfeedback.outbox;

import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.engine.Await;
import io.github.llmfeedback.engine.ManualTime;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** An outbox with one lane, {@code own}, on a time that a test advances. */
final class VirtualOutbox implements AutoCloseable {
  private static final Duration POLL = Duration.ofSeconds(1);

  final ManualTime time = new ManualTime();
  final Outbox outbox;

  VirtualOutbox(FeedbackClient client, UnaryOperator<Outbox.Builder> with) {
    this(client, MemoryOutboxStore.builder(), with);
  }

  VirtualOutbox(
      FeedbackClient client, MemoryOutboxStore.Builder store, UnaryOperator<Outbox.Builder> with) {
    outbox =
        with.apply(
                Outbox.to("own", client)
                    .store(store.time(time).build())
                    .closeTimeout(Duration.ZERO)
                    // It sleeps no longer than a lease.
                    .lease(Duration.ofDays(1)))
            .time(time)
            .open();
    idle();
  }

  /** Waits until the lane has nothing to do, and has rested. */
  void idle() {
    Await.isTrue(
        () -> "not idle: " + outbox.stats() + time.alarms(),
        () -> {
          boolean isIdle = time.alarms().contains(POLL);
          if (!isIdle) {
            time.advance(Duration.ofMillis(20));
          }
          return isIdle;
        });
    time.advance(Duration.ofMillis(200));
  }

  OutboxStats.Lane lane() {
    return outbox.stats().lane("own");
  }

  /** Waits until the lane sleeps until its next try, and returns how long that is. */
  Duration awaitNextTry() {
    Await.isTrue(() -> "no next try: " + outbox.stats() + time.alarms(), this::waitsForNextTry);
    return left();
  }

  private boolean waitsForNextTry() {
    return lane().claimed() == 0 && lane().nextTry().isPresent() && time.hasAlarm(left());
  }

  private Duration left() {
    return lane().nextTry().map(next -> Duration.between(time.now(), next)).orElse(Duration.ZERO);
  }

  /** Passes time until something is so: to the lane's next try, or a little. */
  void passUntil(BooleanSupplier condition) {
    Await.isTrue(
        () -> "not in time: " + outbox.stats(),
        () -> {
          boolean isSo = condition.getAsBoolean();
          if (!isSo) {
            time.advance(waitsForNextTry() ? left() : Duration.ofMillis(25));
          }
          return isSo;
        });
  }

  @Override
  public void close() {
    outbox.close(Duration.ZERO);
  }
}
