package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Operation;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.SharedThreads;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import io.github.llmfeedback.engine.http.BaseUrl;
import io.github.llmfeedback.engine.http.HttpSender;
import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PollingTest {
  private static final Duration REST = Duration.ofMinutes(3);

  private final LoopbackServer server = new LoopbackServer();
  private final ManualTime time = new ManualTime();
  private final SharedThreads threads = SharedThreads.acquire();
  private final ApiEndpoint endpoint = BaseUrl.endpoint("toy", server.url(), false);
  private final ClientSettings settings = ClientSettings.builder().maxRetries(0).build();
  private final HttpSender sender = new HttpSender(threads, endpoint, settings, time);
  private final ClientCalls calls =
      new ClientCalls(
          endpoint,
          settings,
          (answer, request) -> Verdict.byStatus(answer),
          time,
          time,
          threads::callBack,
          sender,
          threads::release);

  @AfterEach
  void close() {
    calls.close(() -> {});
    server.close();
  }

  @Test
  void stepsAreTakenInTurnAndWaitsHoldNoThread() throws InterruptedException {
    server.enqueue(200, "{}").enqueue(200, "{\"end\":true}");
    Toy toy = new Toy();
    PollingRun<String> run = begin(toy);
    server.take();
    time.awaitTask(REST);
    assertThat(run.ended()).isNotDone();

    time.run(REST);

    assertThat(run.ended().join()).isEqualTo("2 attempts");
    assertThat(toy.events).containsExactly("answered", "waited", "answered");
    awaitNoAlarm();
  }

  @Test
  void failureIsTheDialoguesToJudge() throws InterruptedException {
    server.enqueue(400, "{}").enqueue(200, "{\"end\":true}");
    Toy toy = new Toy();
    PollingRun<String> run = begin(toy);
    time.awaitTask(REST);
    time.run(REST);
    assertThat(run.ended().join()).isEqualTo("2 attempts");
    assertThat(toy.events).containsExactly("failed", "waited", "answered");
  }

  @Test
  void stoppingDuringAWaitEndsItAndLeavesNothingBehind() throws InterruptedException {
    server.enqueue(200, "{}");
    PollingRun<String> run = begin(new Toy());
    time.awaitTask(REST);

    run.stop(Reason.CANCELLED);

    assertThat(reason(run.ended())).isEqualTo(Reason.CANCELLED);
    awaitNoAlarm();
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void itsTimeoutStopsIt() throws InterruptedException {
    server.enqueue(200, "{}");
    PollingRun<String> run = begin(new Toy());
    time.awaitTask(REST);

    time.run(Toy.TIMEOUT);

    assertThat(reason(run.ended())).isEqualTo(Reason.TIMEOUT);
    awaitNoAlarm();
  }

  @Test
  void stoppedBeforeItBeginsItSendsNothing() {
    PollingRun<String> run =
        new PollingRun<>(calls, calls.telemetry.given(Operation.READ, 0), new Toy());
    run.stop(Reason.FULL);
    run.begin();
    assertThat(reason(run.ended())).isEqualTo(Reason.FULL);
    assertThat(server.count()).isZero();
    awaitNoAlarm();
  }

  /** As in an outage: whatever fails is for the polling to judge, retries included. */
  @Test
  void anOutageOfAnyLengthIsWaitedOutAndIsNoLineInTheLog() {
    for (int i = 0; i < 10; i++) {
      server.enqueue(503, "{}").enqueue(Reply.fault(Fault.CLOSED_AFTER_REQUEST));
    }
    server.enqueue(401, "{}").enqueue(200, "{\"end\":true}");
    List<String> logged =
        LogLines.during(
            () -> {
              PollingRun<String> run = begin(new Toy());
              for (int i = 0; i < 21; i++) {
                awaitTask(REST);
                time.run(REST);
              }
              Await.isDone(run.ended());
              assertThat(run.ended().join()).isEqualTo("22 attempts");
            });
    assertThat(logged).isNotEmpty().noneMatch(line -> line.contains("WARN"));
  }

  @Test
  void theEndOfAPollingIsOneLineAtWarn() {
    server.enqueue(503, "{}");
    List<String> stopped =
        LogLines.during(
            () -> {
              PollingRun<String> run = begin(new Toy());
              awaitTask(REST);
              time.run(Toy.TIMEOUT);
              assertThat(reason(run.ended())).isEqualTo(Reason.TIMEOUT);
              close(); // tells what was not counted yet
            });
    assertThat(stopped)
        .filteredOn(line -> line.contains("WARN"))
        .singleElement(STRING)
        .endsWith("gave up: stopped");
  }

  @Test
  void soIsTheErrorThatAPollingEndsWith() {
    server.enqueue(401, "{}");
    List<String> refused =
        LogLines.during(
            () -> {
              PollingRun<String> run =
                  begin(
                      new Toy() {
                        @Override
                        public Step<String> failed(FeedbackException error, Effort soFar) {
                          throw error;
                        }
                      });
              Await.isDone(run.ended());
              run.stop(Reason.CANCELLED); // too late
              close(); // tells what was not counted yet
            });
    assertThat(refused)
        .filteredOn(line -> line.contains("WARN"))
        .singleElement(STRING)
        .contains("gave up: toy answered 401");
  }

  @Test
  void soIsABugThatEndsIt() {
    IllegalStateException bug = new IllegalStateException("w0rds");
    List<String> broken =
        LogLines.during(
            () -> {
              isEndedBy(
                  bug,
                  new Toy() {
                    @Override
                    public Step<String> begin() {
                      throw bug;
                    }
                  });
              close(); // tells what was not counted yet
            });
    assertThat(broken)
        .filteredOn(line -> line.contains("WARN"))
        .singleElement(STRING)
        .contains("toy's polling was ended by java.lang.IllegalStateException")
        .doesNotContain("w0rds");
  }

  @Test
  void aRequestThatFindsTheClientFullIsAFailureToJudge() throws InterruptedException {
    while (calls.inFlight.add(1)) {
      assertThat(calls.inFlight).isNotNull();
    }
    Toy toy = new Toy();
    PollingRun<String> run = begin(toy);
    time.awaitTask(REST);
    assertThat(toy.events).containsExactly("failed");
    assertThat(toy.lastReason).isEqualTo(Reason.FULL);
    for (int i = 0; i <= settings.maxPending(); i++) {
      calls.inFlight.remove(1);
    }
    server.enqueue(200, "{\"end\":true}");
    time.run(REST);
    assertThat(run.ended().join()).isEqualTo("1 attempts");
  }

  @Test
  void aWaitLongerThanTheTimeLeftEndsAtTheTimeout() throws InterruptedException {
    server.enqueue(503, "{}");
    Duration forEver = Duration.ofDays(365);
    PollingRun<String> run =
        begin(
            new Toy() {
              @Override
              public Step<String> failed(FeedbackException error, Effort soFar) {
                return new Wait<>(forEver);
              }
            });
    time.awaitTask(forEver);
    time.run(Toy.TIMEOUT);
    assertThat(reason(run.ended())).isEqualTo(Reason.TIMEOUT);
    awaitNoAlarm();
    assertThat(time.open()).doesNotContain(forEver);
  }

  private void awaitTask(Duration delay) {
    try {
      time.awaitTask(delay);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * An error too, as where the class path has another Jackson than the polling was compiled
   * against.
   */
  static Stream<Throwable> bugs() {
    return Stream.of(new IllegalStateException("broken"), new NoClassDefFoundError("broken"));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void dialogueThatThrowsEndsIt(Throwable bug) {
    isEndedBy(
        bug,
        new Toy() {
          @Override
          public Step<String> begin() {
            throw PollingTest.<RuntimeException>sneak(bug);
          }
        });
    assertThat(server.count()).isZero();
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void dialogueThatThrowsAtAnAnswerEndsIt(Throwable bug) {
    server.enqueue(200, "{}");
    isEndedBy(
        bug,
        new Toy() {
          @Override
          public Step<String> accepted(ProviderResponse answer, Effort soFar) {
            throw PollingTest.<RuntimeException>sneak(bug);
          }
        });
    assertThat(server.count()).isEqualTo(1);
  }

  private void isEndedBy(Throwable bug, Toy toy) {
    PollingRun<String> run = new PollingRun<>(calls, calls.telemetry.given(Operation.READ, 0), toy);
    run.begin();
    Await.isDone(run.ended());
    assertThat(run.ended().handle((result, error) -> error).join()).isSameAs(bug);
    awaitNoAlarm();
  }

  /** What the end of a run sets off may still be under way when its future is done. */
  private void awaitNoAlarm() {
    Await.isTrue(
        () -> "no alarm is left, but " + time.open(),
        () -> !time.open().contains(REST) && !time.open().contains(Toy.TIMEOUT));
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T sneak(Throwable e) throws T {
    throw (T) e;
  }

  private PollingRun<String> begin(Toy toy) {
    PollingRun<String> run = new PollingRun<>(calls, calls.telemetry.given(Operation.READ, 0), toy);
    run.begin();
    return run;
  }

  private static Reason reason(CompletableFuture<?> end) {
    assertThat(end).isCompletedExceptionally();
    return end.handle((result, error) -> ((UndeliveredFeedbackException) error).reason()).join();
  }

  /** Sends, waits and sends again, until a response ends it. */
  private static class Toy implements Polling<String> {
    static final Duration TIMEOUT = Duration.ofHours(1);

    final Queue<String> events = new ConcurrentLinkedQueue<>();
    volatile @Nullable Reason lastReason;

    @Override
    public Duration timeout() {
      return TIMEOUT;
    }

    @Override
    public Step<String> begin() {
      return new Send<>(WireRequest.of("POST", Map.of(), "thing").readOnly());
    }

    @Override
    public Step<String> accepted(ProviderResponse answer, Effort soFar) {
      events.add("answered");
      return answer.has("/end") ? new Done<>(soFar.attempts() + " attempts") : new Wait<>(REST);
    }

    @Override
    public Step<String> failed(FeedbackException error, Effort soFar) {
      events.add("failed");
      lastReason = error instanceof UndeliveredFeedbackException it ? it.reason() : null;
      return new Wait<>(REST);
    }

    @Override
    public Step<String> waited() {
      events.add("waited");
      return begin();
    }

    @Override
    public FeedbackException stopped(
        Reason reason, @Nullable FeedbackException error, Effort soFar) {
      return UndeliveredFeedbackException.builder("toy", reason)
          .attempts(soFar.attempts())
          .elapsed(soFar.elapsed())
          .mayHaveArrived(false)
          .message("stopped")
          .build();
    }
  }

  /** A time under the test's control: a task runs when the test says so. */
  private static final class ManualTime implements Time {
    private record Task(Runnable work, Duration delay) {}

    private final Queue<Task> tasks = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Duration> scheduled = new LinkedBlockingQueue<>();

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public double random() {
      return 0;
    }

    @Override
    public Alarm schedule(Runnable work, Duration delay) {
      Task task = new Task(work, delay);
      tasks.add(task);
      scheduled.add(delay);
      return () -> tasks.remove(task);
    }

    List<Duration> open() {
      return tasks.stream().map(Task::delay).toList();
    }

    void awaitTask(Duration delay) throws InterruptedException {
      Duration next;
      do {
        next = scheduled.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("a task was scheduled").isNotNull();
      } while (!delay.equals(next));
    }

    void run(Duration delay) {
      Task due = tasks.stream().filter(task -> task.delay.equals(delay)).findFirst().orElseThrow();
      tasks.remove(due);
      due.work.run();
    }
  }
}
