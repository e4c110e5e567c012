package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.contract.Feedbacks;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The text form of any receipt, and any text that is parsed as one. */
class ReceiptPropertiesTest {
  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void anyReceiptComesBackEqualFromItsText(@ForAll("receipts") Receipt receipt) {
    String text = receipt.toText();

    assertThat(text).matches("[A-Za-z0-9._-]+");
    assertThat(Receipt.parse(text)).isEqualTo(receipt);
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void anyReceiptComesBackEqualFromItsSignedTextWithTheSameSecretAlone(
      @ForAll("receipts") Receipt receipt, @ForAll("secrets") String secret) {
    String text = receipt.toText(secret);

    assertThat(text).matches("[A-Za-z0-9._-]+").hasSize(receipt.toText().length() + 35);
    assertThat(Receipt.parse(text, secret)).isEqualTo(receipt);
    assertThatThrownBy(() -> Receipt.parse(text, secret + "x")).hasMessageContaining("signature");
    assertThatThrownBy(() -> Receipt.parse(text)).hasMessageContaining("it is signed");
  }

  @Provide
  Arbitrary<String> secrets() {
    return Arbitraries.strings().all().ofMinLength(32).ofMaxLength(100);
  }

  /** As the documentation of {@link Receipt#toText()} promises for the width of a column. */
  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void itsTextIsNoLongerThanItsPartsAllow(@ForAll("receipts") Receipt receipt) {
    long bytes =
        Stream.of(
                    Stream.of(receipt.target()),
                    receipt.ids().stream(),
                    receipt.state().keySet().stream(),
                    receipt.state().values().stream().flatMap(List::stream),
                    receipt.losses().stream().map(Loss::detail))
                .flatMap(texts -> texts)
                .mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length + 4)
                .sum()
            + 25L * receipt.losses().size();

    assertThat((long) receipt.toText().length())
        .isLessThanOrEqualTo(receipt.provider().length() + 32 + (bytes * 4 + 2) / 3);
  }

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void anyTextIsARefusedOneOrThatOfAReceipt(@ForAll("forged") String text) {
    assertThatThrownBy(() -> Receipt.parse(text, "a secret of 32 characters, or so."))
        .isInstanceOf(InvalidFeedbackException.class)
        .hasMessageStartingWith("this text cannot be read as a receipt");
    Receipt receipt;
    try {
      receipt = Receipt.parse(text);
    } catch (IllegalArgumentException refused) {
      assertThat(refused).hasMessageStartingWith("this text cannot be read as a receipt");
      return;
    }
    assertThat(Receipt.parse(receipt.toText())).isEqualTo(receipt);
  }

  @Provide
  Arbitrary<Receipt> receipts() {
    Arbitrary<List<String>> texts = Feedbacks.texts().list().ofMaxSize(3);
    Arbitrary<List<Loss>> losses =
        Combinators.combine(
                Arbitraries.of(Part.class), Arbitraries.of(Loss.Kind.class), Feedbacks.texts())
            .as(ReceiptPropertiesTest::loss)
            .filter(Optional::isPresent)
            .map(Optional::orElseThrow)
            .list()
            .ofMaxSize(3);
    return Combinators.combine(
            Arbitraries.oneOf(Arbitraries.of("portkey", "a.b", ".", "..", "İ"), Feedbacks.ids()),
            Feedbacks.ids(),
            texts,
            Arbitraries.maps(Feedbacks.texts(), texts).ofMaxSize(3),
            Arbitraries.of(Assurance.class),
            losses)
        .as(ReceiptPropertiesTest::receipt)
        .filter(Optional::isPresent)
        .map(Optional::orElseThrow);
  }

  private static Optional<Loss> loss(Part part, Loss.Kind kind, String detail) {
    try {
      return Optional.of(new Loss(part, kind, detail));
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }

  private static Optional<Receipt> receipt(
      String provider,
      String target,
      List<String> ids,
      Map<String, List<String>> state,
      Assurance assurance,
      List<Loss> losses) {
    try {
      Receipt.Builder receipt = Receipt.builder(provider, target).assurance(assurance);
      return Optional.of(receipt.ids(ids).state(state).losses(losses).build());
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }

  /**
   * Any text; any text in the envelope of a receipt; a receipt's bytes with some of them changed.
   */
  @Provide
  Arbitrary<String> forged() {
    Arbitrary<String> dressed =
        Combinators.combine(Feedbacks.ids(), Arbitraries.bytes().array(byte[].class).ofMaxSize(40))
            .as((provider, bytes) -> "fr1." + provider + "." + base64(bytes));
    Arbitrary<String> changed =
        Combinators.combine(receipts(), Arbitraries.integers().between(0, 60), Arbitraries.bytes())
            .as((receipt, at, value) -> changed(receipt.toText(), at, value));
    return Arbitraries.oneOf(
        Feedbacks.texts(), dressed.map(body -> body + "." + check(body)), changed);
  }

  private static String changed(String text, int at, byte value) {
    int end = text.lastIndexOf('.');
    int start = text.lastIndexOf('.', end - 1) + 1;
    byte[] bytes = Base64.getUrlDecoder().decode(text.substring(start, end));
    bytes[at % bytes.length] = value;
    String body = text.substring(0, start) + base64(bytes);
    return body + "." + check(body);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String check(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
  }
}
