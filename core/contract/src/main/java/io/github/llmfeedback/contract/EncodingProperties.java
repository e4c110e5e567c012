package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.Lifespan;
import net.jqwik.api.lifecycle.Store;

/**
 * Any feedback that can be built becomes JSON that a strict reader accepts, with every part in it
 * that the provider is declared to keep, or is refused before anything is sent.
 */
public abstract class EncodingProperties {
  /** For subclasses. */
  protected EncodingProperties() {}

  /** The client, with its own server. */
  protected abstract ClientUnderTest newClient();

  /** The path of a request about this id, segment by segment. */
  protected abstract List<String> path(String id);

  /** Fails unless the body says this rating, exactly or rounded to the provider's scale. */
  protected abstract void isRated(JsonNode body, Rating rating);

  /** The wire objects of a body, which may be a list of them. */
  protected Iterable<JsonNode> objects(JsonNode body) {
    return body.isArray() ? body : List.of(body);
  }

  /** Ids of which the provider accepts at least some. */
  protected Arbitrary<String> ids() {
    return Feedbacks.ids();
  }

  /** The id under which the provider files feedback on this one; empty if it refuses it. */
  protected String filed(String id) {
    return id;
  }

  /** Whether the caller's metadata occupy a key that another part of the feedback needs. */
  protected boolean clashes(Feedback feedback) {
    return false;
  }

  /** All feedbacks. */
  @Provide
  protected Arbitrary<Feedback> feedbacks() {
    return Feedbacks.on(ids());
  }

  /** When every loss is accepted. */
  @Property(edgeCases = EdgeCasesMode.NONE)
  public void eachPartIsInTheRequestOrOnTheReceiptOrNothingIsSent(
      @ForAll("feedbacks") Feedback feedback) {
    boolean possible = bench().keepsSomeOf(feedback) && isPossible(feedback);
    Observed told = Observed.of(bench().server(), () -> bench().reporting().submit(feedback));
    isForetold(bench().reporting(), feedback, told);
    String id = filed(feedback.target().toString());
    isKeptOrRefused(feedback, told, possible, path(id));
    told.seen().forEach(seen -> assertThat(bench().under().targetIds(seen)).contains(id));
  }

  /** Under the default policy. */
  @Property(edgeCases = EdgeCasesMode.NONE)
  public void eachPartIsInTheRequestOrNothingIsSent(
      @ForAll("feedbacks") Feedback any, @ForAll boolean fitting) {
    Feedback feedback = fitting ? bench().fitting(any) : any;
    boolean possible = bench().keepsAllOf(feedback) && isPossible(feedback);
    Observed told = Observed.of(bench().server(), () -> bench().rejecting().submit(feedback));
    isForetold(bench().rejecting(), feedback, told);
    String id = filed(feedback.target().toString());
    isKeptOrRefused(feedback, told, possible, path(id));
    told.seen().forEach(seen -> assertThat(bench().under().targetIds(seen)).contains(id));
  }

