package io.github.llmfeedback.contract;

import org.junit.jupiter.api.Test;

/** What the client declares of whole feedbacks is what becomes of them. */
interface ShapesContract extends ClientUnderTest {
  @Test
  default void everyShapeIsTakenExactlyIfItCanBeRequiredTogether() {
    Shapes.areTakenAsRequiredTogether(this);
  }

  @Test
  default void whatIsRequiredIsTakenInEveryCombinationAndNothingElseCanBeRequired() {
    Shapes.areTakenAsRequired(this);
  }

  @Test
  default void aRecordingClientTakesTheSameShapesAndGivesAsManyIds() {
    Shapes.areRecordedAlike(this);
  }
}
