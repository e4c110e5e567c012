package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.MapEntry;
import org.junit.jupiter.api.Test;

class ResponsePlacesTest {
  private final ProviderResponse answer =
      ProviderResponse.of(
          200,
          """
          {"rows":[{"id":"a","tags":{"z":"last","n":1,"deep":{},"no":null}},{"id":2}],
           "yes":true,"no":false,"text":"true"}
          """);

  @Test
  void itemsOfAnArrayAreAnswersOfTheirOwn() {
    assertThat(answer.items("/rows"))
        .extracting(row -> row.text("/id").orElse(""))
        .containsExactly("a", "2");
    assertThat(answer.items("/rows").get(1).json()).isEqualTo("{\"id\":2}");
    assertThat(answer.items("/rows").get(1).status()).isEqualTo(200);
  }

  @Test
  void whatIsNoArrayHasNoItems() {
    assertThat(answer.items("/yes")).isEmpty();
    assertThat(answer.items("/nowhere")).isEmpty();
    assertThat(ProviderResponse.of(200, "no json").items("")).isEmpty();
  }

  @Test
  void entriesAreTheTextsAndNumbersInTheirOrder() {
    assertThat(answer.entries("/rows/0/tags"))
        .containsExactly(MapEntry.entry("z", "last"), MapEntry.entry("n", "1"));
    assertThat(answer.entries("/text")).isEmpty();
    assertThat(answer.entries("/nowhere")).isEmpty();
  }

  @Test
  void flagIsATruthValueAndNothingElse() {
    assertThat(answer.flag("/yes")).hasValue(true);
    assertThat(answer.flag("/no")).hasValue(false);
    assertThat(answer.flag("/text")).isEmpty();
    assertThat(answer.flag("/nowhere")).isEmpty();
  }

  @Test
  void whatIsNoJsonHasNoJsonText() {
    assertThat(ProviderResponse.of(200, "no json").json()).isEmpty();
  }
}
