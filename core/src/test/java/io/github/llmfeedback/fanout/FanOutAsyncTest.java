package io.github.llmfeedback.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.engine.ToyClient;
import io.github.llmfeedback.engine.ToyDialect;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FanOutAsyncTest {
  private static final Capabilities KEEPS =
      Capabilities.of("toy").with(Support.NATIVE, Part.THUMBS, Part.COMMENT);
  private static final Feedback FEEDBACK =
      Feedback.on(Target.of(ToyDialect.THING, "a")).thumbsUp().build();

  private final LoopbackServer fast = new LoopbackServer();
  private final LoopbackServer mute = new LoopbackServer();

  FanOutAsyncTest() {
    fast.answerAll(seen -> Reply.of(200, "{}"));
    mute.answerAll(seen -> Reply.fault(Reply.Fault.NEVER_ANSWERED));
  }

  @AfterEach
  void stop() {
    fast.close();
    mute.close();
  }

  private static FeedbackClient client(LoopbackServer server) {
    return new ToyClient(
        server.url(),
        new ToyDialect(KEEPS),
        ClientSettings.builder().attemptTimeout(Duration.ofSeconds(20)).build());
  }

  private static Outcome of(Map<String, Outcome> outcomes, String name) {
    return Objects.requireNonNull(outcomes.get(name));
  }

  @Test
  void everyClientHasItsOutcomeInTheGivenOrder() throws Exception {
    fast.enqueue(400, "{}");
    try (FanOut everywhere =
        FanOut.builder()
            .add("z", client(fast))
            .add(
                "a",
                new ToyClient(
                    fast.url(), new ToyDialect(Capabilities.of("toy")), ClientSettings.defaults()))
            .build()) {
      Map<String, Outcome> outcomes = everywhere.submitAsync(FEEDBACK).get();

      assertThat(outcomes.keySet()).containsExactly("z", "a");
      assertThat(of(outcomes, "z").error()).get().isInstanceOf(RejectedFeedbackException.class);
      assertThat(of(outcomes, "a").error())
          .get()
          .isInstanceOf(UnrepresentableFeedbackException.class);
    }
  }

  @Test
  void theCallerNeverWaitsAndTheTimeoutEndsTheSlowOneOnly() throws Exception {
    try (FeedbackClient good = client(fast);
        FeedbackClient slow = client(mute)) {
      FanOut everywhere =
          FanOut.builder()
              .add("good", good)
              .add("slow", slow)
              .totalTimeout(Duration.ofSeconds(3))
              .build();

      CompletableFuture<Map<String, Outcome>> future = everywhere.submitAsync(FEEDBACK);
      assertThat(future).isNotDone();
      Map<String, Outcome> outcomes = future.get();

      assertThat(of(outcomes, "good").isAccepted()).isTrue();
      assertThat(of(outcomes, "slow").error())
          .get()
          .isInstanceOfSatisfying(
              UndeliveredFeedbackException.class,
              e -> {
                assertThat(e.reason()).isEqualTo(Reason.TIMEOUT);
                assertThat(e.mayHaveArrived()).isTrue();
                assertThat(e.elapsed()).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
                assertThat(e).hasMessageStartingWith("slow had not ended when the fan-out did");
              });
    }
  }

  @Test
  void theDeadlineCancelsTheCallBeforeTheCallerHears() throws Exception {
    try (Watched slow = new Watched()) {
      FanOut one = FanOut.builder().add(slow).totalTimeout(Duration.ofMillis(100)).build();

      boolean cancelled =
          one.submitAsync(FEEDBACK).thenApply(outcomes -> slow.call.isCancelled()).get();

      assertThat(cancelled).isTrue();
    }
  }

  @Test
  void aCallbackOfTheTimeoutHoldsUpNoOtherTimeout() throws Exception {
    try (FeedbackClient slow = client(mute)) {
      FanOut one = FanOut.builder().add(slow).totalTimeout(Duration.ofSeconds(1)).build();
      assertThat(one.submit(FEEDBACK)).hasSize(1); // loads classes, which may take longer than that
      CountDownLatch entered = new CountDownLatch(1);
      CountDownLatch leave = new CountDownLatch(1);
      CompletableFuture<Thread> blocked =
          one.submitAsync(FEEDBACK)
              .thenApply(
                  outcomes -> {
                    entered.countDown();
                    await(leave);
                    return Thread.currentThread();
                  });
      await(entered);

      assertThat(one.submitAsync(FEEDBACK).get(10, TimeUnit.SECONDS)).hasSize(1);

      leave.countDown();
      Thread thread = blocked.get();
      assertThat(thread.getName()).startsWith("llm-feedback-");
      assertThat(thread.isDaemon()).isTrue();
    }
  }

  @Test
  void cancellingTheFutureCancelsEveryCall() {
    try (Watched one = new Watched();
        Watched two = new Watched()) {
      FanOut both = FanOut.builder().add("one", one).add("two", two).build();

      CompletableFuture<Map<String, Outcome>> future = both.submitAsync(FEEDBACK);
      await(one.begun);
      await(two.begun);
      future.cancel(true);

      assertThat(one.call).failsWithin(Duration.ofSeconds(10));
      assertThat(two.call).failsWithin(Duration.ofSeconds(10));
      assertThat(one.call).isCancelled();
      assertThat(two.call).isCancelled();
    }
  }

  @Test
  void anInterruptEndsTheWaitAndEveryCall() throws Exception {
    try (Watched slow = new Watched()) {
      FanOut one = FanOut.builder().add(slow).build();
      CompletableFuture<Outcome> seen = new CompletableFuture<>();
      Thread waiting =
          new Thread(
              () -> {
                Outcome outcome = of(one.submit(FEEDBACK), "toy");
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
                seen.complete(outcome);
              });
      waiting.start();
      await(slow.begun);
      waiting.interrupt();

      assertThat(seen.get().error())
          .get()
          .extracting(e -> ((UndeliveredFeedbackException) e).reason())
          .isEqualTo(Reason.INTERRUPTED);
      assertThat(slow.call).failsWithin(Duration.ofSeconds(10));
      assertThat(slow.call).isCancelled();
    }
  }

  @Test
  void aBareIdIsRefusedThroughTheFutureAndNothingIsSent() {
    try (FanOut one = FanOut.builder().add(client(fast)).build()) {
      CompletableFuture<?> future = one.submitAsync(Feedback.on("a").thumbsUp().build());

      assertThatThrownBy(future::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(UnrepresentableFeedbackException.class)
          .hasMessageContaining("bare");
      assertThat(fast.count()).isZero();
    }
  }

  @Test
  void aClientThatThrowsOrIsCancelledTouchesNoOther() throws Exception {
    try (FeedbackClient good = client(fast);
        Watched cancelled = new Watched()) {
      cancelled.call.cancel(false);
      FeedbackClient throwing =
          new Watched() {
            @Override
            public CompletableFuture<Receipt> submitAsync(Feedback feedback) {
              throw new IllegalStateException("a bug");
            }
          };
      FanOut all =
          FanOut.builder()
              .add("throwing", throwing)
              .add("cancelled", cancelled)
              .add("good", good)
              .build();

      Map<String, Outcome> outcomes = all.submitAsync(FEEDBACK).get();

      assertThat(of(outcomes, "throwing").error())
          .get()
          .isInstanceOf(UndeliveredFeedbackException.class);
      assertThat(of(outcomes, "cancelled").error())
          .get()
          .extracting(e -> ((UndeliveredFeedbackException) e).reason())
          .isEqualTo(Reason.CANCELLED);
      assertThat(of(outcomes, "good").isAccepted()).isTrue();
      assertThat(all.submit(FEEDBACK)).hasSize(3); // waiting is no different
    }
  }

  @Test
  void closeClosesEveryClientEvenIfOneFails() {
    ToyClient last = new ToyClient(fast.url(), new ToyDialect(KEEPS), ClientSettings.defaults());
    Watched failing =
        new Watched() {
          @Override
          public void close() {
            throw new IllegalStateException("cannot close");
          }
        };
    FanOut all = FanOut.builder().add("one", failing).add("two", failing).add("last", last).build();

    assertThatThrownBy(all::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cannot close")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));

    assertThatThrownBy(() -> last.submit(FEEDBACK))
        .isInstanceOfSatisfying(
            UndeliveredFeedbackException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** An application's own client, whose call never ends and can be inspected. */
  private static class Watched extends ForwardingClient {
    final CompletableFuture<Receipt> call = new CompletableFuture<>();
    final CountDownLatch begun = new CountDownLatch(1);

    @Override
    public CompletableFuture<Receipt> submitAsync(Feedback feedback) {
      begun.countDown();
      return call;
    }
  }
}
