package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.engine.ToyDialect;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncodedTest {
  private static final TargetKey KEY = TargetKey.of("toy", "thing");

  /** Keeps thumbs, comments, metadata and whole scores from 1 to 3; its ids are in lower case. */
  private static final class LowerCaseDialect extends ToyDialect {
    final List<Feedback> encoded = new ArrayList<>();

    LowerCaseDialect() {
      super(
          Capabilities.of("toy")
              .with(Support.NATIVE, Part.THUMBS, Part.SCORE, Part.COMMENT, Part.METADATA));
    }

    @Override
    public TargetKey targetKey() {
      return KEY;
    }

    @Override
    public String address(String id, Losses losses) {
      if (id.contains(" ")) {
        throw losses.refusal("its ids have no spaces");
      }
      return id.toLowerCase(Locale.ROOT);
    }

    @Override
    public List<Map<String, Object>> encode(Feedback feedback, String target, Losses losses) {
      if (feedback.rating().orElse(null) instanceof Rating.Score score) {
        int unused = Scale.onto(1, 3, score, losses);
      }
      if (feedback.comment().filter("cut twice"::equals).isPresent()) {
        losses.approximated(Part.COMMENT, "its beginning went");
        losses.approximated(Part.COMMENT, "its end went");
      }
      encoded.add(feedback);
      boolean mute = feedback.comment().filter("mute"::equals).isPresent();
      return mute ? List.of() : super.encode(feedback, target, losses);
    }
  }

  private final LowerCaseDialect toy = new LowerCaseDialect();

  private static Feedback.Builder thumb() {
    return Feedback.on("id").thumbsUp();
  }

  private Encoded<Map<String, Object>> prepare(Feedback feedback, LossPolicy policy) {
    return Encoded.of(feedback, toy, policy);
  }

  private UnrepresentableFeedbackException refusal(Feedback feedback, LossPolicy policy) {
    return catchThrowableOfType(
        UnrepresentableFeedbackException.class, () -> prepare(feedback, policy));
  }

  @Test
  void whatIsKeptGoesOnUnchangedAndOnce() {
    Feedback feedback = thumb().comment("c").build();
    Encoded<Map<String, Object>> prepared = prepare(feedback, LossPolicy.EXACT);
    assertThat(prepared.objects())
        .containsExactly(Map.of("id", "id", "THUMBS", "UP", "COMMENT", "c"));
    assertThat(prepared.losses()).isEmpty();
    assertThat(toy.encoded).as("unchanged and once").containsExactly(feedback);
  }

  @Test
  void theTargetIsResolvedAndAddressed() {
    assertThat(prepare(Feedback.on("ID").thumbsUp().build(), LossPolicy.EXACT).target())
        .isEqualTo("id");
    Target named = Target.shared("other").and(KEY, "Mine");
    assertThat(prepare(Feedback.on(named).thumbsUp().build(), LossPolicy.EXACT).target())
        .isEqualTo("mine");
  }

  @Test
  void aTargetWithoutAnIdForTheProviderIsRefusedUnderAnyPolicy() {
    Feedback feedback = Feedback.on(Target.shared("s")).thumbsUp().build();
    UnrepresentableFeedbackException error = refusal(feedback, LossPolicy.ANY);
    assertThat(error)
        .hasMessage(
            "toy cannot keep this feedback: its target [shared=s] has no id for toy/thing; add one"
                + " with target.and(key, id)");
    assertThat(error.losses()).isEmpty();
  }

  @Test
  void anIdThatTheDialectRefusesIsRefused() {
    assertThat(refusal(Feedback.on("a b").thumbsUp().build(), LossPolicy.ANY))
        .hasMessage("toy cannot keep this feedback: its ids have no spaces");
  }

  @Test
  void aDroppedPartIsRefusedWithTheLineThatWouldTolerateIt() {
    UnrepresentableFeedbackException error =
        refusal(thumb().author("the author").weight(1).build(), LossPolicy.ROUNDING);
    assertThat(error.losses())
        .extracting(Loss::part, Loss::kind)
        .containsExactly(
            tuple(Part.WEIGHT, Loss.Kind.DROPPED), tuple(Part.AUTHOR, Loss.Kind.DROPPED));
    assertThat(error)
        .hasMessageEndingWith(
            "nothing was sent. To accept it: ClientSettings.builder()"
                + ".lossPolicy(LossPolicy.tolerating(Part.WEIGHT, Part.AUTHOR))")
        .hasMessageStartingWith("toy would lose [WEIGHT DROPPED")
        .hasMessageNotContaining("the author");
    assertThat(error.attempts()).isZero();
    assertThat(error.mayHaveArrived()).isFalse();
  }

  @Test
  void theMessageNamesOnlyWhatThePolicyDoesNotTolerateYet() {
    UnrepresentableFeedbackException error =
        refusal(thumb().author("me").weight(1).build(), LossPolicy.tolerating(Part.WEIGHT));
    assertThat(error).hasMessageEndingWith("LossPolicy.tolerating(Part.AUTHOR))");
    assertThat(error.losses()).extracting(Loss::part).containsExactly(Part.AUTHOR);
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void aToleratedPartIsTakenOutAndNoted(Part part) {
    Feedback full =
        thumb()
            .comment("c")
            .correction("c")
            .issue("i")
            .action("a")
            .weight(1)
            .author("a")
            .occurredAt(Instant.EPOCH)
            .metadata("k", 1)
            .build();
    Set<Part> lost = EnumSet.copyOf(full.parts());
    lost.removeAll(Set.of(Part.THUMBS, Part.COMMENT, Part.METADATA));
    Encoded<Map<String, Object>> prepared = prepare(full, LossPolicy.ANY);
    assertThat(toy.encoded.get(0).parts())
        .containsExactly(Part.THUMBS, Part.COMMENT, Part.METADATA);
    assertThat(prepared.objects().get(0)).containsOnlyKeys("id", "THUMBS", "COMMENT", "METADATA");
    assertThat(prepared.losses()).extracting(Loss::part).containsExactlyElementsOf(lost);
    if (lost.contains(part)) {
      lost.remove(part);
      assertThat(refusal(full, LossPolicy.tolerating(lost.toArray(Part[]::new))).losses())
          .extracting(Loss::part)
          .containsExactly(part);
    }
  }

  @Test
  void aPartLostTwiceIsNamedOnceInTheLineAndTwiceInTheLosses() {
    UnrepresentableFeedbackException error =
        refusal(thumb().comment("cut twice").build(), LossPolicy.ROUNDING);
    assertThat(error).hasMessageEndingWith("LossPolicy.tolerating(Part.COMMENT))");
    assertThat(error.losses()).hasSize(2);
  }

  @Test
  void whereNoStatementWouldRemainItIsRefusedUnderAnyPolicy() {
    UnrepresentableFeedbackException error =
        refusal(
            Feedback.on("id").correction("the correction").author("me").metadata("k", 1).build(),
            LossPolicy.ANY);
    assertThat(error)
        .hasMessageContaining("nothing would remain of it without [CORRECTION, AUTHOR]")
        .hasMessageNotContaining("the correction");
    assertThat(error.losses()).extracting(Loss::kind).containsOnly(Loss.Kind.DROPPED);
    assertThat(toy.encoded).isEmpty();
  }

  @Test
  void aRoundedScoreIsAcceptedByDefaultAndNotedOnce() {
    Feedback feedback = Feedback.on("id").score(0.7, 0, 1).build();
    assertThat(prepare(feedback, LossPolicy.ROUNDING).losses())
        .containsExactly(new Loss(Part.SCORE, Loss.Kind.ROUNDED, "the score became 2 of 1 … 3"));
    assertThat(prepare(feedback, LossPolicy.ANY).losses()).hasSize(1);
    assertThat(refusal(feedback, LossPolicy.EXACT))
        .hasMessageEndingWith("LossPolicy.tolerating(Part.SCORE))");
  }

  @Test
  void aFeedbackOfWhichTheDialectMakesNothingIsRefusedUnderAnyPolicy() {
    Feedback mute = Feedback.on("id").comment("mute").build();
    assertThat(refusal(mute, LossPolicy.ANY))
        .hasMessageStartingWith(
            "toy cannot keep this feedback: its dialect produced nothing that could be sent");
  }

  @Test
  void acceptedLossesCannotBeChanged() {
    assertThat(prepare(thumb().weight(1).build(), LossPolicy.ANY).losses()).isUnmodifiable();
  }
}
