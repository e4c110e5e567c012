package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiptTest {
  private static final Loss LOSS = new Loss(Part.AUTHOR, Loss.Kind.DROPPED, "why");

  private static Receipt.Builder begun() {
    return Receipt.builder("toy", "t-1");
  }

  private static Receipt full() {
    return begun()
        .ids(List.of("f-1", "f-2"))
        .state(Map.of("weight", List.of("0.5")))
        .assurance(Assurance.STORED)
        .losses(List.of(LOSS))
        .attempts(3)
        .elapsed(Duration.ofMillis(42))
        .build();
  }

  @Test
  void itSaysWhatItWasGiven() {
    Receipt receipt = full();
    assertThat(receipt.provider()).isEqualTo("toy");
    assertThat(receipt.target()).isEqualTo("t-1");
    assertThat(receipt.ids()).containsExactly("f-1", "f-2");
    assertThat(receipt.state()).containsExactly(Map.entry("weight", List.of("0.5")));
    assertThat(receipt.assurance()).isEqualTo(Assurance.STORED);
    assertThat(receipt.losses()).containsExactly(LOSS);
    assertThat(receipt.attempts()).isEqualTo(3);
    assertThat(receipt.elapsed()).isEqualTo(Duration.ofMillis(42));
  }

  @Test
  void aPlainYesNeedsNothingMore() {
    Receipt receipt = begun().build();
    assertThat(receipt.ids()).isEmpty();
    assertThat(receipt.state()).isEmpty();
    assertThat(receipt.losses()).isEmpty();
    assertThat(receipt.assurance()).isEqualTo(Assurance.ACCEPTED);
    assertThat(receipt.attempts()).isEqualTo(1);
    assertThat(receipt.elapsed()).isZero();
  }

  @Test
  void theOnlyIdIsTheId() {
    assertThat(begun().ids(List.of("f-1")).build().id()).contains("f-1");
    assertThat(begun().build().id()).isEmpty();
    assertThat(full().id()).isEmpty();
  }

  @Test
  void theProvidersNameIsInLowerCase() {
    assertThat(Receipt.builder("TITAN", "t-1").build().provider()).isEqualTo("titan");
  }

  @Test
  void whatTheCallerChangesLaterChangesNothing() {
    List<String> ids = new ArrayList<>(List.of("f-1"));
    List<String> values = new ArrayList<>(List.of("0.5"));
    Map<String, List<String>> state = new LinkedHashMap<>(Map.of("weight", values));
    List<Loss> losses = new ArrayList<>(List.of(LOSS));
    Receipt.Builder builder = begun().ids(ids).state(state).losses(losses);
    ids.clear();
    values.clear();
    state.clear();
    losses.clear();
    Receipt receipt = builder.build();
    builder.ids(List.of()).state(Map.of()).losses(List.of());
    assertThat(receipt.ids()).containsExactly("f-1");
    assertThat(receipt.state()).containsExactly(Map.entry("weight", List.of("0.5")));
    assertThat(receipt.losses()).containsExactly(LOSS);
  }

  @Test
  void whatItHandsOutCannotBeChanged() {
    assertThat(full().ids()).isUnmodifiable();
    assertThat(full().state()).isUnmodifiable();
    assertThat(full().state().get("weight")).isUnmodifiable();
    assertThat(full().losses()).isUnmodifiable();
  }

  @Test
  void newBuilderBeginsWithEverything() {
    Receipt copy = full().newBuilder().build();
    assertThat(copy).isEqualTo(full()).hasToString(full().toString());
    assertThat(copy.elapsed()).isEqualTo(full().elapsed());
  }

  @Test
  void equalityIsByTheStoredFeedbackNotByTheEffort() {
    Receipt receipt = full();
    assertThat(receipt.newBuilder().attempts(9).elapsed(Duration.ofHours(1)).build())
        .isEqualTo(receipt)
        .hasSameHashCodeAs(receipt);
    assertThat(receipt)
        .isNotEqualTo(receipt.newBuilder().ids(List.of("f-1")).build())
        .isNotEqualTo(receipt.newBuilder().state(Map.of()).build())
        .isNotEqualTo(receipt.newBuilder().assurance(Assurance.ACCEPTED).build())
        .isNotEqualTo(receipt.newBuilder().losses(List.of()).build())
        .isNotEqualTo("receipt");
    assertThat(begun().build())
        .isNotEqualTo(Receipt.builder("other", "t-1").build())
        .isNotEqualTo(Receipt.builder("toy", "t-2").build());
  }

  @Test
  void badNamesAndNullsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Receipt.builder("", "t"))
        .withMessage("provider must not be blank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Receipt.builder("toy", "t\n"))
        .withMessageStartingWith("target must not contain control characters");
    assertThatNullPointerException()
        .isThrownBy(() -> begun().ids(BadInput.absent()))
        .withMessage("ids must not be null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> begun().ids(Arrays.asList("f-1", null)))
        .withMessage("id must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> begun().state(BadInput.absent()))
        .withMessage("state must not be null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> begun().state(Collections.singletonMap(null, List.of())))
        .withMessage("state key must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> begun().assurance(BadInput.absent()))
        .withMessage("assurance must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> begun().losses(BadInput.absent()))
        .withMessage("losses must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> begun().losses(Arrays.asList(LOSS, null)))
        .withMessage("loss must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> begun().state(Collections.singletonMap("issue", null)))
        .withMessage("values of the state 'issue' must not be null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> begun().state(Map.of("issue", Arrays.asList("a", null))))
        .withMessage("state value must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> begun().elapsed(BadInput.absent()))
        .withMessage("elapsed must not be null");
  }

  /** Otherwise its text, or the path of an update, would name another id. */
  @Test
  void halfAnEmojiIsRefusedWhereverItStands() {
    String half = "\ud83d";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> begun().ids(List.of("f-1", half)))
        .withMessageStartingWith("id must be well-formed text");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> begun().state(Map.of(half, List.of())))
        .withMessageStartingWith("state key must be well-formed text");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> begun().state(Map.of("issue", List.of(half))))
        .withMessageStartingWith("state value must be well-formed text");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Loss(Part.AUTHOR, Loss.Kind.DROPPED, half))
        .withMessageStartingWith("detail must be well-formed text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"größer", "a b", "a/b", "İ"})
  void aProvidersNameIsPlainSoThatTheReceiptsTextIs(String provider) {
    String rule = "provider must be ASCII letters, digits and . - _ alone, but is '";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Receipt.builder(provider, "t"))
        .withMessage(rule + provider + "'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Capabilities.of(provider))
        .withMessage(rule + provider + "'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TargetKey.of(provider, "thing"))
        .withMessage(rule + provider + "'");
  }

  @Test
  void toStringTellsIdsAndLosses() {
    assertThat(full())
        .hasToString(
            "Receipt{toy STORED, target=t-1, ids=[f-1, f-2], losses=[AUTHOR DROPPED (why)],"
                + " attempts=3, 42 ms}");
  }
}
