package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.concurrent.ExitHook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client has admitted, counted by many threads at once. */
@Timeout(60)
class PendingWorkTest {
  private static final Duration PATIENCE = Duration.ofDays(1);

  private final PendingWork work =
      new PendingWork(new ExitHook(false, Duration.ZERO, new ManualTime(), () -> {}, left -> {}));

  @Test
  void closingWaitsForExactlyWhatWasAdmitted() throws InterruptedException {
    AtomicInteger open = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Thread thread = new Thread(() -> admitUntilClosed(open));
      threads.add(thread);
      thread.start();
    }
    Await.isTrue("they admit", () -> open.get() > 0);
    assertThat(work.close()).as("the first time").isTrue();
    assertThat(work.await(PATIENCE)).isTrue();
    assertThat(open).hasValue(0);
    assertThat(work.close()).isFalse();
    assertThat(work.admit()).isNull();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void admitUntilClosed(AtomicInteger open) {
    PendingWork.Piece piece;
    while ((piece = work.admit()) != null) {
      open.incrementAndGet();
      Thread.onSpinWait();
      open.decrementAndGet();
      piece.end();
      piece.end(); // counts once
    }
  }

  @Test
  void whatIsPendingAtTheLimitIsNotFinished() throws InterruptedException {
    PendingWork.Piece piece = Objects.requireNonNull(work.admit());
    work.close();
    assertThat(work.await(Duration.ofNanos(1))).isFalse();
    piece.end();
    assertThat(work.await(PATIENCE)).isTrue();
  }

  @Test
  void theLastPieceEndsTheWait() throws InterruptedException {
    PendingWork.Piece first = Objects.requireNonNull(work.admit());
    PendingWork.Piece last = Objects.requireNonNull(work.admit());
    work.close();
    AtomicBoolean isFinished = new AtomicBoolean();
    Thread waiting =
        new Thread(
            () -> {
              try {
                isFinished.set(work.await(PATIENCE));
              } catch (InterruptedException e) {
                // the test fails
              }
            });
    waiting.setDaemon(true);
    waiting.start();
    Await.isTrue("it waits", () -> waiting.getState() == Thread.State.TIMED_WAITING);
    first.end();
    last.end();
    waiting.join();
    assertThat(isFinished).isTrue();
  }

  @Test
  void theBoundsOfWhatIsInFlightAreExact() {
    InFlight inFlight = new InFlight(3, 100);
    assertThat(inFlight.add(1_000)).as("a large one alone").isTrue();
    assertThat(inFlight.add(1)).isFalse();
    inFlight.remove(1);
    inFlight.remove(1_000);
    assertThat(inFlight.add(60)).isTrue();
    assertThat(inFlight.add(40)).isTrue();
    assertThat(inFlight.add(1)).isFalse();
    inFlight.remove(1);
    inFlight.remove(40);
    assertThat(inFlight.add(20)).isTrue();
    assertThat(inFlight.add(20)).isTrue();
    assertThat(inFlight.add(0)).as("a fourth call").isFalse();
  }

  @Test
  void theLargestBoundsHold() {
    InFlight inFlight = new InFlight(10_000_000, 1_000_000_000_000L);
    for (int i = 0; i < 465; i++) {
      assertThat(inFlight.add(Integer.MAX_VALUE)).isTrue();
    }
    assertThat(inFlight.add(Integer.MAX_VALUE)).isFalse();
  }
}
