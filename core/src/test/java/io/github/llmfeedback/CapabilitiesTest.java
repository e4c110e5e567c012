package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CapabilitiesTest {
  private static final Capabilities SOME =
      Capabilities.of("toy")
          .with(Support.NATIVE, Part.THUMBS)
          .with(Support.EMBEDDED, Part.COMMENT)
          .with(Support.APPROXIMATED, Part.SCORE);

  @ParameterizedTest
  @EnumSource(Part.class)
  void aPartThatIsNotMentionedIsNotKept(Part part) {
    assertThat(Capabilities.of("toy").of(part)).isEqualTo(Support.NONE);
  }

  @Test
  void eachPartHasTheSupportLastSaid() {
    Capabilities changed = SOME.with(Support.NONE, Part.THUMBS, Part.COMMENT);
    assertThat(SOME.of(Part.THUMBS)).isEqualTo(Support.NATIVE);
    assertThat(SOME.of(Part.COMMENT)).isEqualTo(Support.EMBEDDED);
    assertThat(SOME.of(Part.SCORE)).isEqualTo(Support.APPROXIMATED);
    assertThat(changed.of(Part.THUMBS)).isEqualTo(Support.NONE);
    assertThat(changed.of(Part.SCORE)).isEqualTo(Support.APPROXIMATED);
  }

  /** A provider that can keep a part, but only when told to, says so where the part is lost. */
  @Test
  void theWayToKeepAPartIsInTheMessagesAboutItsLoss() {
    Capabilities asked =
        SOME.optIn(Part.LABEL, "Toy.builder().labels()").with(Support.NATIVE, Part.AUTHOR);
    Feedback label = Feedback.on("a").label("fine").build();

    assertThat(asked.dropped(label))
        .extracting(Loss::detail)
        .containsExactly("toy keeps no LABEL unless asked to with Toy.builder().labels()");
    assertThatThrownBy(() -> asked.kept(label))
        .isInstanceOf(UnrepresentableFeedbackException.class)
        .hasMessageEndingWith("; to keep LABEL: Toy.builder().labels()");
    assertThatThrownBy(() -> asked.kept(Feedback.on("a").issue("tone").build()))
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
        .isThrownBy(() -> SOME.of(BadInput.<Part>absent()))
        .withMessage("part must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> SOME.require(Part.THUMBS, BadInput.absent()))
        .withMessage("part must not be null");
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
        .isNotEqualTo(Capabilities.of("other"))
        .isNotEqualTo("toy");
  }

  @Test
  void toStringTellsWhatIsKept() {
    assertThat(SOME).hasToString("toy{THUMBS=NATIVE, SCORE=APPROXIMATED, COMMENT=EMBEDDED}");
  }
}
