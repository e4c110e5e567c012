package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.BatchSummary;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An error such as {@link OutOfMemoryError} wherever the engine asks for the time, an alarm or a
 * random number: the call ends, and takes nothing with it that the next one needs.
 */
@Timeout(300)
class ErrorAnywhereTest {
  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void stop() {
    server.close();
  }

  /** The ways to submit; each ends with any outcome, or with an error the caller may catch. */
  enum Way {
    SUBMIT(false) {
      @Override
      void go(ToyClient client) {
        client.submit(on("a"));
      }
    },
    ASYNC(false) {
      @Override
      void go(ToyClient client) {
        join(client.submitAsync(on("a")));
      }
    },
    ALL(false) {
      @Override
      void go(ToyClient client) {
        assertThat(client.submitAll(ToyClient.many(3))).hasSize(3);
      }
    },
    ALL_ASYNC(true) {
      @Override
      void go(ToyClient client) {
        join(client.submitAllAsync(ToyClient.many(3)));
      }
    },
    EACH(true) {
      @Override
      void go(ToyClient client) {
        AtomicInteger outcomes = new AtomicInteger();
        BatchSummary summary =
            client.submitEach(ToyClient.many(3).iterator(), outcome -> outcomes.incrementAndGet());
        assertThat(summary.submitted()).isEqualTo(outcomes.get()).isEqualTo(3);
      }
    };

    final boolean asLists;

    Way(boolean asLists) {
      this.asLists = asLists;
    }

    abstract void go(ToyClient client);

    static void join(CompletableFuture<?> future) {
      Await.isDone(future);
      future.join();
    }
  }

  /** The real time, but for one question, which ends with an error, as do so many after it. */
  private static final class Faulty implements Time {
    private final SharedThreads real = SharedThreads.acquire();
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    private final AtomicInteger faults = new AtomicInteger();

    void failAfter(int questions, int times) {
      left.set(questions);
      faults.set(times);
    }

    boolean hasFailed() {
      return left.get() <= 0;
    }

    private void fail() {
      if (left.getAndDecrement() <= 0 && faults.getAndDecrement() > 0) {
        throw new OutOfMemoryError("not really");
      }
    }

    void heal() {
      left.set(Integer.MAX_VALUE);
    }

    @Override
    public long nanoTime() {
      fail();
      return real.nanoTime();
    }

    @Override
    public Instant now() {
      fail();
      return real.now();
    }

    @Override
    public double random() {
      fail();
      return real.random();
    }

    @Override
    public Alarm schedule(Runnable task, Duration delay) {
      fail();
      return real.schedule(task, delay);
    }
  }

  private void everywhere(Way way, int times) {
    ToyDialect toy = way.asLists ? ToyDialect.lists(2) : ToyDialect.plain();
    Faulty time = new Faulty();
    int questions = 0;
    boolean failed = true;
    while (failed) {
      AtomicInteger requests = new AtomicInteger();
      server.answerAll(seen -> requests.incrementAndGet() == 1 ? busy() : Reply.of(200, "{}"));
      var settings =
          ToyClient.impatient()
              .concurrency(1)
              .maxPending(1)
              .closeTimeout(Duration.ofSeconds(30))
              .build();
      ToyClient client = new ToyClient(server.url(), toy, settings, time);
      time.failAfter(questions, times);
      try {
        way.go(client);
      } catch (RuntimeException | OutOfMemoryError reported) {
        // The caller was told, in one of these ways.
      }
      failed = time.hasFailed();
      time.heal();
      String where = way + " after " + questions + " questions";
      server.answerAll(seen -> Reply.of(200, "{}"));
      Await.isTrue(where + ": nothing is left behind", () -> isAtRest(client));
      assertThat(client.submit(on("next")).attempts()).as(where).isEqualTo(1);
      client.close();
      questions++;
    }
    assertThat(questions).as("how many questions are asked").isGreaterThan(5);
    time.real.release();
  }

  private static Reply busy() {
    return Reply.of(503, "").header("Retry-After", "0");
  }

  private static boolean isAtRest(ToyClient client) {
    try {
      return client.engine().calls.work.await(Duration.ofNanos(1));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void theCallEndsAndTheNextOneGoes(Way way) {
    everywhere(way, 1);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void alsoIfTheErrorComesAgain(Way way) {
    everywhere(way, 3);
  }
}
