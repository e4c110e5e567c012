package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.HostileTable.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a client reports to its caller for each fault, in each mode: what the table says, and
 * nothing that the server's own count contradicts. The table is the file {@code hostile.txt} in the
 * package of the subclass; without one, it is that of this library's own providers.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class HostileContract {
  /** Failures after which the next attempt may succeed, as the table writes them. */
  private static final Pattern PASSING =
      Pattern.compile("(408|425|429|503|UNREACHABLE|CONNECTION_LOST|TIMEOUT)/\\d+");

  private final ClientUnderTest provider;
  private final boolean overwrites;
  private final HostileTable table = new HostileTable(getClass());

  /**
   * The client of a provider.
   *
   * @param overwrites whether feedback that arrives twice counts once
   */
  protected HostileContract(ClientUnderTest provider, boolean overwrites) {
    this.provider = provider;
    this.overwrites = overwrites;
  }

  @AfterEach
  final void stop() {
    provider.server().close();
  }

  @Test
  void theTableIsAboutAllFaultsInAllModesAndNothingElse() {
    Set<String> all = new HashSet<>();
    for (Hostility hostility : Hostilities.all("")) {
      for (Mode mode : Mode.values()) {
        all.add(HostileTable.key(hostility.name(), mode));
      }
    }
    assertThat(table.rows()).isEqualTo(all);
  }

  /** An outbox sends what may have arrived again if they do. */
  @Test
  void theCapabilitiesSayWhetherItOverwrites() {
    try (FeedbackClient client = provider.open(provider.quick().build())) {
      assertThat(client.capabilities().overwrites()).isEqualTo(overwrites);
    }
  }

  @TestFactory
  List<DynamicTest> theCallerIsToldWhatTheTableSaysAndWhatIsTrue() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Hostility fault : Hostilities.all(provider.server().url())) {
      for (Mode mode : Mode.values()) {
        int count = fault.isSlow() && mode != Mode.BATCH ? 1 : 3;
        tests.add(test(fault, mode.toString(), cell(fault, mode), count, mode.way::hand));
      }
    }
    return tests;
  }

  /**
   * A method that waits until the provider is seen to keep the feedback reports for each fault what
   * a submit reports, but STORED instead of yes; where a submit is in doubt, it checks: then either
   * the feedback is STORED, or the time is up. What may pass, it waits out until the time is up.
   *
   * @param submit waits when its time is up: what it is sending just then may arrive, of which the
   *     table says nothing
   */
  protected final List<DynamicTest> confirmedAsSubmitted(
      BiFunction<FeedbackClient, Feedback, Receipt> submit) {
    List<DynamicTest> tests = new ArrayList<>();
    for (Hostility fault : Hostilities.all(provider.server().url())) {
      String expected =
          Stream.of(cell(fault, Mode.SYNC).split(" or "))
              .map(HostileContract::confirmed)
              .collect(Collectors.joining(" or "));
      Hand hand =
          (client, feedbacks) ->
              Way.oneByOne(feedbacks, each -> submit.apply(client, each)).stream()
                  .map(HostileContract::withoutLooks)
                  .toList();
      Executable meeting = () -> meet(fault, expected, 1, hand);
      tests.add(DynamicTest.dynamicTest(fault.name() + ", confirmed", begun(meeting)));
    }
    return tests;
  }

  private static String confirmed(String submitted) {
    if (submitted.startsWith("yes/")) {
      return "STORED";
    } else if (submitted.endsWith("?")) {
      return "STORED or TIMEOUT/0?";
    }
    return PASSING.matcher(submitted).matches() ? "TIMEOUT/0" : submitted;
  }

  /** How often it checked until the time was up is not part of the contract. */
  private static Outcome withoutLooks(Outcome outcome) {
    return outcome
        .error()
        .filter(UndeliveredFeedbackException.class::isInstance)
        .map(UndeliveredFeedbackException.class::cast)
        .filter(error -> error.reason() == Reason.TIMEOUT)
        .map(
            error ->
                Outcome.failed(
                    outcome.index(),
                    outcome.feedback(),
                    UndeliveredFeedbackException.builder(error.provider(), error.reason())
                        .elapsed(error.elapsed())
                        .mayHaveArrived(error.mayHaveArrived())
                        .message(String.valueOf(error.getMessage()))
                        .cause(error)
                        .build()))
        .orElse(outcome);
  }

  private String cell(Hostility fault, Mode mode) {
    return table.cell(fault.name(), mode, provider.capabilities().provider());
  }

  private DynamicTest test(Hostility fault, String how, String told, int count, Hand hand) {
    Executable meeting = () -> meet(fault, told, count, hand);
    return DynamicTest.dynamicTest(
        fault.name() + ", " + how, fault.isSlow() ? begun(meeting) : meeting);
  }

  /** Of every ten requests it drops two unread and loses the response to one that it stored. */
  @ParameterizedTest
  @EnumSource
  void aServerThatDropsAThirdLosesNothingInSilence(Mode mode) {
    AtomicInteger requests = new AtomicInteger();
    Hostility drops =
        Hostility.fault(
            "drops",
            exchange -> {
              int which = requests.incrementAndGet() % 10;
              if (which == 1 || which == 4) {
                exchange.reset();
              } else if (which == 7) {
                exchange.take().close();
              } else {
                exchange.yes();
              }
            });
    List<Outcome> outcomes;
    HostileServer server = new HostileServer(provider, drops);
    try (server) {
      ClientSettings settings = provider.quick().maxRetries(10).build();
      try (FeedbackClient client =
          provider.open(Route.PLAIN.url(server), ClientUnderTest.API_KEY, settings)) {
        outcomes = mode.way.hand(client, provider.plain(100));
      }
    }
    assertThat(outcomes).hasSize(100);
    outcomes.forEach(outcome -> isTrue(server, outcome));
    if (overwrites) {
      assertThat(outcomes).allMatch(Outcome::isAccepted);
    } else {
      assertThat(outcomes)
          .allMatch(each -> each.isAccepted() || each.error().orElseThrow().mayHaveArrived());
    }
  }

  /** Begins at once, so that cases that only wait do so at the same time. */
  private static Executable begun(Executable test) {
    FutureTask<@Nullable Void> task =
        new FutureTask<>(
            () -> {
              try {
                test.execute();
              } catch (Throwable e) {
                throw new ExecutionException(e);
              }
              return null;
            });
    Thread thread = new Thread(task, "slow-fault");
    thread.setDaemon(true);
    thread.start();
    return task::get;
  }

  private void meet(Hostility fault, String expected, int count, Hand hand) {
    List<Outcome> outcomes;
    HostileServer server = new HostileServer(provider, fault);
    try (server) {
      outcomes = hand(server, hand, provider.plain(count));
    }
    assertThat(provider.server().count()).as("requests that came elsewhere").isZero();
    assertThat(outcomes).hasSize(count);
    outcomes.forEach(outcome -> isTrue(server, outcome));
    assertThat(outcomes.stream().map(HostileContract::told))
        .isSubsetOf(List.of(expected.split(" or ")));
  }

  private List<Outcome> hand(HostileServer server, Hand hand, List<Feedback> feedbacks) {
    Hostility fault = server.hostility;
    ClientSettings.Builder settings = provider.quick();
    if (fault.isSlow()) {
      settings.maxRetries(0).attemptTimeout(Duration.ofSeconds(1));
    }
    Route route = fault.route();
    try (FeedbackClient client =
        provider.open(
            route.url(server), ClientUnderTest.API_KEY, route.settings(server, settings))) {
      if (fault.afterAnEnd()) {
        client.submit(provider.plain(provider.freshTargetId()).build());
        while (server.ended() == 0) {
          LockSupport.parkNanos(1_000_000);
        }
      }
      return hand.over(client, feedbacks);
    }
  }

  /** Compares what the caller was told with what the server counted. */
  private void isTrue(HostileServer server, Outcome outcome) {
    String id = provider.idOf(outcome.feedback());
    int taken = server.taken(id);
    if (outcome.isAccepted()) {
      assertThat(taken).as("told yes, so it is kept").isPositive();
      assertThat(server.saidYes(id) || outcome.orThrow().assurance() == Assurance.STORED)
          .as("told yes, so the server said it, or showed it")
          .isTrue();
      assertThat(outcome.orThrow().ids())
          .as("whatever the server gave for an id")
          .allMatch(each -> each.matches("[!-~]{1,256}"))
          .noneMatch(each -> each.contains(ClientUnderTest.API_KEY));
    } else if (!outcome.error().orElseThrow().mayHaveArrived()) {
      assertThat(taken).as("told no, so it is not kept").isZero();
    }
    if (!overwrites) {
      assertThat(taken).as("never kept twice").isLessThanOrEqualTo(1);
    }
  }

  /** What the caller was told, in the table's terms. */
  private static String told(Outcome outcome) {
    if (outcome.isAccepted()) {
      Receipt receipt = outcome.orThrow();
      return receipt.assurance() == Assurance.STORED ? "STORED" : "yes/" + receipt.attempts();
    }
    FeedbackException error = outcome.error().orElseThrow();
    String what;
    if (error instanceof RejectedFeedbackException rejected) {
      what = "" + rejected.status();
    } else if (error instanceof UnreadableResponseException unreadable) {
      what = "UNREADABLE " + unreadable.status();
    } else {
      what = ((UndeliveredFeedbackException) error).reason().name();
    }
    return what + "/" + error.attempts() + (error.mayHaveArrived() ? "?" : "");
  }

  /** Submits feedback to a client, and returns the result as text. */
  private interface Hand {
    List<Outcome> over(FeedbackClient client, List<Feedback> feedbacks);
  }
}
