package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.redaction.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In text from outside, half of a secret or more is masked, however it is encoded. */
class SecretsTest {
  /** The encodings of a character; {@code mixed} alternates between them. */
  private static final List<IntFunction<String>> ESCAPES =
      List.of(
          c -> Character.toString(c),
          c -> "\\u%04x".formatted(c),
          c -> "\\u%04X".formatted(c),
          c -> "%%%02X".formatted(c),
          c -> "%%%02x".formatted(c),
          c -> "&#" + c + ";",
          c -> "&#x%x;".formatted(c),
          c -> "&#X00%X;".formatted(c),
          c -> "\\u0026#" + c + ";",
          c -> "\\\\u%04x".formatted(c),
          c -> "%%25%02x".formatted(c),
          c -> "&amp;#" + c + ";",
          c -> "\\/\"&<>".indexOf(c) < 0 ? Character.toString(c) : json(c),
          c -> "&<>\"".indexOf(c) < 0 ? Character.toString(c) : html(c));

  private static String json(int c) {
    return "\\/\"".indexOf(c) < 0 ? Character.toString(c) : "\\" + Character.toString(c);
  }

  private static String html(int c) {
    return switch (c) {
      case '&' -> "&amp;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      default -> "&quot;";
    };
  }

  private static final List<UnaryOperator<String>> CASES =
      List.of(
          UnaryOperator.identity(),
          text -> text.toLowerCase(Locale.ROOT),
          text -> text.toUpperCase(Locale.ROOT));

  /** Every encoding of a text. */
  private static List<String> written(String text) {
    List<String> written = new ArrayList<>();
    for (UnaryOperator<String> inCase : CASES) {
      String cased = inCase.apply(text);
      for (IntFunction<String> escape : ESCAPES) {
        written.add(cased.chars().mapToObj(escape).collect(Collectors.joining()));
      }
      StringBuilder mixed = new StringBuilder();
      for (int i = 0; i < cased.length(); i++) {
        mixed.append(ESCAPES.get(i % ESCAPES.size()).apply(cased.charAt(i)));
      }
      written.add(mixed.toString());
    }
    return written;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "t0ken-47",
        "t0ken-471",
        "t0ken-4711a",
        "t0ken-4711ab",
        "a/b\"c\\d&e<f>g-4711",
        "50%41f&amp;2/u0041-x9",
        "pk-Live_0123456789abcdefGHIJKLMN.opqrstuvwxyz",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcdefghXabcdefgh"
      })
  void aSecretIsMaskedInEveryCaseAndEscapeThoughACharacterIsMissingOrAnother(String secret) {
    Secrets secrets = new Secrets(List.of(secret));
    for (int i = 0; i <= secret.length(); i++) {
      String head = secret.substring(0, i);
      String tail = secret.substring(Math.min(secret.length(), i + 1));
      for (String part : List.of(head + tail, head + "~" + tail)) {
        for (String text : written(part)) {
          String masked = secrets.mask("[it is: " + text + " !]");
          assertThat(masked).as(text).startsWith("[it is: ").endsWith(" !]").contains("██");
          assertThat(masked.length()).as(text + " left in " + masked).isLessThan(15 + 2 + 4 * 12);
        }
      }
    }
  }

  @Test
  void halfOfASecretIsMaskedAndLessIsNot() {
    String secret = "pk-0123456789abcdefGHIJKLMN.opqrstuvwxyz"; // of 40
    Secrets secrets = new Secrets(List.of(secret));
    for (int i = 0; i + 20 <= secret.length(); i++) {
      assertThat(secrets.mask("<" + secret.substring(i, i + 20) + ">")).isEqualTo("<██>");
      String less = "<" + secret.substring(i, i + 19) + ">";
      assertThat(secrets.mask(less)).isEqualTo(less);
    }
  }

  @Test
  void piecesCountTogetherWhereTheyAreClose() {
    String secret = "0123456789abcdefghijklmnopqrstuv"; // of 32
    Secrets secrets = new Secrets(List.of(secret));
    assertThat(secrets.mask("so 01234567 and opqrstuv.")).isEqualTo("so ██.");
    String afar = "so 01234567 and " + "~".repeat(64) + " opqrstuv.";
    assertThat(secrets.mask(afar)).isEqualTo(afar);
    String tiny = "so 012 and 789 and cde and ghi and klm and opq and tuv.";
    assertThat(secrets.mask(tiny)).isEqualTo(tiny);
  }

  @Test
  void wholeSecretsAreMaskedEachForItself() {
    Secrets secrets = new Secrets(List.of("abcdefgh-longer", "abcdefgh"));
    assertThat(secrets.mask("abcdefgh-longerABCDEFGH-LONGER, abcdefgh")).isEqualTo("████, ██");
  }

  @Test
  void whatHoldsNoSecretIsAsItWas() {
    String text = "{\"a\\/b\":\"\\u0041 100% &amp; &#65; %zz &#; \\u12\",\"x\":\"0123\"}";
    assertThat(new Secrets(List.of("0123456789abcdef")).mask(text)).isEqualTo(text);
    assertThat(new Secrets(List.of("short-1")).mask("short-1")).isEqualTo("short-1");
  }

  @Test
  void aTextThatBreaksOffInASecretIsMaskedThereWhereverInAnEscapeItBreaks() {
    String secret = "t0ken-4711.never-shown";
    Secrets secrets = new Secrets(List.of(secret));
    for (IntFunction<String> escape : ESCAPES) {
      String written = secret.chars().mapToObj(escape).collect(Collectors.joining());
      int four = "t0ke".chars().mapToObj(escape).collect(Collectors.joining()).length();
      for (int i = four; i <= written.length(); i++) {
        assertThat(secrets.maskCut("is " + written.substring(0, i)))
            .as(written.substring(0, i))
            .startsWith("is ██")
            .doesNotContain("t0ke");
      }
    }
  }

  @Test
  void anExcerptShowsNothingOfASecretAtItsEnd() {
    String secret = "t0ken-4711.never-shown";
    Secrets secrets = new Secrets(List.of(secret));
    for (String written : written(secret)) {
      for (int before = 70; before <= 100; before++) {
        String text = "~".repeat(before) + written + "~".repeat(2000);
        assertThat(secrets.excerpt(text, 100, false))
            .hasSizeLessThanOrEqualTo(100)
            .matches("~{70,100}█{0,2}~*");
      }
      // Each becomes so short that what lies beyond the hundred moves in; of the last one, fewer
      // than four characters may be left.
      assertThat(secrets.excerpt((written + " ").repeat(2000), 100, false))
          .matches("(██ ?)+.{0,36}");
    }
    assertThat(secrets.excerpt("~".repeat(99) + "\ud83d\ude00", 100, false)).hasSize(99);
  }

  /** Quadratic time would take hours, linear time a second. */
  @Test
  @Timeout(60)
  void aLongTextThatIsMadeToBeSlowIsNot() {
    String secret = "t0ken-" + "a4711b-".repeat(20);
    Secrets secrets = new Secrets(List.of(secret, "t0ken-47"));
    int million = 1 << 20;
    for (String unit :
        List.of(
            secret.substring(1), "a4711b-", "a471", "\\", "\\u0", "&#", "&#0", "%25", "&amp;")) {
      String text = unit.repeat(million / unit.length());
      assertThat(secrets.maskCut(text)).hasSizeLessThanOrEqualTo(text.length() + 2);
      assertThat(secrets.excerpt(text, 4096, true)).hasSizeLessThanOrEqualTo(4096);
    }
  }
}
