package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.llmfeedback.BadInput;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireRequestTest {
  @Test
  void itSaysWhatItWasGivenAndIsNotRepeatable() {
    Map<String, String> body = Map.of("a", "b");
    WireRequest request = WireRequest.of("PUT", body, "v1", "feedback");
    assertThat(request.method()).isEqualTo("PUT");
    assertThat(request.body()).isSameAs(body);
    assertThat(request.path()).containsExactly("v1", "feedback").isUnmodifiable();
    assertThat(request.isRepeatable()).isFalse();
    assertThat(request.spacing()).isEmpty();
  }

  @Test
  void repeatableAndSpacingAddToItAndLeaveItAsItWas() {
    WireRequest plain = WireRequest.of("POST", "body");
    WireRequest spaced = plain.repeatable().spacing("key", Duration.ofSeconds(1));
    assertThat(spaced.isRepeatable()).isTrue();
    assertThat(spaced.spacing()).contains(new WireRequest.Spacing("key", Duration.ofSeconds(1)));
    assertThat(spaced.repeatable().spacing()).isEqualTo(spaced.spacing());
    assertThat(plain.isRepeatable()).isFalse();
    assertThat(plain.spacing()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", ".."})
  void aPathSegmentThatWouldWalkIsRefused(String segment) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WireRequest.of("POST", "body", "v1", segment, "feedback"))
        .withMessageStartingWith("a path segment must not be empty, '.' or '..'");
  }

  /** OkHttp would write a question mark in its place, which names something else. */
  @Test
  void aPathSegmentThatNoUrlCanHoldIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WireRequest.of("PUT", "body", "feedback", "\ud83d"))
        .withMessageStartingWith("a path segment must be well-formed text");
  }

  @Test
  void whatTheCallerDoesToTheArrayLaterChangesNothing() {
    String[] path = {"v1"};
    WireRequest request = WireRequest.of("POST", "body", path);
    path[0] = "..";
    assertThat(request.path()).containsExactly("v1");
  }

  @Test
  void nullsAreRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> WireRequest.of(BadInput.absent(), "body"))
        .withMessage("method must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> WireRequest.of("POST", BadInput.absent()))
        .withMessage("body must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> WireRequest.of("POST", "body", BadInput.<String>absent()))
        .withMessage("path segment must not be null");
  }

  @Test
  void oneObjectGoesAloneAndSeveralAsAList() {
    assertThat(WireRequest.ofObjects("POST", List.of("a"), "x").json()).isEqualTo("\"a\"");
    assertThat(WireRequest.ofObjects("POST", List.of("a", "b"), "x").json())
        .isEqualTo("[\"a\",\"b\"]");
  }
}
