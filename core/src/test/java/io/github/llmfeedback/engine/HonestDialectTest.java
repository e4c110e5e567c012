package io.github.llmfeedback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Outcome;
import org.junit.jupiter.api.Test;

/** A dialect that does what it declares passes the contract. */
class HonestDialectTest extends ToyContract {
  @Override
  ToyDialect dialect() {
    return new ToyDialect();
  }

  @Override
  public int feedbacksPerThread() {
    return 200;
  }

  @Test
  void aBatchGoesInChunksAsLargeAsTheDialectAllows() {
    try (FeedbackClient client = openAccepted()) {
      assertThat(client.submitAll(plain(25))).hasSize(25).allMatch(Outcome::isAccepted);
    }
    assertThat(server().takeAll())
        .extracting(seen -> targetIds(seen).size())
        .containsExactlyInAnyOrder(10, 10, 5);
  }
}
