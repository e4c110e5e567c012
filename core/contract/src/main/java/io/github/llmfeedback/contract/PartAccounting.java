package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Accounts for each part of a feedback: it is in the request, or the feedback is refused and
 * nothing is sent, and the client declared in advance which of the two.
 */
final class PartAccounting {
  private static final Set<Part> RATINGS = Set.of(Part.THUMBS, Part.SCORE, Part.LABEL);

  private final ClientUnderTest client;
  private final Submitter submitter;
  private final String id;

  PartAccounting(ClientUnderTest client, String id, Submitter submitter) {
    this.client = client;
    this.id = id;
    this.submitter = submitter;
  }

  /** Under the default policy: kept in full, or refused. */
  void keepsOrRefuses(Part part) {
    switch (client.capabilities().support(part)) {
      case NATIVE, EMBEDDED -> keeps(part, LossPolicy.ROUNDING);
      case APPROXIMATED, NONE -> refuses(part);
    }
  }

  /** When every loss is accepted: what is not in the request is on the receipt. */
  void keepsOrReports(Part part) {
    switch (client.capabilities().support(part)) {
      case NATIVE, EMBEDDED -> keeps(part, LossPolicy.ANY);
      case APPROXIMATED -> approximates(part);
      case NONE -> drops(part);
    }
  }

  private void keeps(Part part, LossPolicy policy) {
    List<String> texts = new ArrayList<>();
    for (Sentinel sentinel : Sentinel.of(part)) {
      Observed observed = submitter.submit(policy, sentinel.in(beside(part)).build());
      assertThat(receipt(observed).losses()).noneMatch(l -> l.kind() != Loss.Kind.ROUNDED);
      for (String mark : sentinel.marks()) {
        assertThat(observed.text()).as("request with a %s", part).contains(mark);
      }
      texts.add(observed.text());
    }
    assertThat(texts).as("requests with different %s", part).doesNotHaveDuplicates();
  }

  private void refuses(Part part) {
    for (Sentinel sentinel : Sentinel.of(part)) {
      Observed observed = submitter.submit(LossPolicy.ROUNDING, sentinel.in(beside(part)).build());
      assertThat(refusal(observed).losses()).extracting(Loss::part).contains(part);
    }
  }

  private void approximates(Part part) {
    List<Sentinel> sentinels = Sentinel.of(part);
    List<String> texts = new ArrayList<>();
    for (Sentinel sentinel : List.of(sentinels.get(0), sentinels.get(sentinels.size() - 1))) {
      Observed observed = submitter.submit(LossPolicy.ANY, sentinel.in(beside(part)).build());
      assertThat(receipt(observed).losses())
          .extracting(Loss::part, Loss::kind)
          .contains(tuple(part, Loss.Kind.APPROXIMATED));
      texts.add(observed.text());
    }
    assertThat(texts).as("requests with opposite %s", part).doesNotHaveDuplicates();
  }

  private void drops(Part part) {
    Optional<Feedback> rest = rest(part);
    if (rest.isEmpty()) {
      Sentinel sentinel = Sentinel.of(part).get(0);
      Observed observed = submitter.submit(LossPolicy.ANY, sentinel.in(client.on(id)).build());
      assertThat(refusal(observed).mayHaveArrived()).as("nothing would remain of it").isFalse();
      return;
    }
    String without = submitter.submit(LossPolicy.ANY, rest.get()).text();
    for (Sentinel sentinel : Sentinel.of(part)) {
      Observed observed =
          submitter.submit(LossPolicy.ANY, sentinel.in(rest.get().newBuilder()).build());
      assertThat(receipt(observed).losses())
          .extracting(Loss::part, Loss::kind)
          .containsExactly(tuple(part, Loss.Kind.DROPPED));
      assertThat(observed.text()).as("request without the %s", part).isEqualTo(without);
    }
  }

  /** A feedback to which the part is added: empty where the part may be alone. */
  private Feedback.Builder beside(Part part) {
    boolean mayStandAlone = RATINGS.contains(part) || (part.isStatement() && !client.needsRating());
    return mayStandAlone ? client.on(id) : client.plain(id);
  }

  /** What remains when the part is dropped, if it can be combined with anything. */
  private Optional<Feedback> rest(Part part) {
    if (!RATINGS.contains(part)) {
      return Optional.of(client.plain(id).build());
    }
    return client
        .keptStatements()
        .filter(other -> !RATINGS.contains(other) && !client.needsRating())
        .findFirst()
        .map(other -> Sentinel.of(other).get(0).in(client.on(id)).build());
  }

  private Receipt receipt(Observed observed) {
    assertThat(observed.error()).isNull();
    assertThat(observed.seen()).hasSize(1);
    assertThat(client.targetIds(observed.seen().get(0))).containsOnly(id);
    return Objects.requireNonNull(observed.receipt());
  }

  private static UnrepresentableFeedbackException refusal(Observed observed) {
    assertThat(observed.seen()).as("requests after a refusal").isEmpty();
    assertThat(observed.error()).isInstanceOf(UnrepresentableFeedbackException.class);
    return (UnrepresentableFeedbackException) Objects.requireNonNull(observed.error());
  }

  /** Submits one feedback to a new client with this policy. */
  interface Submitter {
    Observed submit(LossPolicy policy, Feedback feedback);
  }
}
