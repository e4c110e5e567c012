package io.github.llmfeedback.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void theMedianOfAnOddNumberIsTheMiddleOne() {
    assertThat(Spread.of(9, 1, 2)).isEqualTo(new Spread(2, 1, 9));
  }

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheTwoInTheMiddle() {
    assertThat(Spread.of(9, 1, 2, 4)).isEqualTo(new Spread(3, 1, 9));
  }

  @Test
  void aRatioComparesRoundsOfTheSameTurn() {
    Contender base = Contender.of("base", Workload.class, "");
    Contender other = Contender.of("other", Workload.class, "");
    Results results = new Results(List.of(base, other));
    for (int turn = 1; turn <= 3; turn++) { // the machine slows down; the ratio does not change
      results.add(base, new Round(100, 0, turn * 1_000L, 0, 0, 0, 0, 0));
      results.add(other, new Round(50, 0, turn * 1_000L, 0, 0, 0, 0, 0));
    }

    assertThat(results.ratio(other, base, Round::callsPerSecond))
        .isEqualTo(new Spread(0.5, 0.5, 0.5));
  }

  @Test
  void aRoundIsReadAsItWasWritten() {
    Round round = new Round(2, 1, 4_000, 6_000, 800, 10, 12, 3);

    assertThat(Round.parse(round.line())).isEqualTo(round);
    assertThat(round.callsPerSecond()).isEqualTo(500_000);
    assertThat(round.cpuPerCall()).isEqualTo(3_000);
    assertThat(round.bytesPerCall()).isEqualTo(400);
  }

  @Test
  void aJvmIsStillCompilingIfThatTookMoreThanAFiftiethOfTheRound() {
    long second = 1_000_000_000;

    assertThat(new Round(2, 0, second, 0, 0, 0, 0, 20).isCompiling()).isFalse();
    assertThat(new Round(2, 0, second, 0, 0, 0, 0, 21).isCompiling()).isTrue();
  }
}
