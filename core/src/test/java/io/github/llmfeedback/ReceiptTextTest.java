package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiptTextTest {
  private static final String SECRET = "a secret of 32 characters, or so.";

  private static Receipt full() {
    Map<String, List<String>> state = new LinkedHashMap<>();
    state.put("rating", List.of());
    state.put("issue", List.of("too long", "größer 👍"));
    return Receipt.builder("humanloop", "data_1.a/b")
        .ids(List.of("ann_1", "ann_2"))
        .state(state)
        .assurance(Assurance.STORED)
        .losses(List.of(new Loss(Part.WEIGHT, Loss.Kind.DROPPED, "humanloop keeps no WEIGHT")))
        .attempts(3)
        .elapsed(Duration.ofMillis(7))
        .build();
  }

  @Test
  void aReceiptComesBackEqualFromItsText() {
    Receipt read = Receipt.parse(full().toText());

    assertThat(read).isEqualTo(full());
    assertThat(read.state().keySet()).containsExactly("rating", "issue");
  }

  @Test
  void theEffortIsLeftOut() {
    assertThat(Receipt.parse(full().toText()).attempts()).isEqualTo(1);
    assertThat(Receipt.parse(full().toText()).elapsed()).isZero();
  }

  @Test
  void theTextIsPlainEnoughForADatabaseColumnAndAUrl() {
    assertThat(full().toText()).matches("[A-Za-z0-9._-]+");
  }

  /** Written by version 0.1.0; this file is never edited. */
  @ParameterizedTest
  @ValueSource(strings = {"full", "bare", "portkey", "helicone"})
  void formOneIsReadAndWrittenAsEver(String name) throws IOException {
    Receipt expected =
        switch (name) {
          case "full" -> full();
          case "bare" -> Receipt.builder("baseplate", "u").build();
          case "portkey" ->
              Receipt.builder("portkey", "trace-7f3a")
                  .ids(List.of("f2b1a7d4-0000-4000-8000-000000000001"))
                  .state(Map.of("weight", List.of("0.5")))
                  .build();
          default ->
              Receipt.builder("helicone", "11111111-1111-4111-8111-111111111111")
                  .state(Map.of("rating", List.of("true")))
                  .build();
        };
    String golden = golden(name);

    assertThat(Receipt.parse(golden)).isEqualTo(expected);
    assertThat(expected.toText()).isEqualTo(golden);
  }

  @Test
  void anOrdinaryReceiptIsShort() {
    String uuid = "11111111-1111-4111-8111-111111111111";
    Receipt portkey = Receipt.builder("portkey", uuid).ids(List.of(uuid)).build();
    Receipt helicone =
        Receipt.builder("helicone", uuid).state(Map.of("rating", List.of("false"))).build();
    Map<String, List<String>> state = new LinkedHashMap<>();
    state.put("rating", List.of());
    Receipt humanloop =
        Receipt.builder("humanloop", "data_" + uuid)
            .ids(List.of("ann_VuMSTFO8ehJFlUnEdGFwN"))
            .state(state)
            .build();
    state.put("issue", List.of("too long"));
    Receipt two =
        humanloop
            .newBuilder()
            .ids(List.of("ann_VuMSTFO8ehJFlUnEdGFwN", "ann_VuMSTFO8ehJFlUnEdGFwM"))
            .state(state)
            .build();
    Loss loss = new Loss(Part.COMMENT, Loss.Kind.DROPPED, "helicone keeps no COMMENT");

    assertThat(portkey.toText()).hasSizeBetween(100, 160);
    assertThat(portkey.newBuilder().state(Map.of("weight", List.of("0.5"))).build().toText())
        .hasSizeBetween(100, 160);
    assertThat(helicone.toText()).hasSizeBetween(100, 160);
    assertThat(humanloop.toText()).hasSizeBetween(135, 145);
    assertThat(two.toText().length() - humanloop.toText().length()).isBetween(40, 60);
    assertThat(
            helicone.newBuilder().losses(List.of(loss)).build().toText().length()
                - helicone.toText().length())
        .isBetween(50, 70);
  }

  @Test
  void aReceiptOfManyLongLabelsComesBackToo() {
    List<String> labels = Collections.nCopies(150, "too long".repeat(1000));
    Receipt receipt = full().newBuilder().state(Map.of("issue", labels)).build();

    assertThat(Receipt.parse(receipt.toText())).isEqualTo(receipt);
  }

  @Test
  void aCutTextIsRefusedWhereverItIsCut() {
    String text = full().toText();

    for (int length = 0; length < text.length(); length++) {
      String cut = text.substring(0, length);
      assertThatThrownBy(() -> Receipt.parse(cut))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("this text cannot be read as a receipt");
    }
  }

  @Test
  void aChangedTextIsRefusedWhereverItIsChanged() {
    String text = full().toText();

    for (int i = 0; i < text.length(); i++) {
      char other = text.charAt(i) == 'x' ? 'y' : 'x';
      String changed = text.substring(0, i) + other + text.substring(i + 1);
      assertThatThrownBy(() -> Receipt.parse(changed)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aChangedProviderIsSeen() {
    String changed = full().toText().replace(".humanloop.", ".portkey.");

    assertThatThrownBy(() -> Receipt.parse(changed)).hasMessageContaining("cut or changed");
  }

  @Test
  void aLaterFormIsNamedAsSuch() {
    assertThatThrownBy(() -> Receipt.parse(full().toText().replace("fr1.", "fr2.")))
        .hasMessageContaining("only form fr1 is known");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ".", "...", "fr1", "fr1..", "fr1.portkey", "{\"a\":1}", "👍"})
  void garbageIsRefusedWithoutRepeatingIt(String garbage) {
    assertThatThrownBy(() -> Receipt.parse(garbage))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("this text cannot be read as a receipt");
  }

  @Test
  void aLengthBeyondAllMemoryIsNoReceipt() {
    byte[] longest = {-1, -1, -1, -1, 7}; // 2³¹ - 1, seven bits a byte
    String body = "fr1.portkey." + Base64.getUrlEncoder().withoutPadding().encodeToString(longest);
    CRC32 check = new CRC32();
    check.update(body.getBytes(StandardCharsets.UTF_8));
    String text = String.format("%s.%08x", body, check.getValue());

    assertThatThrownBy(() -> Receipt.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("its content is not a receipt");
  }

  /** Earlier versions accepted any target without control characters. */
  @Test
  void aTargetThatIsNoNameAnyLongerIsRefusedWithTheRule() {
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> Receipt.parse("fr1.portkey.CEFDQ0VQVEVECnRyYWNl4oCuN2YAAAA.be7ee988"))
        .withMessage(
            "this text cannot be read as a receipt: its target must not contain invisible,"
                + " bidirectional or line-separator characters, but has U+202E at index 5")
        .matches(e -> e.field().equals("receipt text"));
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> Receipt.parse(ofLongTarget(1_001)))
        .withMessage(
            "this text cannot be read as a receipt: its target must have at most 1,000 characters,"
                + " but has 1,001");
    assertThat(Receipt.parse(ofLongTarget(1_000)).target()).hasSize(1_000);
  }

  private static String ofLongTarget(int length) {
    byte[] head = {8, 'A', 'C', 'C', 'E', 'P', 'T', 'E', 'D', (byte) ((length & 0x7f) | 0x80)};
    ByteBuffer rest = ByteBuffer.allocate(head.length + 1 + length + 3).put(head);
    rest.put((byte) (length >> 7)).put("x".repeat(length).getBytes(StandardCharsets.UTF_8));
    String body =
        "fr1.portkey." + Base64.getUrlEncoder().withoutPadding().encodeToString(rest.array());
    CRC32 check = new CRC32();
    check.update(body.getBytes(StandardCharsets.UTF_8));
    return body + "." + String.format("%08x", check.getValue());
  }

  /** Signed with openssl. */
  @Test
  void theSignedFormIsReadAndWrittenAsEver() throws IOException {
    String golden = golden("signed");

    assertThat(Receipt.parse(golden, SECRET)).isEqualTo(full());
    assertThat(full().toText(SECRET)).isEqualTo(golden);
  }

  @Test
  void aSignedTextIs35CharactersLongerAndFitsIntoAUrlToo() {
    assertThat(full().toText(SECRET)).matches("[A-Za-z0-9._-]+");
    assertThat(full().toText(SECRET)).hasSize(full().toText().length() + 35);
  }

  @Test
  void aSignedTextIsNotReadWithoutTheSecret() {
    assertThatThrownBy(() -> Receipt.parse(full().toText(SECRET)))
        .isInstanceOf(InvalidFeedbackException.class)
        .hasMessage(
            "this text cannot be read as a receipt: it is signed; read it with"
                + " Receipt.parse(text, secret)");
  }

  @Test
  void aTextThatIsNotSignedIsNotReadWithASecret() {
    assertThatThrownBy(() -> Receipt.parse(full().toText(), SECRET))
        .isInstanceOf(InvalidFeedbackException.class)
        .hasMessage(
            "this text cannot be read as a receipt: it is not signed; Receipt.parse(text) reads"
                + " it, which is right only where nobody but the application can have written it");
  }

  private static final String UNFIT =
      "this text cannot be read as a receipt: its signature does not match; it was cut or changed,"
          + " or signed with another secret or by a later version";

  @Test
  void aPlainTextInTheClothesOfASignedOneIsRefused() {
    String body = full().toText().substring(4);
    int end = body.lastIndexOf('.');
    for (String signature : List.of("", ".", ".AAAA", body.substring(end))) {
      isUnfit("fs1." + body.substring(0, end) + signature, SECRET);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A secret of 32 characters, or so.",
        "a secret of 32 characters, or so",
        "a secret of 32 characters, or so. ",
        "ä secret of 32 characters, or so.",
        "00000000000000000000000000000000"
      })
  void anotherSecretIsRefusedLikeAChange(String other) {
    isUnfit(full().toText(SECRET), other);
  }

  @Test
  void aChangedSignedTextIsRefusedWhereverItIsChangedAndCut() {
    String text = full().toText(SECRET);

    for (int i = 0; i < text.length(); i++) {
      isUnfit(text.substring(0, i), SECRET);
      for (char other : new char[] {'A', 'B', '_', '.', '\u00e9', '\u0000'}) {
        if (text.charAt(i) != other) {
          isUnfit(text.substring(0, i) + other + text.substring(i + 1), SECRET);
        }
      }
      isUnfit(text.substring(0, i) + 'A' + text.substring(i), SECRET);
    }
    isUnfit(text + "A", SECRET);
    isUnfit(text + "=", SECRET);
    isUnfit(text + "\n", SECRET);
    isUnfit(text.replace(".humanloop.", ".portkey."), SECRET);
  }

  /** Base64 has four spellings of the last character of a signature. */
  @Test
  void noOtherSpellingOfASignatureFits() {
    String text = full().toText(SECRET);
    byte[] signature = Base64.getUrlDecoder().decode(text.substring(text.lastIndexOf('.') + 1));
    int spellings = 0;
    for (char last :
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray()) {
      String other = text.substring(0, text.length() - 1) + last;
      byte[] same = Base64.getUrlDecoder().decode(other.substring(other.lastIndexOf('.') + 1));
      if (Arrays.equals(signature, same) && !other.equals(text)) {
        isUnfit(other, SECRET);
        spellings++;
      }
    }
    assertThat(spellings).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", ".", "...", "fs1", "fs1.", "fs1..", "fs1.portkey", "fs2.a.b.c", "👍"})
  void garbageIsRefusedInTheSameWordsWithASecret(String garbage) {
    isUnfit(garbage, SECRET);
  }

  private static void isUnfit(String text, String secret) {
    assertThatThrownBy(() -> Receipt.parse(text, secret))
        .isInstanceOf(InvalidFeedbackException.class)
        .hasMessage(UNFIT)
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "short-s3cret", "0123456789012345678901234567890"})
  void aShortSecretIsRefusedAndNotShown(String secret) {
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> full().toText(secret), () -> Receipt.parse(full().toText(SECRET), secret))) {
      assertThatThrownBy(call)
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessage("secret must have at least 32 characters, but has " + secret.length());
    }
  }

  @Test
  void whatIsNullIsNamed() {
    assertThatThrownBy(() -> full().toText(BadInput.absent()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("secret must not be null");
    assertThatThrownBy(() -> Receipt.parse("text", BadInput.absent()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("secret must not be null");
    assertThatThrownBy(() -> Receipt.parse(BadInput.absent(), SECRET))
        .isInstanceOf(InvalidFeedbackException.class)
        .hasMessage("receipt text must not be null");
  }

  private static String golden(String name) throws IOException {
    try (InputStream in = ReceiptTextTest.class.getResourceAsStream("/receipts/form1-" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8)
          .strip();
    }
  }
}
