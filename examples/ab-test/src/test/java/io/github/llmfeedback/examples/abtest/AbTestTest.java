package io.github.llmfeedback.examples.abtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AbTestTest {
  @Test
  void everyRatingIsStoredAndCountedUnderItsVersion() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    try (Sandbox sandbox = Sandbox.start()) {
      AbTest.run(sandbox, new PrintStream(printed, true, StandardCharsets.UTF_8));

      assertThat(sandbox.kept("helicone")).isEqualTo(30);
    }

    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "30 of 30 ratings seen to be stored",
            "version    positive negative   good",
            "A                 5       10    33%",
            "B                10        5    67%");
  }
}
