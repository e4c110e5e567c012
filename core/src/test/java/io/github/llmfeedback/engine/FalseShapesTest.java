package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.contract.Shapes;
import io.github.llmfeedback.spi.Losses;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contract fails for a client that declares other shapes or ids than it has. */
class FalseShapesTest {
  /** A client that may need a rating, and may declare it. */
  private static ToyContract toy(boolean needsRating, boolean declaresIt, Capabilities.Ids ids) {
    return new ToyContract() {
      @Override
      ToyDialect dialect() {
        return new ToyDialect() {
          @Override
          public Capabilities capabilities() {
            Capabilities all = super.capabilities().with(ids);
            return declaresIt ? all.besideRating(Part.COMMENT) : all;
          }

          @Override
          public List<Map<String, Object>> encode(Feedback feedback, String thing, Losses losses) {
            if (needsRating && feedback.comment().isPresent() && feedback.rating().isEmpty()) {
              throw losses.refusal("it has no room for a comment alone");
            }
            return super.encode(feedback, thing, losses);
          }
        };
      }
    };
  }

  @Test
  void whoeverRefusesMoreThanItDeclaresFails() {
    ToyContract dishonest = toy(true, false, Capabilities.Ids.ONE);
    String because = "[COMMENT] can be required: true";
    try (var server = dishonest.server()) {
      assertThatThrownBy(() -> Shapes.areTakenAsRequiredTogether(dishonest))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining(because);
      assertThatThrownBy(() -> Shapes.areTakenAsRequired(dishonest))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining(because);
      assertThatThrownBy(() -> Shapes.areRecordedAlike(dishonest))
          .isInstanceOf(AssertionError.class);
      server.takeAll();
    }
  }

  @Test
  void whoeverGivesOtherIdsThanItDeclaresFails() {
    for (Capabilities.Ids ids : List.of(Capabilities.Ids.NONE, Capabilities.Ids.PER_STATEMENT)) {
      ToyContract dishonest = toy(false, false, ids);
      try (var server = dishonest.server()) {
        assertThatThrownBy(() -> Shapes.areRecordedAlike(dishonest))
            .isInstanceOf(AssertionError.class)
            .hasMessageContaining("ids of");
        server.takeAll();
      }
    }
  }

  @Test
  void whoeverDeclaresWhatItNeedsPasses() {
    ToyContract honest = toy(true, true, Capabilities.Ids.ONE);
    try (var server = honest.server()) {
      assertThatCode(() -> Shapes.areTakenAsRequiredTogether(honest)).doesNotThrowAnyException();
      assertThatCode(() -> Shapes.areTakenAsRequired(honest)).doesNotThrowAnyException();
      assertThatCode(() -> Shapes.areRecordedAlike(honest)).doesNotThrowAnyException();
      server.takeAll();
    }
  }
}
