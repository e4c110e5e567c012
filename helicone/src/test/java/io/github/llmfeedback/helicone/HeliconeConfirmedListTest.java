package io.github.llmfeedback.helicone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.helicone.HeliconeUnconfirmedException.Why;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lists of confirmed ratings, and confirmed updates. */
@Timeout(60)
class HeliconeConfirmedListTest extends HeliconeConfirmationFixture {
  private static final Pattern ASKED = Pattern.compile("\"equals\":\"([-0-9a-f]{36})\"");

  /** What the server keeps; the first post of each request is lost. */
  private final Map<String, String> kept = new ConcurrentHashMap<>();

  private final Map<String, AtomicInteger> posts = new ConcurrentHashMap<>();

  private Reply answer(Seen seen) {
    if (seen.path().endsWith("/feedback")) {
      String id = seen.path().replaceAll(".*/request/([^/]+)/feedback", "$1");
      if (posts.computeIfAbsent(id, key -> new AtomicInteger()).incrementAndGet() > 1) {
        kept.put(id, seen.body().contains("true") ? "1" : "0");
      }
      return YES;
    }
    Matcher asked = ASKED.matcher(seen.body());
    assertThat(asked.find()).isTrue();
    String rating = kept.get(asked.group(1));
    String score = rating == null ? "" : "\"helicone-score-feedback\":" + rating;
    return Reply.of(
        201,
        "{\"data\":[{\"request_id\":\"%s\",\"scores\":{%s}}]}".formatted(asked.group(1), score));
  }

  private static Feedback up(String id) {
    return Feedback.on(id).thumbsUp().build();
  }

  @Test
  void everyRatingOfAListIsSeenToBeStored() {
    server.answerAll(this::answer);
    List<Feedback> feedbacks =
        IntStream.range(0, 50).mapToObj(i -> up(UUID.randomUUID().toString())).toList();

    List<Outcome> outcomes = client.submitAllConfirmed(feedbacks, LONG);

    assertThat(outcomes).extracting(Outcome::feedback).containsExactlyElementsOf(feedbacks);
    assertThat(outcomes)
        .allSatisfy(
            outcome ->
                assertThat(outcome.receipt().orElseThrow().assurance())
                    .isEqualTo(Assurance.STORED));
    assertThat(kept).hasSize(50);
    assertThat(posts.values()).allSatisfy(count -> assertThat(count).hasValue(2));
  }

  @Test
  void futureOfAListHasTheSameOutcomes() {
    server.answerAll(this::answer);
    assertThat(client.submitAllConfirmedAsync(List.of(up(ID)), LONG))
        .succeedsWithin(Duration.ofSeconds(30))
        .satisfies(outcomes -> assertThat(outcomes.get(0).isAccepted()).isTrue());
  }

  @Test
  void eachHasItsOwnEndAndTheOthersGoOn() {
    String refused = UUID.randomUUID().toString();
    String absent = UUID.randomUUID().toString();
    server.answerAll(
        seen ->
            seen.path().contains(refused)
                ? Reply.of(422, "{}")
                : seen.body().contains(absent) ? ABSENT : answer(seen));
    List<Feedback> feedbacks =
        List.of(
            up(ID),
            up(refused),
            Feedback.on(UUID.randomUUID().toString()).comment("words").build(),
            up("no-uuid"),
            up(absent));

    List<Outcome> outcomes = client.submitAllConfirmed(feedbacks, Duration.ofSeconds(3));

    assertThat(outcomes.get(0).isAccepted()).isTrue();
    assertThat(outcomes.get(1).error()).containsInstanceOf(RejectedFeedbackException.class);
    assertThat(outcomes.get(2).error()).containsInstanceOf(UnrepresentableFeedbackException.class);
    assertThat(outcomes.get(3).error()).containsInstanceOf(UnrepresentableFeedbackException.class);
    assertThat(outcomes.get(4).error())
        .containsInstanceOf(HeliconeUnconfirmedException.class)
        .hasValueSatisfying(
            error ->
                assertThat(((HeliconeUnconfirmedException) error).why()).isEqualTo(Why.NO_ROW));
  }

