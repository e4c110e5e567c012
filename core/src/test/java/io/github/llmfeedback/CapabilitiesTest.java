package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CapabilitiesTest {
  private static final Capabilities SOME =
      Capabilities.of("toy")
          .with(Support.NATIVE, Part.THUMBS)
          .with(Support.EMBEDDED, Part.COMMENT)
          .with(Support.APPROXIMATED, Part.SCORE);

  /** Keeps its comment and weight beside a rating. */
  private static final Capabilities RATED =
      Capabilities.of("toy")
          .with(Support.NATIVE, Part.THUMBS, Part.SCORE, Part.COMMENT, Part.WEIGHT)
          .besideRating(Part.COMMENT, Part.WEIGHT);

  @ParameterizedTest
  @EnumSource(Part.class)
  void aPartThatIsNotMentionedIsNotKept(Part part) {
    assertThat(Capabilities.of("toy").support(part)).isEqualTo(Support.NONE);
  }

  @Test
  void eachPartHasTheSupportLastSaid() {
    Capabilities changed = SOME.with(Support.NONE, Part.THUMBS, Part.COMMENT);
    assertThat(SOME.support(Part.THUMBS)).isEqualTo(Support.NATIVE);
    assertThat(SOME.support(Part.COMMENT)).isEqualTo(Support.EMBEDDED);
    assertThat(SOME.support(Part.SCORE)).isEqualTo(Support.APPROXIMATED);
    assertThat(changed.support(Part.THUMBS)).isEqualTo(Support.NONE);
    assertThat(changed.support(Part.SCORE)).isEqualTo(Support.APPROXIMATED);
  }

  /** A provider that can keep a part, but only when told to, says so where the part is lost. */
  @Test
  void theWayToKeepAPartIsInTheMessagesAboutItsLoss() {
    Capabilities asked =
        SOME.optIn(Part.LABEL, "Toy.builder().labels()").with(Support.NATIVE, Part.AUTHOR);
    Feedback label = Feedback.on("a").label("fine").build();

    assertThat(asked.unsupportedIn(label))
        .extracting(Loss::detail)
        .containsExactly("toy keeps no LABEL unless asked to with Toy.builder().labels()");
    assertThatThrownBy(() -> asked.withoutUnsupported(label))
        .isInstanceOf(UnrepresentableFeedbackException.class)
        .hasMessageEndingWith("; to keep LABEL: Toy.builder().labels()");
    assertThatThrownBy(() -> asked.withoutUnsupported(Feedback.on("a").issue("tone").build()))
        .isInstanceOf(UnrepresentableFeedbackException.class)
        .hasMessageNotContaining("Toy.builder");
    assertThat(SOME.optIn(Part.LABEL, "x")).as("keeps the same").isEqualTo(SOME);
  }

  @Test
  void theMapHasEveryPartInOrderAndCannotBeChanged() {
    assertThat(SOME.asMap()).containsOnlyKeys(Part.values()).isUnmodifiable();
    assertThat(SOME.asMap().keySet()).containsExactly(Part.values());
    assertThat(SOME.asMap()).containsEntry(Part.COMMENT, Support.EMBEDDED);
  }

  @Test
  void whatIsKeptInFullCanBeRequired() {
    assertThat(SOME.require(Part.THUMBS, Part.COMMENT)).isSameAs(SOME);
    assertThat(SOME.require()).isSameAs(SOME);
  }

  @Test
  void requiringNamesEveryPartThatIsNotKeptInFull() {
    assertThatIllegalStateException()
        .isThrownBy(() -> SOME.require(Part.THUMBS, Part.SCORE, Part.AUTHOR))
        .withMessageStartingWith("toy does not keep in full: SCORE (APPROXIMATED), AUTHOR (NONE).")
        .withMessageNotContaining("THUMBS");
  }

  @Test
  void whatIsKeptBesideARatingIsLostWithoutOne() {
    Capabilities beside = RATED.with(Support.NATIVE, Part.ACTION);
    Feedback action = Feedback.on("t").action("copied").comment("Spot on").build();

    assertThat(beside.unsupportedIn(action))
        .extracting(Loss::toString)
        .containsExactly("COMMENT DROPPED (toy keeps COMMENT only beside a rating)");
    assertThat(beside.withoutUnsupported(action).parts()).containsExactly(Part.ACTION);
    assertThat(beside.withoutUnsupported(action.newBuilder().thumbsUp().build()).parts())
        .containsExactly(Part.THUMBS, Part.COMMENT, Part.ACTION);
  }

  @Test
  void aRatingThatIsNotKeptIsNoRatingToBeBeside() {
    Feedback labelled = Feedback.on("t").label("great").comment("Spot on").build();

    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> RATED.withoutUnsupported(labelled))
        .withMessage(
            "toy cannot keep this feedback: nothing would remain of it without [LABEL, COMMENT];"
                + " it keeps COMMENT only beside a rating; add one, such as thumbsUp()")
        .satisfies(e -> assertThat(e.losses()).hasSize(2));
  }

  @Test
  void theProvidersOwnAdviceStandsInTheMessages() {
    Capabilities advised = RATED.besideRating("ask the toymaker", Part.COMMENT);

    assertThatExceptionOfType(UnrepresentableFeedbackException.class)
        .isThrownBy(() -> advised.withoutUnsupported(Feedback.on("t").comment("Spot on").build()))
        .withMessageEndingWith("it keeps COMMENT only beside a rating; ask the toymaker");
    assertThatIllegalStateException()
        .isThrownBy(() -> advised.requireTogether(Part.COMMENT))
        .withMessageEndingWith("; ask the toymaker.");
  }

  @Test
  void whatIsKeptBesideARatingCanBeRequiredTogetherWithOneOnly() {
    assertThatIllegalStateException()
        .isThrownBy(() -> RATED.require(Part.COMMENT))
        .withMessage(
            "toy keeps COMMENT only beside a rating, and a feedback made of some of these parts"
                + " has none; add one, such as thumbsUp(). If each of yours has one, require that"
                + " shape instead: requireTogether(Part.THUMBS, Part.COMMENT).");
    assertThatIllegalStateException()
        .isThrownBy(() -> RATED.require(Part.WEIGHT, Part.COMMENT, Part.SCORE, Part.THUMBS))
        .withMessageContaining("toy keeps COMMENT, WEIGHT only beside a rating")
        .withMessageContaining(
            "requireTogether(Part.THUMBS, Part.COMMENT, Part.WEIGHT) and"
                + " requireTogether(Part.SCORE, Part.COMMENT, Part.WEIGHT).");
    assertThatIllegalStateException()
        .isThrownBy(() -> RATED.requireTogether(Part.COMMENT, Part.WEIGHT))
        .withMessage(
            "toy keeps COMMENT, WEIGHT only beside a rating, and this shape has none; add one,"
                + " such as thumbsUp().");

    assertThat(RATED.requireTogether(Part.THUMBS, Part.COMMENT, Part.WEIGHT)).isSameAs(RATED);
    assertThat(RATED.require(Part.THUMBS, Part.SCORE, Part.WEIGHT)).isSameAs(RATED);
    assertThat(RATED.require(Part.WEIGHT)).isSameAs(RATED);
  }

  @Test
  void aRatingThatNeedsAnotherCanNeverBeRequired() {
    Capabilities labelled = RATED.with(Support.EMBEDDED, Part.LABEL).besideRating(Part.LABEL);

    assertThatIllegalStateException()
        .isThrownBy(() -> labelled.require(Part.LABEL))
        .withMessage(
            "toy keeps LABEL only beside a rating, and a feedback made of some of these parts has"
                + " none; add one, such as thumbsUp().");
    assertThatIllegalStateException()
        .isThrownBy(() -> labelled.requireTogether(Part.LABEL, Part.COMMENT))
        .withMessageStartingWith("toy keeps LABEL, COMMENT only beside a rating");
  }

  @Test
  void contextBesideARatingIsRefusedWithAnyOtherStatement() {
    Capabilities weighed = SOME.with(Support.NATIVE, Part.WEIGHT).besideRating(Part.WEIGHT);

    assertThatIllegalStateException()
        .isThrownBy(() -> weighed.require(Part.COMMENT, Part.WEIGHT))
        .withMessageStartingWith("toy keeps WEIGHT only beside a rating");
    assertThat(weighed.require(Part.COMMENT)).isSameAs(weighed);
  }

  @Test
  void whatIsNotKeptInFullCannotBeRequiredTogether() {
    assertThatIllegalStateException()
        .isThrownBy(() -> SOME.requireTogether(Part.SCORE, Part.AUTHOR))
        .withMessageStartingWith("toy does not keep in full: SCORE (APPROXIMATED), AUTHOR (NONE).");
  }

  @Test
  void aShapeThatIsNoFeedbackIsRefusedWhateverIsKept() {
    Capabilities all = Capabilities.of("toy").with(Support.NATIVE, Part.values());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> all.requireTogether(Part.AUTHOR, Part.WEIGHT))
        .withMessageStartingWith("[WEIGHT, AUTHOR] is not a feedback: it states nothing");
    assertThatIllegalArgumentException()
        .isThrownBy(all::requireTogether)
        .withMessageStartingWith("[] is not a feedback: it states nothing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> all.requireTogether(Part.THUMBS, Part.SCORE))
        .withMessageStartingWith("[THUMBS, SCORE] is not a feedback: one feedback has one");
  }

  @Test
  void aPartThatIsNotKeptIsNotKeptBesideARatingEither() {
    Capabilities denied = RATED.with(Support.NONE, Part.COMMENT);

    assertThat(RATED.isBesideRating(Part.COMMENT)).isTrue();
    assertThat(RATED.isBesideRating(Part.THUMBS)).isFalse();
    assertThat(denied.isBesideRating(Part.COMMENT)).isFalse();
    assertThat(denied.unsupportedIn(Feedback.on("t").thumbsUp().comment("x").build()))
        .extracting(Loss::detail)
        .containsExactly("toy keeps no COMMENT");
  }

  @Test
  void theProvidersNameIsInLowerCase() {
    assertThat(Capabilities.of("TITAN").provider()).isEqualTo("titan");
  }

  @Test
  void badNamesAndNullsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Capabilities.of(" "))
        .withMessage("provider must not be blank");
    assertThatNullPointerException()
        .isThrownBy(() -> Capabilities.of(BadInput.<String>absent()))
        .withMessage("provider must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> SOME.with(BadInput.absent(), Part.SCORE))
        .withMessage("support must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> SOME.with(Support.NATIVE, BadInput.<Part>absent()))
        .withMessage("part must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> SOME.support(BadInput.<Part>absent()))
        .withMessage("part must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> SOME.require(Part.THUMBS, BadInput.absent()))
        .withMessage("part must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> SOME.requireTogether(Part.THUMBS, BadInput.absent()))
        .withMessage("part must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> SOME.besideRating(Part.COMMENT, BadInput.absent()))
        .withMessage("part must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> SOME.isBesideRating(BadInput.absent()))
        .withMessage("part must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> SOME.besideRating(BadInput.<String>absent(), Part.COMMENT))
        .withMessage("advice must not be null");
    for (Consumer<Part[]> taking :
        List.<Consumer<Part[]>>of(
            SOME::require,
            SOME::requireTogether,
            SOME::besideRating,
            parts -> SOME.with(Support.NATIVE, parts),
            LossPolicy::tolerating)) {
      assertThatNullPointerException()
          .isThrownBy(() -> taking.accept(BadInput.absent()))
          .withMessage("parts must not be null");
    }
  }

  @Test
  void equalityIsByWhatIsKept() {
    Capabilities same =
        Capabilities.of("toy")
            .with(Support.APPROXIMATED, Part.SCORE)
            .with(Support.EMBEDDED, Part.COMMENT)
            .with(Support.NATIVE, Part.THUMBS)
            .with(Support.NONE, Part.AUTHOR);
    assertThat(SOME)
        .isEqualTo(same)
        .hasSameHashCodeAs(same)
        .isNotEqualTo(SOME.with(Support.NATIVE, Part.COMMENT))
        .isNotEqualTo(SOME.besideRating(Part.COMMENT))
        .isEqualTo(SOME.besideRating(Part.LABEL)) // which is not kept
        .isNotEqualTo(Capabilities.of("other"))
        .isNotEqualTo("toy");
  }

  @Test
  void idsAreGivenIfSaid() {
    assertThat(SOME.ids()).isEqualTo(Capabilities.Ids.NONE);
    assertThat(SOME.with(Capabilities.Ids.ONE).with(Support.NONE, Part.THUMBS).ids())
        .isEqualTo(Capabilities.Ids.ONE);
    assertThat(SOME.with(Capabilities.Ids.ONE)).isNotEqualTo(SOME);
    assertThatNullPointerException()
        .isThrownBy(() -> SOME.with(BadInput.<Capabilities.Ids>absent()))
        .withMessage("ids must not be null");
  }

  @Test
  void toStringTellsWhatIsKept() {
    assertThat(SOME).hasToString("toy{THUMBS=NATIVE, SCORE=APPROXIMATED, COMMENT=EMBEDDED}");
    assertThat(SOME.besideRating(Part.COMMENT))
        .hasToString(
            "toy{THUMBS=NATIVE, SCORE=APPROXIMATED, COMMENT=EMBEDDED}, COMMENT only beside a"
                + " rating");
  }
}
