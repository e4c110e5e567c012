package io.github.llmfeedback.spi;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.llmfeedback.engine.http.BaseUrl;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which keys are accepted, and the message for those that are not. */
class KeyTest {
  private static final String SECRET = "pk-4711-s3cret";

  private static ApiEndpoint withKey(String key) {
    return BaseUrl.endpoint("toy", "https://host", false)
        .secretHeader("x-key", "", "the API key", key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\t", "\u0000", "\u007F", "é", "ß", "\u200B", "😀", "“"})
  void aKeyWithWhatNoHeaderHoldsIsRefusedAndNotPrinted(String bad) {
    for (String key : List.of(SECRET + bad, bad + SECRET, "pk-4711-" + bad + "s3cret")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> withKey(key))
          .withMessageStartingWith("the API key must be printable ASCII, but its character ")
          .withMessageNotContaining("4711")
          .withMessageNotContaining("s3cret")
          .withMessageNotContaining(bad)
          .withNoCause();
    }
  }

  @ParameterizedTest
  @ValueSource(chars = {'\n', '\r'})
  void aLineBreakInAKeyIsExplained(char lineBreak) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withKey("abc" + lineBreak))
        .withMessage(
            "the API key must be printable ASCII, but its character 4 of 4 is U+%04X"
                + " (a line break; was it read from a file?)",
            (int) lineBreak);
  }

  @Test
  void whatIsNoLineBreakIsNotExplainedAsOne() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withKey("abc\t"))
        .withMessage("the API key must be printable ASCII, but its character 4 of 4 is U+0009");
  }

  @Test
  void everyPrintableCharacterMayStandInAKey() {
    String all = IntStream.rangeClosed(0x20, 0x7e).mapToObj(Character::toString).collect(joining());
    String key = "k" + all;
    assertThat(withKey(key).headers()).containsEntry("x-key", key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer ", "bearer ", "BEARER "})
  void aKeyWithTheSchemeBeforeItIsRefused(String scheme) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> keyed(scheme + SECRET))
        .withMessage("the API key must not begin with \"Bearer \"; give the key alone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'%s'", "\"%s\"", "'%s", "%s\""})
  void aKeyInQuotesIsRefused(String quoted) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> keyed(quoted.formatted(SECRET)))
        .withMessage("the API key must not be in quotes; give the key alone");
  }

  @Test
  void aKeyThatOnlyLooksLikeThatIsTaken() {
    assertThat(keyed("Bearer-" + SECRET).headers().values()).containsExactly("Bearer-" + SECRET);
    assertThat(keyed("a'" + SECRET + "\"b").headers()).hasSize(1);
  }

  private static ApiEndpoint keyed(String key) {
    return BaseUrl.endpoint("toy", "https://host", false).keyHeader("x-key", "", key);
  }

  /** OkHttp trims it, and a response that repeats it would no longer be masked. */
  @ParameterizedTest
  @ValueSource(strings = {" " + SECRET, SECRET + " ", "", " "})
  void aKeyThatIsBlankOrHasASpaceAtItsEndsIsRefused(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withKey(key))
        .withMessage("the API key must not be blank, nor begin or end with a space");
  }
}
