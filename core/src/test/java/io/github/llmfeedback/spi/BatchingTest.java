package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BatchingTest {
  @Test
  void noneIsOneFeedbackInEachRequest() {
    assertThat(Batching.none().maxFeedbacks()).isEqualTo(1);
    assertThat(Batching.none().isLastWins()).isFalse();
    assertThat(Batching.none().isUncertain()).isFalse();
  }

  @Test
  void listsKeepTheirBoundsWhateverElseIsSaid() {
    Batching lists = Batching.lists(10, 2_000).lastWins().uncertain();

    assertThat(lists.maxFeedbacks()).isEqualTo(10);
    assertThat(lists.maxBytes()).isEqualTo(2_000);
    assertThat(lists.isLastWins()).isTrue();
    assertThat(lists.isUncertain()).isTrue();
  }

  @Test
  void oneIsTheLeastOfBoth() {
    assertThat(Batching.lists(1, 1).maxFeedbacks()).isEqualTo(1);
    assertThat(Batching.lists(1, 1).maxBytes()).isEqualTo(1);
  }

  @Test
  void boundsBelowOneAreRefused() {
    assertThatThrownBy(() -> Batching.lists(0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1 feedback");
    assertThatThrownBy(() -> Batching.lists(1, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
