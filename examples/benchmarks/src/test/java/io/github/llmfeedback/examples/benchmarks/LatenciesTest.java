package io.github.llmfeedback.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void quantilesAreWithinTwoPercent() {
    Latencies latencies = new Latencies();
    LongStream.rangeClosed(1, 1_000_000).forEach(latencies::add);

    assertThat(latencies.quantile(0.5)).isCloseTo(500_000, Percentage.withPercentage(2));
    assertThat(latencies.quantile(0.99)).isCloseTo(990_000, Percentage.withPercentage(2));
  }

  @Test
  void everyDurationHasABucket() {
    for (long nanos : new long[] {0, 1, 63, 64, 127, 128, 129, 1L << 40, Long.MAX_VALUE}) {
      Latencies latencies = new Latencies();
      latencies.add(nanos);

      assertThat(latencies.quantile(1)).isBetween((long) (nanos * 0.98), nanos);
    }
  }

  @Test
  void thoseOfSeveralThreadsAddUp() {
    Latencies one = new Latencies();
    Latencies other = new Latencies();
    one.add(10);
    other.add(20);
    other.add(30);

    one.addAll(other);

    assertThat(one.quantile(0.5)).isEqualTo(20);
    assertThat(new Latencies().quantile(0.5)).isZero();
  }
}
