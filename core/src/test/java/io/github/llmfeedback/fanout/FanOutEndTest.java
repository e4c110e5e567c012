package io.github.llmfeedback.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How calls end at the timeout, and clients with the fan-out. */
@Timeout(30)
class FanOutEndTest {
  private static final Feedback FEEDBACK = Feedback.on(Target.shared("a")).thumbsUp().build();

  @Test
  void whatAClientKnowsAtTheTimeoutIsTold() throws Exception {
    CompletableFuture<Receipt> call = new CompletableFuture<>();
    FanOut one =
        FanOut.builder()
            .add("own", new RecordingClient("toy", feedback -> call))
            .totalTimeout(Duration.ofMillis(300))
            .build();
    CountDownLatch timeoutIsOver = new CountDownLatch(1);
    CompletableFuture<Map<String, Outcome>> all = one.submitAsync(FEEDBACK);
    var unused = call.whenComplete((receipt, error) -> await(timeoutIsOver)); // runs first
    Thread client = new Thread(() -> call.completeExceptionally(neverSent()));
    client.setDaemon(true);
    client.start();

    Outcome outcome = Objects.requireNonNull(all.get(10, TimeUnit.SECONDS).get("own"));
    timeoutIsOver.countDown();

    assertThat(outcome.error().orElseThrow()).isSameAs(call.handle((ok, e) -> e).join());
    assertThat(unused).failsWithin(Duration.ofSeconds(10));
  }

  private static UndeliveredFeedbackException neverSent() {
    return UndeliveredFeedbackException.builder("toy", Reason.UNREACHABLE)
        .attempts(1)
        .mayHaveArrived(false)
        .message("nothing was sent")
        .build();
  }

  /** Each waits for the other, so that one after the other would not do. */
  @Test
  void clientsCloseAtTheSameTime() {
    CyclicBarrier both = new CyclicBarrier(2);
    class Patient extends ForwardingClient {
      @Override
      public void close() {
        try {
          both.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
          throw new IllegalStateException("closed alone", e);
        }
      }
    }
    FanOut.builder().add("one", new Patient()).add("two", new Patient()).build().close();
    assertThat(both.isBroken()).isFalse();
  }

  @Test
  void closingTellsTheErrorsOfAllClientsInTheirOrder() {
    class Failing extends ForwardingClient {
      private final RuntimeException own;

      Failing(String what) {
        own = new IllegalStateException(what);
      }

      @Override
      public void close() {
        throw own;
      }
    }
    FanOut all =
        FanOut.builder()
            .add("a", new Failing("one"))
            .add("b", new ForwardingClient())
            .add("c", new Failing("two"))
            .build();
    assertThatThrownBy(all::close)
        .hasMessage("one")
        .satisfies(e -> assertThat(e.getSuppressed()).extracting("message").containsExactly("two"));
  }

  /** Kotlin, for example, may throw checked exceptions anywhere. */
  @Test
  void aCheckedExceptionOfAClientIsNoOtherCase() {
    IOException lost = new IOException("lost");
    class Failing extends ForwardingClient {
      @Override
      public void close() {
        var unused = FanOutEndTest.<RuntimeException>sneak(lost);
      }
    }
    FanOut closing = FanOut.builder().add("a", new Failing()).build();
    assertThatThrownBy(closing::close).isSameAs(lost);

    FanOut one =
        FanOut.builder()
            .add(
                "own",
                new RecordingClient("toy", feedback -> FanOutEndTest.<RuntimeException>sneak(lost)))
            .build();
    Outcome outcome = Objects.requireNonNull(one.submit(FEEDBACK).get("own"));
    assertThat(outcome.error().orElseThrow()).hasRootCause(lost);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> CompletableFuture<Receipt> sneak(Throwable e) throws T {
    throw (T) e;
  }

  @Test
  void anInterruptReachesTheClientsThatClose() {
    AtomicBoolean interrupted = new AtomicBoolean();
    class Slow extends ForwardingClient {
      @Override
      public void close() {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          interrupted.set(true);
        }
      }
    }
    Thread.currentThread().interrupt();
    FanOut.builder().add("slow", new Slow()).add("b", new ForwardingClient()).build().close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(interrupted).isTrue();
  }

  @Test
  void aClientThatNeverClosesIsWaitedForAsLongAsAllowedAndNamed() {
    CountDownLatch never = new CountDownLatch(1);
    class Hanging extends ForwardingClient {
      @Override
      public void close() {
        while (never.getCount() > 0) {
          try {
            never.await();
          } catch (InterruptedException e) {
            // and hangs on
          }
        }
      }
    }
    AtomicBoolean closed = new AtomicBoolean();
    FanOut all =
        FanOut.builder()
            .add("stuck one", new Hanging())
            .add("stuck two", new Hanging())
            .add(
                "fine",
                new ForwardingClient() {
                  @Override
                  public void close() {
                    closed.set(true);
                  }
                })
            .closeTimeout(Duration.ofMillis(200))
            .build();
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      all.close();
    } finally {
      System.setErr(before);
      never.countDown();
    }
    assertThat(closed).isTrue();
    assertThat(log.toString(StandardCharsets.UTF_8).lines())
        .filteredOn(line -> line.contains("fan-out closes"))
        .singleElement()
        .asString()
        .contains("WARN", "stuck one, stuck two", "200 ms");
  }

  @Test
  void whatWasSubmittedBeforeReachesASlowClientBeforeItIsClosed() {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    CountDownLatch closing = new CountDownLatch(1);
    class Slow extends ForwardingClient {
      @Override
      public CompletableFuture<Receipt> submitAsync(Feedback feedback) {
        FanOutEndTest.await(closing);
        seen.add("submitted");
        return CompletableFuture.completedFuture(Receipt.builder("toy", "t").build());
      }

      @Override
      public void close() {
        seen.add("closed");
      }
    }
    FanOut all =
        FanOut.builder()
            .add("slow", new Slow())
            .add(
                "other",
                new ForwardingClient() {
                  @Override
                  public void close() {
                    closing.countDown();
                  }
                })
            .build();
    var first = all.submitAsync(FEEDBACK);
    var second = all.submitAsync(FEEDBACK);

    all.close();

    assertThat(seen).containsExactly("submitted", "submitted", "closed");
    first.cancel(true);
    second.cancel(true);
  }

  @Test
  void aClientThatNeverTakesWhatWasSubmittedIsClosedAllTheSame() {
    CountDownLatch never = new CountDownLatch(1);
    class Stuck extends ForwardingClient {
      @Override
      public CompletableFuture<Receipt> submitAsync(Feedback feedback) {
        try {
          never.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        return new CompletableFuture<>();
      }

      @Override
      public void close() {
        never.countDown();
      }
    }
    FanOut all =
        FanOut.builder().add("stuck", new Stuck()).closeTimeout(Duration.ofSeconds(1)).build();
    var unused = all.submitAsync(FEEDBACK);

    all.close();

    assertThat(never.getCount()).isZero();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
