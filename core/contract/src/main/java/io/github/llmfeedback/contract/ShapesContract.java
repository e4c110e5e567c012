package io.github.llmfeedback.contract;

import org.junit.jupiter.api.Test;

/** What the client declares about whole feedbacks is what happens to them. */
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
