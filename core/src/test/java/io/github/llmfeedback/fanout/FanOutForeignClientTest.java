package io.github.llmfeedback.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.github.llmfeedback.BadInput;
import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.testing.RecordingFeedbackClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever an application's own client does, only its own outcome in the fan-out fails. */
@Timeout(30)
class FanOutForeignClientTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  private final RecordingClient good = RecordingClient.taking("good");
  private final CountDownLatch leave = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    leave.countDown();
  }

  private static Feedback on(String target) {
    return Feedback.on(Target.shared(target)).thumbsUp().build();
  }

  private static <T> T of(Map<String, T> outcomes, String name) {
    return Objects.requireNonNull(outcomes.get(name));
  }

  private static ObjectAssert<UndeliveredFeedbackException> assertUndelivered(Outcome outcome) {
    return assertThat(outcome.error()).get().asInstanceOf(type(UndeliveredFeedbackException.class));
  }

  private static Receipt receipt() {
    return Receipt.builder("toy", "t").build();
  }

  private <T> T blocked(T value) {
    try {
      leave.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return value;
  }

  private FanOut between(FeedbackClient client) {
    return FanOut.builder().add(good).add("bad", client).totalTimeout(SHORT).build();
  }

  /** A client that does not name its provider. */
  private static class Nameless extends ForwardingClient {
    private final Supplier<Capabilities> capabilities;

    Nameless(Supplier<Capabilities> capabilities) {
      this.capabilities = capabilities;
    }

    @Override
    public Capabilities capabilities() {
      return capabilities.get();
    }

    @Override
    public CompletableFuture<Receipt> submitAsync(Feedback feedback) {
      return BadInput.absent();
    }
  }

  static Stream<Named<Supplier<Capabilities>>> unknown() {
    return Stream.of(
        Named.of("null", BadInput::absent),
        Named.of("an exception", () -> sneak(new IllegalStateException("a bug"))),
        Named.of("an Error", () -> sneak(new NoClassDefFoundError("a bug"))),
        Named.of("a checked exception", () -> sneak(new IOException("a bug"))));
  }

  @SuppressWarnings("TypeParameterUnusedInFormals")
  private static <T> T sneak(Throwable e) {
    return FanOutForeignClientTest.<T, RuntimeException>thrown(e);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T, E extends Throwable> T thrown(Throwable e) throws E {
    throw (E) e;
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void aClientThatTellsNoProviderIsNamedByTheApplication(Supplier<Capabilities> capabilities) {
    FanOut both = FanOut.builder().add("My Mock €", new Nameless(capabilities)).add(good).build();

    Map<String, Outcome> outcomes = both.submit(on("t"));

    assertUndelivered(of(outcomes, "My Mock €"))
        .returns("my-mock--", FeedbackException::provider)
        .satisfies(
            error -> assertThat(error).hasMessageStartingWith("My Mock € failed with an error"));
    assertThat(of(outcomes, "good").isAccepted()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void aClientThatTellsNoProviderCannotBeAddedWithoutAName(Supplier<Capabilities> capabilities) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FanOut.builder().add(new Nameless(capabilities)))
        .withMessageContaining("does not name its provider")
        .withMessageEndingWith("name it with add(name, client)");
  }

  @Test
  void theProviderIsAskedForOnce() {
    AtomicInteger asked = new AtomicInteger();
    FanOut one =
        FanOut.builder()
            .add(
                new Nameless(
                    () ->
                        asked.incrementAndGet() == 1
                            ? Capabilities.of("toy")
                            : sneak(new IllegalStateException("asked again"))))
            .build();

    assertUndelivered(of(one.submit(on("t")), "toy")).returns("toy", FeedbackException::provider);
    assertThat(asked).hasValue(1);
  }

  @Test
  void aClientThatBlocksHoldsUpNeitherTheCallerNorAnotherNorTheTimeout() throws Exception {
    CompletableFuture<Receipt> late = new CompletableFuture<>();
    FanOut both =
        FanOut.builder()
            .add("bad", new RecordingClient("toy", feedback -> blocked(late)))
            .add(good)
            .totalTimeout(SHORT)
            .build();

    CompletableFuture<Map<String, Outcome>> future = both.submitAsync(on("t"));

    assertThat(future).isNotDone();
    assertUndelivered(of(future.get(10, TimeUnit.SECONDS), "bad"))
        .returns(Reason.TIMEOUT, UndeliveredFeedbackException::reason)
        .returns(0, FeedbackException::attempts)
        .returns(true, FeedbackException::mayHaveArrived)
        .satisfies(e -> assertThat(e.elapsed()).isLessThan(Duration.ofSeconds(10)));
    assertThat(of(future.get(), "good").isAccepted()).isTrue();
    leave.countDown();
    assertThat(late).failsWithin(Duration.ofSeconds(10)); // what begins after the end
    assertThat(late).isCancelled();
  }

  @Test
  void aBatchThatBlocksIsNoOtherCase() throws Exception {
    CompletableFuture<List<Outcome>> late = new CompletableFuture<>();
    FanOut one = FanOut.builder().add(batches(given -> blocked(late))).batchTimeout(SHORT).build();

    List<Outcome> outcomes =
        of(one.submitAllAsync(List.of(on("a"), on("b"))).get(10, TimeUnit.SECONDS), "toy");

    assertThat(outcomes).hasSize(2);
    assertUndelivered(outcomes.get(1)).returns(true, FeedbackException::mayHaveArrived);
  }

  @Test
  void cancellingReachesACallThatBeginsLater() throws Exception {
    CompletableFuture<Receipt> late = new CompletableFuture<>();
    CountDownLatch entered = new CountDownLatch(1);
    RecordingClient blocking =
        new RecordingClient(
            "toy",
            feedback -> {
              entered.countDown();
              return blocked(late);
            });
    FanOut one = FanOut.builder().add(blocking).build();
    CompletableFuture<?> first = one.submitAsync(on("t"));
    CompletableFuture<?> second = one.submitAsync(on("t"));
    assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

    second.cancel(true);
    first.cancel(true);
    leave.countDown();

    assertThat(late).failsWithin(Duration.ofSeconds(10));
    assertThat(late).isCancelled();
    one.close(); // waits for calls that have not begun
    assertThat(blocking.seen).hasSize(1);
  }

  @Test
  void aCallThatDidNotBeginInTimeSurelyWasNotStored() {
    RecordingClient blocking =
        new RecordingClient("toy", feedback -> blocked(new CompletableFuture<>()));
    FanOut one = FanOut.builder().add(blocking).totalTimeout(SHORT).build();
    var unused = one.submitAsync(on("t"));

    Outcome second = of(one.submit(on("t")), "toy");

    assertUndelivered(second)
        .returns(Reason.TIMEOUT, UndeliveredFeedbackException::reason)
        .returns(false, FeedbackException::mayHaveArrived)
        .satisfies(
            e ->
                assertThat(e)
                    .hasMessage("toy had not ended when the fan-out did; it was not stored"));
    leave.countDown();
    one.close();
    assertThat(blocking.seen).hasSize(1);
  }

  @Test
  void feedbackOnOneTargetReachesAClientInOrderAndOtherTargetsNeedNotWait() throws Exception {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    CountDownLatch othersBegan = new CountDownLatch(2);
    RecordingClient client =
        new RecordingClient(
            "toy",
            feedback -> {
              String target = feedback.target().toString();
              if (target.contains("one")) {
                await(othersBegan);
                seen.add(feedback.comment().orElseThrow());
              } else {
                othersBegan.countDown();
              }
              return CompletableFuture.completedFuture(receipt());
            });
    List<CompletableFuture<?>> all = new ArrayList<>();
    try (FanOut one = FanOut.builder().add(client).build()) {
      for (int i = 0; i < 50; i++) {
        all.add(
            one.submitAsync(Feedback.on(Target.shared("one")).comment(String.valueOf(i)).build()));
      }
      all.add(one.submitAsync(on("two")));
      all.add(one.submitAllAsync(List.of(on("three"), on("four"))));
      all.add(one.submitAsync(on("five")));
      CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).get(10, TimeUnit.SECONDS);
    }
    assertThat(seen)
        .containsExactlyElementsOf(IntStream.range(0, 50).mapToObj(String::valueOf).toList());
  }

  @Test
  void aClientThatBlocksForEverHoldsSixteenThreadsAtMost() {
    RecordingClient blocking =
        new RecordingClient("toy", feedback -> blocked(new CompletableFuture<>()));
    FanOut one = FanOut.builder().add(blocking).totalTimeout(SHORT).build();
    List<CompletableFuture<Map<String, Outcome>>> all =
        IntStream.range(0, 40).mapToObj(i -> one.submitAsync(on("t" + i))).toList();

    List<Outcome> outcomes = all.stream().map(future -> of(future.join(), "toy")).toList();

    assertThat(blocking.seen).hasSize(16);
    assertThat(outcomes)
        .filteredOn(outcome -> outcome.error().orElseThrow().mayHaveArrived())
        .hasSize(16);
  }

  @Test
  void thisLibrarysClientsAreCalledByTheCallerAtOnce() {
    RecordingFeedbackClient recording =
        RecordingFeedbackClient.create(TargetKey.of("recorded", "thing"));
    recording.hold();
    FanOut one = FanOut.builder().add(recording).build();

    var unused = one.submitAsync(on("t"));

    assertThat(recording.submitted()).hasSize(1);
  }

  /** What a client's own future class may do. */
  private static class Own extends CompletableFuture<Receipt> {
    private final Runnable whenCancelled;

    Own(Runnable whenCancelled) {
      this.whenCancelled = whenCancelled;
    }

    @Override
    public boolean cancel(boolean interrupts) {
      whenCancelled.run();
      return false;
    }
  }

  @Test
  void aCancelThatThrowsBlocksOrDoesNothingChangesNothing() {
    List<Runnable> cancels =
        List.of(
            () -> sneak(new NoClassDefFoundError("a bug")),
            () -> sneak(new IOException("a bug")),
            () -> blocked(true),
            () -> {});
    for (Runnable cancel : cancels) {
      Map<String, Outcome> outcomes =
          between(new RecordingClient("toy", feedback -> new Own(cancel))).submit(on("t"));
      assertUndelivered(of(outcomes, "bad"))
          .returns(Reason.TIMEOUT, UndeliveredFeedbackException::reason)
          .returns(true, FeedbackException::mayHaveArrived)
          .satisfies(e -> assertThat(e.elapsed()).isLessThan(Duration.ofSeconds(5)));
      assertThat(of(outcomes, "good").isAccepted()).isTrue();
    }
  }

  @Test
  void cancellingDoesNotWaitForACancelThatBlocks() {
    CountDownLatch entered = new CountDownLatch(1);
    RecordingClient bad =
        new RecordingClient(
            "toy",
            feedback -> {
              entered.countDown();
              return new Own(() -> blocked(true));
            });
    CompletableFuture<?> future = FanOut.builder().add(bad).build().submitAsync(on("t"));
    await(entered);

    assertThat(future.cancel(true)).isTrue();
  }

  @Test
  void aFutureThatTellsItsEndWhenCancelledIsBelieved() {
    FeedbackException told =
        UndeliveredFeedbackException.builder("toy", Reason.CLOSED)
            .attempts(3)
            .mayHaveArrived(false)
            .message("never sent")
            .build();
    class Telling extends CompletableFuture<Receipt> {
      @Override
      public boolean cancel(boolean interrupts) {
        return completeExceptionally(told);
      }
    }
    Map<String, Outcome> outcomes =
        between(new RecordingClient("toy", feedback -> new Telling())).submit(on("t"));

    assertThat(of(outcomes, "bad").error()).containsSame(told);
  }

  @Test
  void aFutureThatCannotBeListenedToIsTheClientsOwnError() {
    class Deaf extends CompletableFuture<Receipt> {
      @Override
      public CompletableFuture<Receipt> whenComplete(
          BiConsumer<? super Receipt, ? super Throwable> listener) {
        throw new IllegalStateException("a bug");
      }
    }
    Map<String, Outcome> outcomes =
        between(new RecordingClient("toy", feedback -> new Deaf())).submit(on("t"));

    assertUndelivered(of(outcomes, "bad"))
        .satisfies(e -> assertThat(e).hasMessageContaining("failed with an error of its own"));
  }

  @Test
  void anErrorIsFoundInAllItsWrappings() {
    FeedbackException refused = RejectedFeedbackException.builder("toy", 400).build();
    Throwable wrapped =
        new CompletionException(new ExecutionException(new CompletionException(refused)));
    Map<String, Outcome> outcomes =
        between(new RecordingClient("toy", feedback -> CompletableFuture.failedFuture(wrapped)))
            .submit(on("t"));

    assertThat(of(outcomes, "bad").error()).containsSame(refused);
  }

  @Test
  void anExceptionThatFailsWhenItIsAskedIsTheClientsOwnErrorToo() {
    class Hollow extends CompletionException {
      private static final long serialVersionUID = 1L;

      @Override
      @SuppressWarnings("UnsynchronizedOverridesSynchronized")
      public Throwable getCause() {
        throw new IllegalStateException("a bug");
      }
    }
    Map<String, Outcome> outcomes =
        between(
                new RecordingClient(
                    "toy", feedback -> CompletableFuture.failedFuture(new Hollow())))
            .submit(on("t"));

    assertUndelivered(of(outcomes, "bad")).returns(true, FeedbackException::mayHaveArrived);
  }

  /** The batches of an application's own client. */
  private static FeedbackClient batches(
      java.util.function.Function<List<Feedback>, CompletableFuture<List<Outcome>>> answer) {
    return new ForwardingClient() {
      @Override
      public CompletableFuture<List<Outcome>> submitAllAsync(
          Collection<? extends Feedback> feedbacks) {
        return answer.apply(List.copyOf(feedbacks));
      }
    };
  }

  private static List<Outcome> answered(List<Outcome> given) {
    FanOut one =
        FanOut.builder().add(batches(x -> CompletableFuture.completedFuture(given))).build();
    return of(one.submitAll(List.of(on("a"), on("b"), on("c"))), "toy");
  }

  @Test
  void aBatchOfTooFewOutcomesKeepsThoseThatItHas() {
    List<Outcome> outcomes = answered(List.of(Outcome.accepted(0, on("a"), receipt())));

    assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, false, false);
    assertUndelivered(outcomes.get(2))
        .returns(true, FeedbackException::mayHaveArrived)
        .satisfies(
            e ->
                assertThat(e)
                    .hasMessage(
                        "toy gave an outcome for 1 of 3 feedbacks; the feedback may have arrived"));
  }

  @Test
  void aNullAmongTheOutcomesCostsItsOwnFeedbackAlone() {
    List<Outcome> given = new ArrayList<>();
    given.add(Outcome.accepted(0, on("a"), receipt()));
    given.add(BadInput.absent());
    given.add(Outcome.accepted(2, on("c"), receipt()));

    List<Outcome> outcomes = answered(given);

    assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, false, true);
    assertUndelivered(outcomes.get(1))
        .satisfies(e -> assertThat(e).hasMessageContaining("for 2 of 3 feedbacks"));
  }

  @Test
  void outcomesAreTakenByTheirPlacesWhateverTheySayTheyAreAbout() {
    FeedbackException refused = RejectedFeedbackException.builder("toy", 400).build();
    List<Outcome> outcomes =
        answered(
            List.of(
                Outcome.accepted(7, on("x"), receipt()),
                Outcome.failed(7, on("x"), refused),
                Outcome.accepted(0, on("a"), receipt()),
                Outcome.accepted(3, on("d"), receipt())));

    assertThat(outcomes).extracting(Outcome::isAccepted).containsExactly(true, false, true);
    assertThat(outcomes).extracting(Outcome::index).containsExactly(0L, 1L, 2L);
    assertThat(outcomes).extracting(Outcome::feedback).containsExactly(on("a"), on("b"), on("c"));
    assertThat(outcomes.get(1).error()).containsSame(refused);
  }

  @Test
  void noOutcomesAtAllFailEveryFeedback() {
    class Torn extends java.util.AbstractList<Outcome> {
      @Override
      public Outcome get(int index) {
        throw new IllegalStateException("a bug");
      }

      @Override
      public int size() {
        return 3;
      }
    }
    for (List<Outcome> given :
        List.of(Collections.<Outcome>emptyList(), new Torn(), List.<Outcome>of())) {
      assertThat(answered(given))
          .hasSize(3)
          .allSatisfy(
              outcome ->
                  assertUndelivered(outcome).returns(true, FeedbackException::mayHaveArrived));
    }
    assertThat(answered(BadInput.absent())).hasSize(3).noneMatch(Outcome::isAccepted);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
