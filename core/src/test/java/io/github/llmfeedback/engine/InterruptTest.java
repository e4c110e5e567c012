package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An interrupt ends every wait at once, with a true outcome, and stays set. */
class InterruptTest {
  private final LoopbackServer server = new LoopbackServer();
  private final ManualTime time = new ManualTime();
  private final HeldReplies gate = HeldReplies.yes();

  @AfterEach
  void stop() {
    gate.open();
    server.close();
  }

  private static UndeliveredFeedbackException failure(WaitingCaller<?> interrupted) {
    return (UndeliveredFeedbackException) interrupted.result().handle((ok, error) -> error).join();
  }

  private ToyClient client(int concurrency) {
    return new ToyClient(
        server.url(),
        ToyDialect.plain(),
        ToyClient.settings().concurrency(concurrency).build(),
        time);
  }

  @Test
  void beforeTheCall() {
    try (ToyClient client = client(1)) {
      WaitingCaller<Object> waiting =
          new WaitingCaller<Object>(
                  () -> {
                    Thread.currentThread().interrupt();
                    return client.submit(on("a"));
                  })
              .interrupt();
      assertThat(failure(waiting).reason()).isEqualTo(Reason.INTERRUPTED);
      assertThat(failure(waiting).mayHaveArrived()).isFalse();
    }
    assertThat(server.count()).isZero();
  }

  @Test
  void onTheWire() {
    server.answerAll(gate);
    try (ToyClient client = client(1)) {
      WaitingCaller<Object> waiting = new WaitingCaller<>(() -> client.submit(on("a")));
      Await.isTrue("the request came", () -> server.count() == 1);
      UndeliveredFeedbackException error = failure(waiting.interrupt());
      assertThat(error.reason()).isEqualTo(Reason.INTERRUPTED);
      assertThat(error.mayHaveArrived()).isTrue();
      assertThat(error.attempts()).isEqualTo(1);
    }
  }

  @Test
  void inTheQueue() {
    server.answerAll(gate);
    try (ToyClient client = client(1)) {
      var onWire = client.submitAsync(on("a"));
      Await.isTrue("the request came", () -> server.count() == 1);
      WaitingCaller<Object> waiting = new WaitingCaller<>(() -> client.submit(on("b")));
      Await.isTrue("it is queued", () -> time.alarms().contains(Duration.ofSeconds(30)));
      UndeliveredFeedbackException error = failure(waiting.interrupt());
      assertThat(error.mayHaveArrived()).isFalse();
      assertThat(error.attempts()).isZero();
      gate.open();
      assertThat(onWire.join().attempts()).isEqualTo(1);
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @Test
  void inBackoff() {
    server.enqueue(429, "");
    try (ToyClient client = client(1)) {
      WaitingCaller<Object> waiting = new WaitingCaller<>(() -> client.submit(on("a")));
      time.awaitAlarm(Duration.ofMillis(150));
      UndeliveredFeedbackException error = failure(waiting.interrupt());
      assertThat(error.mayHaveArrived()).as("a 429 was not taken").isFalse();
      assertThat(error.attempts()).isEqualTo(1);
      assertThat(time.alarms()).as("nothing rings for it any more").isEmpty();

      server.enqueue(200, "{}");
      assertThat(client.submit(on("b")).attempts()).as("its place is free").isEqualTo(1);
    }
  }

  @Test
  void inABatch() {
    server.enqueue(200, "{}").answerAll(gate);
    try (ToyClient client = client(1)) {
      WaitingCaller<List<Outcome>> waiting =
          new WaitingCaller<>(() -> client.submitAll(ToyClient.many(50)));
      Await.isTrue("the second request came", () -> server.count() == 2);
      List<Outcome> outcomes = waiting.interrupt().result().join();
      assertThat(outcomes).hasSize(50);
      assertThat(outcomes.get(0).isAccepted()).isTrue();
      assertThat(outcomes.get(1).error().orElseThrow().mayHaveArrived()).isTrue();
      assertThat(outcomes.subList(2, 50))
          .allMatch(outcome -> !outcome.error().orElseThrow().mayHaveArrived())
          .allMatch(outcome -> reason(outcome.error().orElseThrow()) == Reason.INTERRUPTED);
    }
    assertThat(server.count()).isEqualTo(2);
  }

  @Test
  void beforeABatch() {
    try (ToyClient client = client(1)) {
      WaitingCaller<List<Outcome>> waiting =
          new WaitingCaller<List<Outcome>>(
                  () -> {
                    Thread.currentThread().interrupt();
                    return client.submitAll(ToyClient.many(3));
                  })
              .interrupt();
      assertThat(waiting.result().join())
          .hasSize(3)
          .allMatch(outcome -> reason(outcome.error().orElseThrow()) == Reason.INTERRUPTED);
    }
    assertThat(server.count()).isZero();
  }

  @Test
  void inAStream() {
    server.answerAll(
        seen -> ToyClient.targets(seen).contains("t0") ? Reply.of(200, "{}") : gate.apply(seen));
    List<Outcome> handedOut = new ArrayList<>();
    List<Duration> stillWaiting = new ArrayList<>();
    Consumer<Outcome> sink =
        outcome -> {
          handedOut.add(outcome);
          if (!outcome.isAccepted()) {
            stillWaiting.addAll(time.alarms());
          }
        };
    try (ToyClient client = client(2)) {
      WaitingCaller<Object> waiting =
          new WaitingCaller<>(() -> client.submitEach(ToyClient.many(50).iterator(), sink));
      Await.isTrue("two are on the wire", () -> server.count() == 3);
      assertThat(failure(waiting.interrupt()).reason()).isEqualTo(Reason.INTERRUPTED);
      assertThat(handedOut).extracting(Outcome::index).containsExactly(0L, 1L, 2L);
      assertThat(handedOut).extracting(Outcome::isAccepted).containsExactly(true, false, false);
      assertThat(stillWaiting)
          .as("all have ended before one is handed out; the log counts them in a second")
          .containsOnly(Duration.ofSeconds(1));
    }
    assertThat(server.count()).isEqualTo(3);
  }

  @Test
  void beforeAStream() {
    List<Outcome> handedOut = new ArrayList<>();
    try (ToyClient client = client(2)) {
      WaitingCaller<Object> waiting =
          new WaitingCaller<Object>(
                  () -> {
                    Thread.currentThread().interrupt();
                    return client.submitEach(ToyClient.many(5).iterator(), handedOut::add);
                  })
              .interrupt();
      assertThat(failure(waiting).reason()).isEqualTo(Reason.INTERRUPTED);
      assertThat(handedOut).isEmpty();
    }
    assertThat(server.count()).isZero();
  }

  @Test
  void aClosingClientWaitsNoLonger() {
    server.answerAll(gate);
    ToyClient client = client(1);
    var onWire = client.submitAsync(on("a"));
    Await.isTrue("the request came", () -> server.count() == 1);
    new WaitingCaller<>(
            () -> {
              client.close();
              return true;
            })
        .interrupt();
    Await.isDone(onWire);
    UndeliveredFeedbackException error =
        (UndeliveredFeedbackException) onWire.handle((ok, e) -> e).join();
    assertThat(error.reason()).isEqualTo(Reason.CLOSED);
    assertThat(error.mayHaveArrived()).isTrue();
  }

  private static Reason reason(FeedbackException error) {
    return ((UndeliveredFeedbackException) error).reason();
  }
}
