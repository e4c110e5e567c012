package io.github.llmfeedback.engine;

import static io.github.llmfeedback.engine.ToyClient.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.llmfeedback.AttemptEvent;
import io.github.llmfeedback.AttemptEvent.Verdict;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FailureKind;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Operation;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.OutcomeEvent;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RetryEvent;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.concurrent.StoppableFuture;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Reply.Fault;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.spi.Encoded;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a listener is told; each test closes its client first, which delivers all events. */
@Timeout(120)
class ListenerTest {
  private static final String WORDS = "wq7zk-words";

  private final LoopbackServer server = new LoopbackServer();
  private final Heard heard = new Heard();
  private final Set<String> wereBusy = ConcurrentHashMap.newKeySet();

  @AfterEach
  void stop() {
    server.close();
  }

  private ToyClient client(ToyDialect toy) {
    return client(toy, ToyClient.impatient());
  }

  private ToyClient client(ToyDialect toy, ClientSettings.Builder settings) {
    return new ToyClient(server.url(), toy, settings.listener(heard).build());
  }

  /** A way to submit, and what the caller gets for each feedback: its receipt or its error. */
  enum Way {
    SUBMIT {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        return feedbacks.stream().map(each -> got(() -> client.submit(each))).toList();
      }
    },
    SUBMIT_ASYNC {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        return feedbacks.stream().map(client::submitAsync).toList().stream()
            .map(each -> each.<Object>handle((ok, error) -> ok == null ? error : ok).join())
            .toList();
      }
    },
    SUBMIT_ALL {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        return results(client.submitAll(feedbacks));
      }
    },
    SUBMIT_ALL_ASYNC {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        return results(client.submitAllAsync(feedbacks).join());
      }
    },
    SUBMIT_EACH {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        List<Outcome> outcomes = new ArrayList<>();
        client.submitEach(feedbacks.iterator(), outcomes::add);
        return results(outcomes);
      }
    },
    ENCODED {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        return feedbacks.stream()
            .map(each -> got(() -> engine(client).submitEncoded(() -> encoded(each)).await()))
            .toList();
      }
    },
    ENCODED_ALL {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        List<Encoded<Map<String, Object>>> all =
            feedbacks.stream().map(each -> encoded(each)).toList();
        return new Submissions<>(engine(client))
            .<Object>submitAllEncoded(all, (i, receipt) -> receipt, (i, error) -> error)
            .await();
      }
    },
    UPDATE {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        return feedbacks.stream()
            .map(each -> got(() -> client.update(receipt(each), each)))
            .toList();
      }
    },
    RETRACT {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        return feedbacks.stream().map(each -> got(() -> client.retract(receipt(each)))).toList();
      }
    },
    POLLED {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        return feedbacks.stream()
            .map(
                each ->
                    got(
                        () ->
                            client.polled(
                                Operation.CONFIRM, () -> new Confirmation(draft(client, each)))))
            .toList();
      }
    },
    POLLED_ASYNC {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        return feedbacks.stream()
            .map(
                each ->
                    client.polledAsync(
                        Operation.CONFIRM, () -> new Confirmation(draft(client, each))))
            .toList()
            .stream()
            .map(each -> each.<Object>handle((ok, error) -> ok == null ? error : ok).join())
            .toList();
      }
    },
    POLLED_ALL {
      @Override
      List<Object> submit(ToyClient client, List<Feedback> feedbacks) {
        return results(
            client.polledAll(
                feedbacks, Duration.ofSeconds(30), (draft, left) -> new Confirmation(draft)));
      }
    };

    abstract List<Object> submit(ToyClient client, List<Feedback> feedbacks);

    Operation operation() {
      return switch (this) {
        case UPDATE -> Operation.UPDATE;
        case RETRACT -> Operation.RETRACT;
        case POLLED, POLLED_ASYNC -> Operation.CONFIRM;
        default -> Operation.SUBMIT;
      };
    }

    /** Whether all feedbacks are given by one call of a method. */
    boolean isOneCall() {
      return switch (this) {
        case SUBMIT_ALL, SUBMIT_ALL_ASYNC, SUBMIT_EACH, ENCODED_ALL, POLLED_ALL -> true;
        default -> false;
      };
    }

    private static Object got(Supplier<Receipt> submit) {
      try {
        return submit.get();
      } catch (RuntimeException e) {
        return e;
      }
    }

    private static List<Object> results(List<Outcome> outcomes) {
      return outcomes.stream()
          .<Object>map(
              each -> each.isAccepted() ? each.receipt().orElseThrow() : each.error().orElseThrow())
          .toList();
    }

    private static Receipt receipt(Feedback feedback) {
      return Receipt.builder("toy", target(feedback)).build();
    }

    private static Receipt draft(ToyClient client, Feedback feedback) {
      return client.engine().draft(feedback);
    }
  }

  private static String target(Feedback feedback) {
    return feedback.target().id(ToyDialect.THING).orElseThrow();
  }

  private static Encoded<Map<String, Object>> encoded(Feedback feedback) {
    return Encoded.of(feedback, new ToyDialect(), LossPolicy.ANY);
  }

  @SuppressWarnings("unchecked") // it is the toy's
  private static Engine<Map<String, Object>> engine(ToyClient client) {
    return (Engine<Map<String, Object>>) client.engine();
  }

  /** Posts, and looks once. */
  private static final class Confirmation implements Polling<Receipt> {
    private final Receipt draft;
    private boolean isPosted;

    Confirmation(Receipt draft) {
      this.draft = draft;
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(30);
    }

    @Override
    public Step<Receipt> begin() {
      return new Send<>(WireRequest.of("POST", Map.of("id", draft.target()), "things"));
    }

    @Override
    public Step<Receipt> accepted(ProviderResponse response, Effort soFar) {
      if (isPosted) {
        return new Done<>(draft);
      }
      isPosted = true;
      return new Send<>(WireRequest.of("POST", Map.of("look", 1), "query").readOnly());
    }

    @Override
    public Step<Receipt> failed(FeedbackException error, Effort soFar) {
      throw error;
    }

    @Override
    public Step<Receipt> waited() {
      throw new AssertionError("it never waits");
    }

    @Override
    public FeedbackException stopped(
        Reason reason, @Nullable FeedbackException error, Effort soFar) {
      throw new AssertionError("nobody stops it");
    }
  }

  /** By the targets: a list is refused, naming nobody, if one of several is not all right. */
  private Reply reply(Seen seen) {
    List<String> targets = ToyClient.targets(seen);
    if (targets.size() > 1 && targets.stream().anyMatch(each -> !each.startsWith("ok"))) {
      return Reply.of(422, "{}");
    }
    String target = targets.isEmpty() ? "ok" : targets.get(0);
    if (target.startsWith("busy") && wereBusy.add(target)) {
      return Reply.of(503, "{}");
    }
    return switch (target.replaceAll("[0-9]", "")) {
      case "no" -> Reply.of(400, "{\"message\":\"" + WORDS + "\"}");
      case "html" -> Reply.of(200, "<html>" + WORDS);
      case "cut" -> Reply.fault(Fault.CLOSED_AFTER_REQUEST);
      default -> Reply.of(200, "{\"ids\":[" + "\"i\",".repeat(targets.size()) + "\"i\"]}");
    };
  }

  private static List<Feedback> all() {
    Stream<Feedback> refused =
        Stream.of(Feedback.on("unrepresentable").comment(WORDS).thumbsUp().build());
    return Stream.concat(
            Stream.of("ok1", "ok2", "no1", "busy1", "html1", "cut1", "ok3")
                .map(target -> Feedback.on(target).comment(WORDS).build()),
            refused)
        .toList();
  }

  static Stream<Arguments> ways() {
    return Stream.of(Way.values())
        .flatMap(
            way ->
                Stream.of(
                    Arguments.of(way, "one by one", ToyDialect.plain()),
                    Arguments.of(way, "in lists", ToyDialect.lists(4))));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("ways")
  void everyFeedbackHasOneOutcomeWhichIsWhatItsCallerGot(Way way, String how, ToyDialect toy) {
    server.answerAll(this::reply);
    List<Object> got;
    ToyClient client = client(toy);
    try (client) {
      got = way.submit(client, all());
    }

    assertThat(got).hasSize(8);
    assertThat(heard.results()).containsExactlyInAnyOrderElementsOf(got);
    assertThat(heard.outcomes())
        .allSatisfy(
            event -> {
              assertThat(event.provider()).isEqualTo("toy");
              assertThat(event.operation()).isEqualTo(way.operation());
              assertThat(event.isAccepted()).isEqualTo(event.receipt().isPresent());
              assertThat(event.failure().isPresent()).isEqualTo(!event.isAccepted());
            });
    assertThat(heard.attempts().stream().mapToInt(AttemptEvent::feedbacks).sum())
        .as("every request that carried it")
        .isGreaterThanOrEqualTo(7);
    assertThat(heard.attempts()).hasSize(server.count());
    assertThat(client.stats().submitted()).isEqualTo(8);
    assertThat(client.stats().accepted())
        .isEqualTo(got.stream().filter(Receipt.class::isInstance).count());
    assertThat(client.stats().failed())
        .isEqualTo(got.stream().filter(Throwable.class::isInstance).count());
    assertThat(client.stats().retries()).isEqualTo(heard.retries().size());
    assertThat(client.stats().inFlight()).isZero();
    assertThat(client.stats().queued()).isZero();
    assertThat(heard.all.toString())
        .doesNotContain(WORDS, ToyClient.KEY, "t0y-k3y", "<html>")
        .contains("ok1");
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("ways")
  void theEventsOfOneCallHaveItsNumber(Way way, String how, ToyDialect toy) {
    server.answerAll(this::reply);
    try (ToyClient client = client(toy)) {
      way.submit(client, all());
    }

    Set<Long> ofOutcomes =
        heard.outcomes().stream().map(OutcomeEvent::callId).collect(Collectors.toSet());
    assertThat(ofOutcomes).hasSize(way.isOneCall() ? 1 : 8).doesNotContain(0L);
    assertThat(heard.attempts())
        .isNotEmpty()
        .extracting(AttemptEvent::callId)
        .isSubsetOf(ofOutcomes);
    assertThat(heard.retries()).extracting(RetryEvent::callId).isSubsetOf(ofOutcomes);
  }

  @Test
  void anOutcomeSaysWhereAndWithWhichStatusItFailed() {
    server.enqueue(200, "{}").enqueue(400, "{}").enqueue(200, "<html>");
    ToyClient client = client(ToyDialect.plain());
    try (client) {
      client.submit(on("a"));
      var unused = catchThrowable(() -> client.submit(on("b")));
      unused = catchThrowable(() -> client.submit(on("c")));
    }
    var unused = catchThrowable(() -> client.submit(on("too-late")));
    Await.isTrue("the last is told", () -> heard.outcomes().size() == 4);

    assertThat(heard.outcomes()).extracting(OutcomeEvent::host).containsOnly("127.0.0.1");
    assertThat(heard.outcomes())
        .extracting(OutcomeEvent::status)
        .containsExactly(
            OptionalInt.empty(), OptionalInt.of(400), OptionalInt.of(200), OptionalInt.empty());
  }

  @Test
  void anAttemptSaysWhereHowOftenWhenAndWhatCameOfIt() {
    server.enqueue(503, "{}").enqueue(200, "{}").enqueue(400, "{}");
    Instant before = Instant.now().minusMillis(1);
    try (ToyClient client = client(ToyDialect.plain())) {
      client.submit(on("a"));
      var unused = catchThrowable(() -> client.submit(on("b")));
    }
    assertThat(heard.attempts())
        .extracting(
            AttemptEvent::provider,
            AttemptEvent::host,
            AttemptEvent::operation,
            AttemptEvent::number,
            AttemptEvent::feedbacks,
            event -> event.status().getAsInt(),
            AttemptEvent::verdict)
        .containsExactly(
            tuple(1, 503, Verdict.BUSY),
            tuple(2, 200, Verdict.ACCEPTED),
            tuple(1, 400, Verdict.REFUSED));
    assertThat(heard.attempts())
        .allSatisfy(
            event -> {
              assertThat(event.failure()).isEmpty();
              assertThat(event.began()).isBetween(before, Instant.now());
              assertThat(event.duration()).isBetween(Duration.ofNanos(1), Duration.ofSeconds(30));
            });
    assertThat(heard.outcomes()).extracting(OutcomeEvent::attempts).containsExactly(2, 1);
    assertThat(heard.all)
        .as("in order")
        .extracting(event -> event.getClass().getSimpleName().charAt(0))
        .containsExactly('A', 'R', 'A', 'O', 'A', 'O');
  }

  private static Tuple tuple(int number, int status, Verdict verdict) {
    return Tuple.tuple("toy", "127.0.0.1", Operation.SUBMIT, number, 1, status, verdict);
  }

  @Test
  void anAttemptWithoutAResponseSaysWhyOnce() {
    server
        .enqueue(Reply.fault(Fault.NEVER_ANSWERED))
        .enqueue(Reply.fault(Fault.CLOSED_AFTER_REQUEST));
    ClientSettings.Builder settings =
        ToyClient.impatient().attemptTimeout(Duration.ofMillis(200)).maxRetries(1);
    try (ToyClient client = client(ToyDialect.repeatableOnes(), settings)) {
      var unused = catchThrowable(() -> client.submit(on("a")));
    }
    assertThat(heard.attempts())
        .extracting(event -> event.failure().orElseThrow())
        .containsExactly(Reason.TIMEOUT, Reason.CONNECTION_LOST);
    assertThat(heard.attempts())
        .allSatisfy(
            event -> {
              assertThat(event.verdict()).isEqualTo(Verdict.NO_RESPONSE);
              assertThat(event.status()).isEmpty();
            });
    assertThat(heard.retries())
        .singleElement()
        .satisfies(
            retry -> {
              assertThat(retry.failure()).contains(Reason.TIMEOUT);
              assertThat(retry.status()).isEmpty();
            });
  }

  @Test
  void aRetryAfterABusyResponseSaysWhetherTheProviderAskedForTheWait() {
    ManualTime time = new ManualTime().random(0.5);
    server
        .enqueue(Reply.of(503, "{}").header("Retry-After", "5"))
        .enqueue(429, "{}")
        .enqueue(200, "{}");
    ClientSettings settings = ToyClient.settings().listener(heard).build();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      CompletableFuture<Receipt> receipt = client.submitAsync(on("a"));
      time.awaitAlarm(Duration.ofSeconds(5));
      Await.isTrue("it is told before the wait is over", () -> heard.retries().size() == 1);
      time.pass(Duration.ofSeconds(5));
      time.pass(Duration.ofMillis(300)); // half of the second backoff
      Await.isDone(receipt);
    }
    assertThat(heard.retries())
        .extracting(
            event -> event.status().getAsInt(),
            RetryEvent::isRequested,
            RetryEvent::delay,
            RetryEvent::nextAttempt,
            RetryEvent::host)
        .containsExactly(
            Tuple.tuple(503, true, Duration.ofSeconds(5), 2, "127.0.0.1"),
            Tuple.tuple(429, false, Duration.ofMillis(300), 3, "127.0.0.1"));
    assertThat(heard.retries().get(0))
        .hasToString("toy SUBMIT of 1 to 127.0.0.1: attempt 2 in 5000 ms (Retry-After after 503)");
  }

  @Test
  void anAttemptOfAListSaysHowManyItCarried() {
    server.enqueue(422, "{\"objects\":[1]}").answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyDialect.lists(10))) {
      client.submitAll(ToyClient.many(4));
    }
    assertThat(heard.attempts())
        .extracting(AttemptEvent::feedbacks, AttemptEvent::number)
        .containsExactly(Tuple.tuple(4, 1), Tuple.tuple(3, 2));
    assertThat(heard.outcomes()).hasSize(4);
  }

  @Test
  void aPollingsRequestsAreAttemptsAndItsEndIsTheOutcome() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyDialect.plain())) {
      client.polled(Operation.CONFIRM, () -> new Confirmation(Receipt.builder("toy", "a").build()));
      int status =
          client.asked(WireRequest.of("POST", Map.of(), "query"), ProviderResponse::status);
      assertThat(status).isEqualTo(200);
    }
    assertThat(heard.attempts())
        .extracting(AttemptEvent::operation, AttemptEvent::feedbacks)
        .containsExactly(
            Tuple.tuple(Operation.CONFIRM, 1),
            Tuple.tuple(Operation.READ, 0),
            Tuple.tuple(Operation.READ, 0));
    assertThat(heard.outcomes()).hasSize(1);
  }

  @Test
  void aCancelledFutureHasTheOutcomeCancelledAndSoHasItsAttempt() {
    server.answerAll(seen -> Reply.fault(Fault.NEVER_ANSWERED));
    try (ToyClient client = client(ToyDialect.plain())) {
      CompletableFuture<Receipt> future = client.submitAsync(on("a"));
      Await.isTrue("it is on the wire", () -> server.count() == 1);
      future.cancel(false);
    }
    assertThat(heard.attempts())
        .extracting(event -> event.failure().orElseThrow())
        .containsExactly(Reason.CANCELLED);
    assertThat(kinds()).containsExactly(FailureKind.CANCELLED);
    assertThat(heard.outcomes().get(0).error())
        .get()
        .isInstanceOfSatisfying(
            FeedbackException.class, error -> assertThat(error.mayHaveArrived()).isTrue());
  }

  @Test
  void whatIsCancelledAfterItsEndKeepsItsOutcome() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    try (ToyClient client = client(ToyDialect.plain())) {
      CompletableFuture<Receipt> future = client.submitAsync(on("a"));
      Await.isTrue("it is accepted", () -> client.stats().accepted() == 1);
      future.cancel(false);
      var unused = StoppableFuture.stopped(future);
    }
    assertThat(heard.outcomes()).hasSize(1).allMatch(OutcomeEvent::isAccepted);
  }

  @Test
  void whatIsCancelledBeforeItBeginsHasAnOutcomeToo() {
    try (ToyClient client = client(ToyDialect.plain())) {
      client.engine().submit(on("a")).neverBegins();
      assertThat(client.stats().failures()).isEqualTo(Map.of(FailureKind.CANCELLED, 1L));
    }
    assertThat(kinds()).containsExactly(FailureKind.CANCELLED);
  }

  @Test
  void anInterruptIsAnOutcome() {
    try (ToyClient client = client(ToyDialect.plain())) {
      Thread.currentThread().interrupt();
      var unused = catchThrowable(() -> client.submit(on("a")));
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(kinds()).containsExactly(FailureKind.INTERRUPTED);
    assertThat(heard.attempts()).isEmpty();
  }

  @Test
  void whatAFullOrAClosedClientRefusesHasAnOutcome() {
    HeldReplies gate = HeldReplies.yes();
    server.answerAll(gate);
    ToyClient client = client(ToyDialect.plain(), ToyClient.impatient().maxPending(1));
    var held = client.submitAsync(on("a"));
    Await.isTrue("it is on the wire", () -> client.stats().inFlight() == 1);
    var refused = client.submitAsync(on("b"));
    Await.isDone(refused);
    gate.open();
    client.close();
    assertThat(held).isCompleted();
    assertThat(kinds()).containsExactly(FailureKind.FULL);

    client.submitAll(ToyClient.many(2));
    var unused = catchThrowable(() -> client.submit(on("c")));
    Await.isTrue("events after close() come too", () -> kinds().size() == 4);
    assertThat(kinds().subList(1, 4)).containsOnly(FailureKind.CLOSED);
    assertThat(client.stats().failures())
        .isEqualTo(Map.of(FailureKind.FULL, 1L, FailureKind.CLOSED, 3L));
  }

  @Test
  void anArgumentThatIsRefusedIsAnOutcomeWithoutItsMessage() {
    Receipt others = Receipt.builder("other", "a").build();
    try (ToyClient client = client(ToyDialect.plain())) {
      assertThat(catchThrowable(() -> client.update(others, on("a"))))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(kinds()).containsExactly(FailureKind.OTHER);
    assertThat(heard.outcomes().get(0).error().orElseThrow())
        .hasMessage("java.lang.IllegalArgumentException");
  }

  @Test
  void whatWasLostByPolicyIsInTheOutcome() {
    server.answerAll(seen -> Reply.of(200, "{}"));
    ClientSettings.Builder settings = ToyClient.impatient().lossPolicy(LossPolicy.ANY);
    Receipt receipt;
    try (ToyClient client = client(ToyDialect.plain(), settings)) {
      receipt = client.submit(Feedback.on("a").comment("fine").author(WORDS).build());
    }
    assertThat(receipt.losses()).hasSize(1);
    assertThat(heard.outcomes().get(0).losses()).isEqualTo(receipt.losses());
  }

  @Test
  void anOutcomesTimeIncludesTheQueue() {
    HeldReplies gate = HeldReplies.yes();
    server.answerAll(gate);
    ManualTime time = new ManualTime();
    ClientSettings settings = ToyClient.settings().concurrency(1).listener(heard).build();
    Instant before = time.now();
    try (ToyClient client = new ToyClient(server.url(), ToyDialect.plain(), settings, time)) {
      var first = client.submitAsync(on("a"));
      Await.isTrue("it is on the wire", () -> client.stats().inFlight() == 1);
      var second = client.submitAsync(on("b"));
      time.advance(Duration.ofSeconds(3));
      gate.open();
      Await.isDone(first);
      Await.isDone(second);
    }
    assertThat(heard.outcomes())
        .extracting(OutcomeEvent::duration)
        .containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(3));
    assertThat(heard.outcomes()).extracting(OutcomeEvent::began).containsOnly(before);
    assertThat(heard.attempts())
        .extracting(AttemptEvent::duration)
        .containsExactly(Duration.ofSeconds(3), Duration.ZERO);
  }

  private List<FailureKind> kinds() {
    return heard.outcomes().stream().flatMap(event -> event.failure().stream()).toList();
  }
}
