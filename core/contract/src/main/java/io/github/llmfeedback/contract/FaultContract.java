package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.contract.Reply.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** A fault in transit leads to an error of the right kind, for each of several feedbacks. */
interface FaultContract extends ClientUnderTest {
  @EveryWay
  default void aWebPageIsNoYes(Way way) {
    Reply page =
        Reply.of(200, "<!doctype html><title>Parked</title>").header("Content-Type", "text/html");
    List<FeedbackException> failures = failures(way, page);
    isUnreadable(failures, 200);
    assertThat(failures)
        .allSatisfy(
            failure -> {
              assertThat(failure).hasMessageContaining("base URL");
              assertThat(failure.attempts()).as("it is not repeated").isEqualTo(1);
            });
  }

  @EveryWay
  default void anEmptyAnswerIsNoYes(Way way) {
    isUnreadable(failures(way, Reply.of(200, "")), 200);
  }

  @EveryWay
  default void noContentIsNoYes(Way way) {
    isUnreadable(failures(way, Reply.of(204, "")), 204);
  }

  @EveryWay
  default void aWrongKeyIsARefusal(Way way) {
    isRejected(failures(way, Reply.of(401, "{\"error\":\"no\"}")), 401, false);
  }

  @EveryWay
  default void aServersFailureMayHaveArrived(Way way) {
    isRejected(failures(way, Reply.of(500, "{\"error\":\"boom\"}")), 500, true);
  }

  @EveryWay
  default void aRedirectIsARefusalAndNotFollowed(Way way) {
    try (LoopbackServer elsewhere = new LoopbackServer()) {
      Reply redirect = Reply.of(307, "").header("Location", elsewhere.url() + "/elsewhere");
      List<FeedbackException> failures = failures(way, redirect);
      isRejected(failures, 307, false);
      assertThat(failures)
          .allSatisfy(failure -> assertThat(failure).hasMessageContaining("is not followed"));
      assertThat(elsewhere.count()).isZero();
    }
  }

  @EveryWay
  default void aConnectionLostAfterTheRequestMayHaveArrived(Way way) {
    Reply lost = Reply.fault(Fault.CLOSED_AFTER_REQUEST);
    isUndelivered(failures(way, lost), Reason.CONNECTION_LOST, true);
  }

  @EveryWay
  @Tag("timeout")
  @ResourceLock(value = "processor", mode = ResourceAccessMode.READ)
  @Execution(ExecutionMode.CONCURRENT) // it only waits
  default void aServerThatNeverAnswersMayHaveTheFeedback(Way way) {
    server().answerAll(seen -> Reply.fault(Fault.NEVER_ANSWERED));
    // Long enough for a busy machine to begin the request, or it would certainly not have arrived.
    ClientSettings impatient = quick().maxRetries(0).attemptTimeout(Duration.ofSeconds(1)).build();
    isUndelivered(failures(way, server().url(), impatient), Reason.TIMEOUT, true);
  }

  @EveryWay
  default void aRefusedConnectionNeverArrives(Way way) throws IOException {
    try (Socket deaf = new Socket()) {
      // Bound but not listening: the port refuses connections, and nobody else can take it.
      deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String url = "http://127.0.0.1:" + deaf.getLocalPort();
      isUndelivered(failures(way, url, quick().build()), Reason.UNREACHABLE, false);
    }
  }

  @EveryWay
  default void anUnknownHostNeverArrives(Way way) {
    ClientSettings plain = quick().allowPlainHttp(true).build();
    isUndelivered(failures(way, "http://host.invalid", plain), Reason.UNREACHABLE, false);
  }

  private List<FeedbackException> failures(Way way, Reply reply) {
    server().answerAll(seen -> reply);
    List<FeedbackException> failures = failures(way, server().url(), quick().build());
    assertThat(server().count()).isPositive();
    return failures;
  }

  private List<FeedbackException> failures(Way way, String url, ClientSettings settings) {
    List<Feedback> feedbacks = plain(3);
    try (FeedbackClient client = open(url, API_KEY, settings)) {
      List<Outcome> outcomes = way.hand(client, feedbacks);
      assertThat(outcomes).extracting(Outcome::feedback).isEqualTo(feedbacks);
      return outcomes.stream().map(outcome -> outcome.error().orElseThrow()).toList();
    }
  }

  private static void isUnreadable(List<FeedbackException> failures, int status) {
    for (FeedbackException failure : failures) {
      assertThat(failure).isInstanceOf(UnreadableResponseException.class);
      assertThat(((UnreadableResponseException) failure).status()).isEqualTo(status);
      assertThat(failure.mayHaveArrived()).isTrue();
    }
  }

  private static void isRejected(
      List<FeedbackException> failures, int status, boolean mayHaveArrived) {
    for (FeedbackException failure : failures) {
      assertThat(failure).isInstanceOf(RejectedFeedbackException.class);
      assertThat(((RejectedFeedbackException) failure).status()).isEqualTo(status);
      assertThat(failure.mayHaveArrived()).isEqualTo(mayHaveArrived);
    }
  }

  private static void isUndelivered(
      List<FeedbackException> failures, Reason reason, boolean mayHaveArrived) {
    for (FeedbackException failure : failures) {
      assertThat(failure).isInstanceOf(UndeliveredFeedbackException.class);
      assertThat(((UndeliveredFeedbackException) failure).reason()).isEqualTo(reason);
      assertThat(failure.mayHaveArrived()).isEqualTo(mayHaveArrived);
    }
  }
}
