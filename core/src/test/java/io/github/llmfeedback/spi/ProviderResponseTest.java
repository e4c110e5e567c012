package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.BadInput;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderResponseTest {
  private static ProviderResponse of(String body) {
    return ProviderResponse.of(200, body);
  }

  private static ProviderResponse cut(String body) {
    return ProviderResponse.read(
        200,
        name -> BadInput.absent(),
        body.getBytes(StandardCharsets.UTF_8),
        BodyEnd.BROKEN_OFF,
        ProviderResponse.MAX_BYTES,
        null);
  }

  @ParameterizedTest
  @CsvSource({"199, false", "200, true", "204, true", "299, true", "300, false", "500, false"})
  void successIsA2xx(int status, boolean success) {
    assertThat(ProviderResponse.of(status, "{}").isSuccess()).isEqualTo(success);
    assertThat(ProviderResponse.of(status, "{}").status()).isEqualTo(status);
  }

  @Test
  void anObjectIsRead() {
    ProviderResponse answer =
        of("{\"id\":\"f-1\",\"n\":7,\"a\":[\"x\",{\"b\":\"y\"}],\"none\":null}");
    assertThat(answer.isObject()).isTrue();
    assertThat(answer.isArray()).isFalse();
    assertThat(answer.text("/id")).contains("f-1");
    assertThat(answer.text("/n")).contains("7");
    assertThat(answer.number("/n")).hasValue(7);
    assertThat(answer.text("/a/1/b")).contains("y");
    assertThat(answer.size("/a")).isEqualTo(2);
    assertThat(answer.texts("/a")).containsExactly("x");
    assertThat(answer.has("/a/1")).isTrue();
    assertThat(answer.has("/none")).as("null is nothing").isFalse();
    assertThat(answer.text("/none")).isEmpty();
  }

  @Test
  void anArrayIsRead() {
    ProviderResponse answer = of("[\"a\",1,null,true,{},\"b\"]");
    assertThat(answer.isArray()).isTrue();
    assertThat(answer.isObject()).isFalse();
    assertThat(answer.size("")).isEqualTo(6);
    assertThat(answer.texts("")).containsExactly("a", "1", "b");
  }

  @Test
  void whatIsNotThereIsEmpty() {
    ProviderResponse answer = of("{\"a\":{\"b\":1}}");
    assertThat(answer.has("/x")).isFalse();
    assertThat(answer.has("/a/b/c")).isFalse();
    assertThat(answer.has("/a/0")).isFalse();
    assertThat(answer.text("/x")).isEmpty();
    assertThat(answer.number("/x")).isEmpty();
    assertThat(answer.size("/a")).as("an object is no array").isZero();
    assertThat(answer.texts("/a")).isEmpty();
  }

  @Test
  void aPlaceIsAJsonPointerWithItsEscapes() {
    assertThat(of("{\"a/b\":{\"c~d\":\"x\"}}").text("/a~1b/c~0d")).contains("x");
  }

  @Test
  void textIsTextOrANumberAndNothingElse() {
    ProviderResponse answer = of("{\"t\":\"\",\"b\":true,\"o\":{},\"a\":[],\"d\":1.5}");
    assertThat(answer.text("/t")).contains("");
    assertThat(answer.text("/d")).contains("1.5");
    assertThat(answer.text("/b")).isEmpty();
    assertThat(answer.text("/o")).isEmpty();
    assertThat(answer.text("/a")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.0", "1.5", "2147483648", "-2147483649", "1e2", "\"1\"", "true", "null"})
  void aNumberIsAWholeOneThatFits(String value) {
    assertThat(of("{\"n\":" + value + "}").number("/n")).isEmpty();
  }

  @Test
  void aNumberOfAnySizeIsNoTrap() {
    String enormous = "9".repeat(300);
    assertThat(of("{\"n\":" + enormous + "}").text("/n")).contains(enormous);
    assertThat(of("{\"n\":" + enormous + "}").number("/n")).isEmpty();
    assertThat(of("{\"n\":1e999999999}").number("/n")).isEmpty();
    assertThat(of("{\"n\":" + "9".repeat(5_000) + "}").isObject()).as("beyond bounds").isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\n",
        "{",
        "{\"a\":",
        "[1,",
        "{}{}",
        "{} x",
        "[]]",
        "<html></html>",
        "OK",
        "{'a':1}",
        "{a:1}",
        "NaN",
        "{\"a\":NaN}",
        "// c\n{}",
        "{\"a\":1,}"
      })
  void whatIsNoJsonHasNothing(String body) {
    ProviderResponse answer = of(body);
    assertThat(answer.isObject()).isFalse();
    assertThat(answer.isArray()).isFalse();
    assertThat(answer.has("")).isFalse();
    assertThat(answer.text("/a")).isEmpty();
    assertThat(answer.size("")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "1", "\"text\"", "null"})
  void aScalarIsNeitherObjectNorArray(String body) {
    assertThat(of(body).isObject()).isFalse();
    assertThat(of(body).isArray()).isFalse();
  }

  @Test
  void jsonThatIsNestedTooDeepHasNothing() {
    assertThat(of("[".repeat(99) + "]".repeat(99)).isArray()).isTrue();
    assertThat(of("[".repeat(101) + "]".repeat(101)).isArray()).isFalse();
    assertThat(of("[".repeat(1_000_000)).isArray()).isFalse();
  }

  /** Kept by the library itself: Jackson has such limits only since 2.15. */
  @Test
  void theBoundsAreTheSameWithEveryJackson() {
    assertThat(of("[".repeat(100) + "]".repeat(100)).isArray()).isTrue();
    assertThat(of("[".repeat(101) + "]".repeat(101)).isArray()).isFalse();
    assertThat(of("{\"a\":".repeat(100) + "1" + "}".repeat(100)).isObject()).isTrue();
    assertThat(of("{\"a\":".repeat(101) + "1" + "}".repeat(101)).isObject()).isFalse();
    assertThat(of("[" + "[],".repeat(500) + "1]").isArray()).as("wide is not deep").isTrue();
    assertThat(of("[" + "9".repeat(400) + "]").isArray()).isTrue();
    assertThat(of("[" + "9".repeat(401) + "]").isArray()).isFalse();
    assertThat(of("[0." + "9".repeat(398) + "]").isArray()).isTrue();
    assertThat(of("[0." + "9".repeat(399) + "]").isArray()).isFalse();
    assertThat(of("[\"" + "x".repeat(4 << 20) + "\"]").isArray()).isTrue();
    assertThat(of("[\"" + "x".repeat((4 << 20) + 1) + "\"]").isArray()).isFalse();
    assertThat(of("{\"" + "x".repeat(50_000) + "\":1}").isObject()).isTrue();
    assertThat(of("{\"" + "x".repeat(50_001) + "\":1}").isObject()).isFalse();
  }

  @Test
  void anAnswerThatWasCutHasNothingEvenIfItReadsAsJson() {
    ProviderResponse answer = cut("{\"id\":\"f-1\"}");
    assertThat(answer.isCut()).isTrue();
    assertThat(answer.isObject()).isFalse();
    assertThat(answer.text("/id")).isEmpty();
    assertThat(answer.withHeader("a", "b").isCut()).isTrue();
    assertThat(of("{}").isCut()).isFalse();
  }

  @Test
  void anEmptyBodyIsNothingButWhiteSpace() {
    assertThat(of("").isEmpty()).isTrue();
    assertThat(of(" \r\n").isEmpty()).isTrue();
    assertThat(of("{}").isEmpty()).isFalse();
  }

  @Test
  void aWebPageIsKnownByItsTypeOrItsBeginning() {
    assertThat(of("<!doctype html>").isHtml()).isTrue();
    assertThat(of("\n  <html>").isHtml()).isTrue();
    assertThat(of("hello").withHeader("content-type", "text/HTML; charset=x").isHtml()).isTrue();
    assertThat(of("{\"a\":\"<b>\"}").isHtml()).isFalse();
    assertThat(of("{}").withHeader("Content-Type", "application/json").isHtml()).isFalse();
  }

  @Test
  void headersAreFoundInAnyCaseAndAddUp() {
    ProviderResponse answer = of("{}").withHeader("X-Request-Id", "r-1").withHeader("Other", "o");
    assertThat(answer.header("x-request-ID")).contains("r-1");
    assertThat(answer.header("other")).contains("o");
    assertThat(answer.header("missing")).isEmpty();
    assertThat(answer.retryAfter()).isEmpty();
    assertThat(answer.withHeader("other", "new").header("Other")).contains("new");
  }

  @Test
  void bytesThatAreNoUtf8AreReplaced() {
    byte[] bytes = {'a', (byte) 0xFF, 'b'};
    assertThat(
            ProviderResponse.read(
                    200,
                    name -> BadInput.absent(),
                    bytes,
                    BodyEnd.WHOLE,
                    ProviderResponse.MAX_READ_ONLY_BYTES,
                    null)
                .text())
        .isEqualTo("a\uFFFDb");
  }

  @Test
  void toStringTellsTheSizeAndNotTheWords() {
    assertThat(of("{\"a\":\"words\"}")).hasToString("ProviderResponse 200, 13 bytes");
  }

  @Test
  void aHeaderThatAsksToWaitIsReadAsFromAServer() {
    ProviderResponse busy = ProviderResponse.of(429, "{}");
    assertThat(busy.withHeader("retry-after", "7").retryAfter()).contains(Duration.ofSeconds(7));
    assertThat(busy.withHeader("Retry-After", "7").withHeader("x", "y").retryAfter()).isPresent();
    assertThat(busy.withHeader("Retry-After", "soon").retryAfter()).isEmpty();
    assertThat(busy.withHeader("x", "7").retryAfter()).isEmpty();
  }

  @Test
  void firstTextIsThatOfTheFirstPlaceThatHasOne() {
    ProviderResponse response = ProviderResponse.of(200, "{\"a\": {}, \"b\": 7, \"c\": \"x\"}");

    assertThat(response.firstText("/a", "/b", "/c")).contains("7");
    assertThat(response.firstText("/a", "/d")).isEmpty();
  }

  @Test
  void idIsATextOrNumberThatIsNotBlank() {
    ProviderResponse response =
        ProviderResponse.of(
            200, "{\"text\": \"x\", \"number\": 7, \"blank\": \" \", \"flag\": true}");

    assertThat(response.id("/text")).contains("x");
    assertThat(response.id("/number")).contains("7");
    assertThat(response.id("/blank")).isEmpty();
    assertThat(response.id("/flag")).isEmpty();
    assertThat(response.id("/absent")).isEmpty();
  }

  @Test
  void absentTextIsNeitherThisOneNorAnother() {
    ProviderResponse response = ProviderResponse.of(200, "{\"id\": \"x\"}");

    assertThat(response.hasText("/id", "x")).isTrue();
    assertThat(response.hasOtherText("/id", "x")).isFalse();
    assertThat(response.hasText("/id", "y")).isFalse();
    assertThat(response.hasOtherText("/id", "y")).isTrue();
    assertThat(response.hasText("/absent", "x")).isFalse();
    assertThat(response.hasOtherText("/absent", "x")).isFalse();
  }

  @Test
  void hasAnyWantsMoreThanNullAtOnePlace() {
    ProviderResponse response = ProviderResponse.of(200, "{\"a\": null, \"b\": false}");

    assertThat(response.hasAny("/a", "/b")).isTrue();
    assertThat(response.hasAny("/a", "/c")).isFalse();
  }
}