  @Test
  void ratingsOfOneRequestAreConfirmedInTheirOrder() {
    server.answerAll(this::answer);
    List<Feedback> feedbacks = List.of(up(ID), Feedback.on(ID).thumbsDown().build());

    assertThat(client.submitAllConfirmed(feedbacks, LONG)).allMatch(Outcome::isAccepted);
    assertThat(kept).containsEntry(ID, "0");
  }

  @Test
  void timeoutAndListAreChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.submitAllConfirmed(List.of(), Duration.ZERO))
        .withMessage("timeout must be from 1 ms to PT168H, but is PT0S");
    assertThat(client.submitAllConfirmedAsync(List.of(), Duration.ZERO))
        .failsWithin(Duration.ofSeconds(5));
    List<Feedback> withNull = new ArrayList<>(List.of(UP));
    withNull.add(Absent.absent());
    assertThatNullPointerException()
        .isThrownBy(() -> client.submitAllConfirmed(withNull, LONG))
        .withMessage("feedback 1 of the batch must not be null");
    assertThat(client.submitAllConfirmed(List.of(), LONG)).isEmpty();
    assertThat(server.count()).isZero();
  }

  @Test
  void updateIsPostedAndSeenToBeStored() {
    server.enqueue(YES).enqueue(STORED).enqueue(201, DOWN_ROW);

    Receipt stored = client.updateConfirmed(SENT, Feedback.on(ID).thumbsDown().build(), LONG);

    assertThat(stored.assurance()).isEqualTo(Assurance.STORED);
    assertThat(stored.state()).isEqualTo(Map.of("rating", List.of("false")));
    List<Seen> seen = server.takeAll();
    assertThat(seen.get(0).body()).isEqualTo("{\"rating\":false}");
    assertThat(seen).hasSize(3);
  }

  @Test
  void updateInDoubtIsPostedAgainWhereTheOldRatingStands() {
    server.enqueue(Reply.of(500, "{}"));
    AtomicInteger updates = new AtomicInteger();
    server.answerAll(
        seen ->
            !seen.path().endsWith("/feedback")
                ? updates.get() > settings.maxRetries() + 1 ? Reply.of(201, DOWN_ROW) : STORED
                : updates.incrementAndGet() > settings.maxRetries() + 1 ? YES : Reply.of(502, ""));

    Receipt stored = client.updateConfirmed(SENT, Feedback.on(ID).thumbsDown().build(), LONG);

    assertThat(stored.assurance()).isEqualTo(Assurance.STORED);
  }

  @Test
  void updateWhoseOldRatingStillStandsIsPostedAgain() {
    Receipt down = HeliconeFeedbackClient.receiptOf(ID, Rating.Thumbs.DOWN);
    HeliconeConfirmation confirmation =
        HeliconeConfirmation.ofUpdate(SENT, down, Duration.ofSeconds(2), LONG, NOW);
    Polling.Step<Receipt> post = confirmation.begin();
    ProviderResponse yes = ProviderResponse.of(201, YES.body());
    ProviderResponse up = ProviderResponse.of(201, STORED.body());
    confirmation.accepted(yes, new Polling.Effort(1, Duration.ofSeconds(1)));
    confirmation.waited();

    assertThat(confirmation.accepted(up, new Polling.Effort(2, Duration.ofMillis(15_999))))
        .isInstanceOf(Polling.Wait.class);
    confirmation.waited();
    assertThat(confirmation.accepted(up, new Polling.Effort(3, Duration.ofSeconds(16))))
        .usingRecursiveComparison()
        .isEqualTo(post);
  }

  @Test
  void updateMustFitItsReceipt() {
    Receipt other =
        HeliconeFeedbackClient.receiptOf(UUID.randomUUID().toString(), Rating.Thumbs.UP);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.updateConfirmed(other, UP, LONG))
        .withMessageStartingWith("an update must be about the receipt's target");
    Receipt foreign =
        Receipt.builder("portkey", ID).state(Map.of("rating", List.of("true"))).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.updateConfirmed(foreign, UP, LONG))
        .withMessageContaining("portkey's");
    assertThat(client.updateConfirmedAsync(other, UP, LONG)).isCompletedExceptionally();
    assertThat(server.count()).isZero();
  }
}
