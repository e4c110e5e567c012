package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.llmfeedback.Loss.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LossPolicyTest {
  private static Loss loss(Part part, Kind kind) {
    return new Loss(part, kind, "why");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void eachPolicyAcceptsItsKinds(Kind kind) {
    Loss loss = loss(Part.SCORE, kind);
    assertThat(LossPolicy.ROUNDING.accepts(loss)).isEqualTo(kind == Kind.ROUNDED);
    assertThat(LossPolicy.EXACT.accepts(loss)).isFalse();
    assertThat(LossPolicy.ANY.accepts(loss)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void toleratingNamesThePartsThatMayGo(Kind kind) {
    LossPolicy policy = LossPolicy.tolerating(Part.SCORE, Part.AUTHOR);
    assertThat(policy.accepts(loss(Part.SCORE, kind))).isTrue();
    assertThat(policy.accepts(loss(Part.AUTHOR, kind))).isTrue();
    assertThat(policy.accepts(loss(Part.COMMENT, kind))).isEqualTo(kind == Kind.ROUNDED);
  }

  @Test
  void toleratingNothingIsRejecting() {
    assertThat(LossPolicy.tolerating().accepts(loss(Part.COMMENT, Kind.DROPPED))).isFalse();
    assertThat(LossPolicy.tolerating().accepts(loss(Part.SCORE, Kind.ROUNDED))).isTrue();
  }

  @Test
  void refusedAreThoseThatAreNotAcceptedInOrder() {
    Loss rounded = loss(Part.SCORE, Kind.ROUNDED);
    Loss author = loss(Part.AUTHOR, Kind.DROPPED);
    Loss comment = loss(Part.COMMENT, Kind.DROPPED);
    List<Loss> losses = List.of(comment, rounded, author);
    assertThat(LossPolicy.ROUNDING.refused(losses)).containsExactly(comment, author);
    assertThat(LossPolicy.EXACT.refused(losses)).containsExactly(comment, rounded, author);
    assertThat(LossPolicy.ANY.refused(losses)).isEmpty();
    assertThat(LossPolicy.tolerating(Part.COMMENT).refused(losses)).containsExactly(author);
  }

  @Test
  void whatTheCallerDoesToTheArrayLaterChangesNothing() {
    Part[] parts = {Part.AUTHOR};
    LossPolicy policy = LossPolicy.tolerating(parts);
    parts[0] = Part.COMMENT;
    assertThat(policy.accepts(loss(Part.COMMENT, Kind.DROPPED))).isFalse();
  }

  @Test
  void nullsAreRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> LossPolicy.tolerating(Part.AUTHOR, BadInput.absent()))
        .withMessage("part must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> LossPolicy.ANY.accepts(BadInput.absent()))
        .withMessage("loss must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> new Loss(BadInput.absent(), Kind.DROPPED, "why"))
        .withMessage("part must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> new Loss(Part.AUTHOR, BadInput.absent(), "why"))
        .withMessage("kind must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> new Loss(Part.AUTHOR, Kind.DROPPED, BadInput.absent()))
        .withMessage("detail must not be null");
  }

  @Test
  void toStringTellsThePolicyAndTheLoss() {
    assertThat(LossPolicy.ROUNDING).hasToString("ROUNDING");
    assertThat(LossPolicy.tolerating(Part.AUTHOR)).hasToString("tolerating[AUTHOR]");
    assertThat(loss(Part.AUTHOR, Kind.DROPPED)).hasToString("AUTHOR DROPPED (why)");
  }
}