  /** Each alone is what the properties above are about. */
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  public void aListSaysWhatItsFeedbacksSayOneByOne(@ForAll("lists") List<Feedback> feedbacks) {
    List<Outcome> outcomes = bench().reporting().submitAll(feedbacks);
    List<SentObject> together = SentObject.in(bench().server().takeAll(), this::objects);

    List<SentObject> alone = new ArrayList<>();
    assertThat(outcomes).hasSameSizeAs(feedbacks);
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome outcome = outcomes.get(i);
      Feedback feedback = feedbacks.get(i);
      Observed told = Observed.of(bench().server(), () -> bench().alike().submit(feedback));
      alone.addAll(SentObject.in(told.seen(), this::objects));
      assertThat(outcome.index()).isEqualTo(i);
      assertThat(outcome.feedback()).isSameAs(feedback);
      assertThat(outcome.receipt().map(Receipt::target)).isEqualTo(told.map(Receipt::target));
      assertThat(outcome.receipt().map(Receipt::losses)).isEqualTo(told.map(Receipt::losses));
      assertThat(outcome.receipt().map(Receipt::ids)).isEqualTo(told.map(Receipt::ids));
      assertThat(outcome.error().map(Throwable::toString))
          .isEqualTo(Optional.ofNullable(told.error()).map(Throwable::toString));
    }
    assertThat(together).containsExactlyInAnyOrderElementsOf(alone);
  }

  /** Lists in which some feedbacks are refused, and some may occur twice. */
  @Provide
  protected Arbitrary<List<Feedback>> lists() {
    return feedbacks()
        .list()
        .ofMinSize(1)
        .ofMaxSize(8)
        .flatMap(some -> Arbitraries.of(some).list().ofMaxSize(8));
  }

  /** A check gives the result that submitting would have, and sends nothing. */
  private void isForetold(FeedbackClient client, Feedback feedback, Observed told) {
    try {
      assertThat(client.check(feedback)).isEqualTo(told.map(Receipt::losses).orElse(null));
    } catch (UnrepresentableFeedbackException refusal) {
      assertThat(told.error()).hasToString(refusal.toString());
    }
    assertThat(bench().server().takeAll()).isEmpty();
  }

  final boolean isPossible(Feedback feedback) {
    return !filed(feedback.target().toString()).isEmpty() && !clashes(feedback);
  }

  final void isKeptOrRefused(
      Feedback feedback, Observed told, boolean possible, List<String> path) {
    if (possible) {
      assertThat(told.error()).isNull();
      assertThat(told.seen()).hasSize(1);
      assertThat(told.seen().get(0).segments()).isEqualTo(path);
      assertThat(PropertyFixture.headers(told.seen().get(0))).isEqualTo(bench().plainHeaders());
      isKept(feedback, told.seen().get(0));
      isAccountedFor(feedback, Objects.requireNonNull(told.receipt()));
    } else {
      assertThat(told.error()).isInstanceOf(UnrepresentableFeedbackException.class);
      assertThat(told.seen()).isEmpty();
    }
  }

  private void isKept(Feedback feedback, Seen seen) {
    JsonNode body = StrictJson.body(seen);
    Inventory inventory = new Inventory(body);
    feedback.parts().stream()
        .filter(bench()::keeps)
        .sorted(
            Comparator.reverseOrder()) // metadata first, because a text in them is not a comment
        .forEach(part -> inventory.holds(part, feedback));
    feedback
        .rating()
        .filter(rating -> bench().supports(rating.part()) != Support.NONE)
        .ifPresent(rating -> isRated(body, rating));
  }

  private void isAccountedFor(Feedback feedback, Receipt receipt) {
    assertThat(receipt.target()).isEqualTo(filed(feedback.target().toString()));
    for (Part part : Part.values()) {
      List<Loss.Kind> losses =
          receipt.losses().stream().filter(l -> l.part() == part).map(Loss::kind).toList();
      if (!feedback.parts().contains(part)) {
        assertThat(losses).isEmpty();
      } else {
        switch (bench().supports(part)) {
          case NONE -> assertThat(losses).containsExactly(Loss.Kind.DROPPED);
          case APPROXIMATED -> assertThat(losses).containsExactly(Loss.Kind.APPROXIMATED);
          case NATIVE, EMBEDDED -> assertThat(losses).isSubsetOf(Loss.Kind.ROUNDED);
        }
      }
    }
  }

  /** Whether a thumb is up, or a score in the upper half of its scale. */
  protected static boolean isGood(Rating rating) {
    return rating == Rating.Thumbs.UP
        || (rating instanceof Rating.Score s && PropertyFixture.half(s) > 0);
  }

  final PropertyFixture bench() {
    return Store.getOrCreate("bench", Lifespan.PROPERTY, () -> PropertyFixture.of(newClient()))
        .get();
  }
}
