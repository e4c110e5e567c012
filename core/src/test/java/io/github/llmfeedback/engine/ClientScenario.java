package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A client and a controlled server, driven step by step, and the client's results. */
final class ClientScenario implements AutoCloseable {
  static final int CONCURRENCY = 2;
  static final int PENDING = 5;
  private static final List<HeldServer.Act> ANSWERS = List.of(HeldServer.Act.values());

  /** The kinds of steps; a step's number says which feedback, or how much. */
  enum Event {
    SUBMIT_ASYNC,
    SUBMIT_ALL_ASYNC,
    SUBMIT,
    SUBMIT_ALL,
    GIVE_UP,
    ANSWER,
    REQUEST,
    TIME,
    CLOSE
  }

  /** Feedbacks submitted together, the future of their outcomes, and how to cancel it. */
  record Given(
      List<Feedback> feedbacks, CompletableFuture<List<Outcome>> outcomes, Runnable giveUp) {}

  final ManualTime time = new ManualTime();
  final HeldServer server = new HeldServer();
  final List<Given> given = new ArrayList<>();
  private final ToyClient client;
  private final List<Thread> threads = new ArrayList<>();
  private boolean closing;
  private int targets;

  ClientScenario(ToyDialect toy) {
    ClientSettings.Builder settings = ToyClient.settings().maxRetries(1);
    settings.concurrency(CONCURRENCY).maxPending(PENDING);
    client = new ToyClient(server.url(), toy, settings.build(), time);
  }

  void goOn(Event event, int number) {
    switch (event) {
      case SUBMIT_ASYNC -> submitAsync();
      case SUBMIT_ALL_ASYNC -> submitAllAsync(fresh(1 + number % 5));
      case SUBMIT -> submit();
      case SUBMIT_ALL -> submitAll(fresh(1 + number % 5));
      case GIVE_UP -> giveUp(number);
      case ANSWER -> server.next(ANSWERS.get(number % ANSWERS.size()));
      case REQUEST -> awaitRequest();
      case TIME ->
          time.advance(Duration.ofMillis(List.of(300, 3_000, 10_000, 31_000).get(number % 4)));
      case CLOSE -> close(number);
    }
  }

  private List<Feedback> fresh(int count) {
    return IntStream.range(0, count).mapToObj(i -> ToyClient.on("t" + targets++)).toList();
  }

  void submitAsync() {
    Feedback feedback = fresh(1).get(0);
    CompletableFuture<Receipt> receipt = client.submitAsync(feedback);
    CompletableFuture<List<Outcome>> outcomes =
        receipt.handle((ok, error) -> List.of(outcome(feedback, ok, error)));
    given.add(new Given(List.of(feedback), outcomes, () -> receipt.cancel(false)));
  }

  private void submitAllAsync(List<Feedback> feedbacks) {
    CompletableFuture<List<Outcome>> outcomes = client.submitAllAsync(feedbacks);
    given.add(new Given(feedbacks, outcomes, () -> outcomes.cancel(false)));
  }

  private void submit() {
    Feedback feedback = fresh(1).get(0);
    wait(
        List.of(feedback),
        () -> {
          try {
            return List.of(outcome(feedback, client.submit(feedback), null));
          } catch (RuntimeException e) {
            return List.of(outcome(feedback, null, e));
          }
        });
  }

  private void submitAll(List<Feedback> feedbacks) {
    wait(feedbacks, () -> client.submitAll(feedbacks));
  }

  private void wait(List<Feedback> feedbacks, Supplier<List<Outcome>> submit) {
    CompletableFuture<List<Outcome>> outcomes = new CompletableFuture<>();
    Thread waiting =
        begin(
            () -> {
              try {
                outcomes.complete(submit.get());
              } catch (RuntimeException | Error e) {
                outcomes.completeExceptionally(e);
              }
            });
    given.add(new Given(feedbacks, outcomes, waiting::interrupt));
  }

  private Thread begin(Runnable task) {
    Thread thread = new Thread(task, "scenario");
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
    return thread;
  }

  private static Outcome outcome(Feedback feedback, @Nullable Receipt ok, @Nullable Throwable e) {
    if (ok != null) {
      return Outcome.accepted(0, feedback, ok);
    } else if (e instanceof FeedbackException failed) {
      return Outcome.failed(0, feedback, failed);
    }
    throw new CompletionException(e);
  }

  private void giveUp(int number) {
    if (!given.isEmpty()) {
      given.get(number % given.size()).giveUp().run();
    }
  }

  /** Gives the server time to see a request; nothing depends on it. */
  private void awaitRequest() {
    for (int i = 0; i < 20 && server.held() == 0; i++) {
      LockSupport.parkNanos(250_000);
    }
  }

  /** Rarely, because little happens afterwards. */
  private void close(int number) {
    if (number % 4 == 0 && !closing) {
      closing = true;
      begin(client::close);
    }
  }

  boolean isClosing() {
    return closing;
  }

  /** Lets everything end, while this much time passes at each check. */
  void settle(Duration passing) {
    server.agreeToAll();
    Await.isTrue(
        () -> "every future is done: " + given,
        () -> {
          time.advance(passing);
          return given.stream().allMatch(each -> each.outcomes().isDone());
        });
    Await.isTrue("every thread is free", () -> threads.stream().noneMatch(Thread::isAlive));
    Await.isTrue("nothing is at the server", () -> server.held() == 0);
  }

  /** Closes the client, unless it is closed already. */
  void end() {
    server.agreeToAll();
    client.close();
  }

  @Override
  public void close() {
    end();
    server.close();
  }
}
