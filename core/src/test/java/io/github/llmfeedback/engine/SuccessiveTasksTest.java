package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.concurrent.SharedThreads;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On which threads attempts are made. */
@Timeout(30)
class SuccessiveTasksTest {
  private final SharedThreads threads = SharedThreads.acquire();
  private final Executor attempts = threads.attempts();

  @AfterEach
  void release() {
    threads.release();
  }

  @Test
  void theFirstTaskThatATaskSubmitsFollowsItOnItsThread() {
    List<String> done = new CopyOnWriteArrayList<>();
    List<Thread> on = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    attempts.execute(
        () -> {
          attempts.execute(
              () -> {
                attempts.execute(
                    () -> {
                      done.add("third");
                      on.add(Thread.currentThread());
                      last.complete(null);
                    });
                done.add("second");
                on.add(Thread.currentThread());
              });
          done.add("first");
          on.add(Thread.currentThread());
        });

    Await.isDone(last);
    assertThat(done).containsExactly("first", "second", "third");
    assertThat(on).containsOnly(on.get(0));
  }

  @Test
  void whatElseATaskSubmitsRunsAtOnceOnOtherThreads() {
    CountDownLatch others = new CountDownLatch(2);
    CompletableFuture<Boolean> metMeanwhile = new CompletableFuture<>();
    attempts.execute(
        () -> {
          attempts.execute(() -> {});
          attempts.execute(others::countDown);
          attempts.execute(others::countDown);
          metMeanwhile.complete(isZeroSoon(others));
        });

    assertThat(metMeanwhile.join()).isTrue();
  }

  @Test
  void aTaskThatEndsLeavesNothingBehindOnItsThread() {
    CompletableFuture<Thread> first = new CompletableFuture<>();
    attempts.execute(() -> first.complete(Thread.currentThread()));
    first.join();
    CountDownLatch ran = new CountDownLatch(1);
    CompletableFuture<Boolean> other = new CompletableFuture<>();

    // The same pool, but not a task of attempts: what it submits does not wait for it.
    threads.run(
        () -> {
          attempts.execute(ran::countDown);
          other.complete(isZeroSoon(ran));
        });

    assertThat(other.join()).isTrue();
  }

  @Test
  void aTaskThatFailsDoesNotTakeTheNextWithIt() {
    CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
    CompletableFuture<Void> next = new CompletableFuture<>();
    Error failure = new OutOfMemoryError("for a test");
    attempts.execute(
        () -> {
          Thread.currentThread()
              .setUncaughtExceptionHandler((thread, error) -> uncaught.complete(error));
          attempts.execute(() -> next.complete(null));
          throw failure;
        });

    Await.isDone(next);
    Await.isDone(uncaught);
    assertThat(uncaught).isCompletedWithValue(failure);
  }

  private static boolean isZeroSoon(CountDownLatch latch) {
    try {
      return latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
