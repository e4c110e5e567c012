package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.llmfeedback.contract.Feedbacks;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTextTest {
  private static final TargetKey TRACE = TargetKey.of("portkey", "trace");
  private static final TargetKey REQUEST = TargetKey.of("helicone", "request");
  private static final String UUID = "11111111-1111-4111-8111-111111111111";

  /** Written by version 0.1.0; these texts never change. */
  @Test
  void formOneIsReadAndWrittenAsEver() {
    isWrittenAs("ft1.AAp0cmFjZS03ZjNh.be42b1b4", Target.of("trace-7f3a"));
    isWrittenAs("ft1.AgxjaGF0LWdyw7bDn2UA.d043e3c9", Target.shared("chat-größe"));
    isWrittenAs(
        "ft1.AQIHcG9ydGtleQV0cmFjZQF0CGhlbGljb25lB3JlcXVlc3QkMTExMTExMTEtMTExMS00MTExLTgxMTEtMTExMTExMTExMTEx.936fbbb6",
        Target.of(TRACE, "t").and(REQUEST, UUID));
    isWrittenAs("ft1.AgFzAQdwb3J0a2V5BXRyYWNlAXQ.cd4ac55a", Target.shared("s").and(TRACE, "t"));
  }

  private static void isWrittenAs(String golden, Target target) {
    assertThat(target.toText()).isEqualTo(golden);
    assertThat(Target.parse(golden)).isEqualTo(target);
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void anyTargetComesBackEqualFromItsTextOrHasNone(@ForAll("targets") Target target) {
    String text;
    try {
      text = target.toText();
    } catch (InvalidFeedbackException tooLong) {
      assertThat(tooLong).hasMessageStartingWith("target text must have at most 512 characters");
      return;
    }
    assertThat(text).matches("[A-Za-z0-9._-]{1,512}");
    assertThat(Target.parse(text)).isEqualTo(target).hasToString(target.toString());
  }

  @Provide
  Arbitrary<Target> targets() {
    Arbitrary<String> ids = Feedbacks.ids().filter(TargetTextTest::isId);
    Arbitrary<TargetKey> keys =
        Arbitraries.of(TRACE, REQUEST, TargetKey.of("a.b", "größer/👍"), TargetKey.of("x", "."));
    Arbitrary<Target> shared = ids.map(Target::shared);
    return Arbitraries.oneOf(
        ids.map(Target::of),
        shared,
        Combinators.combine(keys, ids).as(Target::of),
        Combinators.combine(shared, keys, ids).as(Target::and),
        Combinators.combine(shared, keys, ids, keys, ids)
            .as((target, key, id, other, more) -> target.and(key, id).and(other, more)));
  }

  private static boolean isId(String text) {
    try {
      Target.of(text);
      return true;
    } catch (InvalidFeedbackException refused) {
      return false;
    }
  }

  @Test
  void ordinaryIdsFitAsTheDocumentationSays() {
    Target everywhere =
        Target.of(TRACE, UUID)
            .and(TargetKey.of("humanloop", "datapoint"), "data_" + UUID)
            .and(REQUEST, UUID)
            .and(TargetKey.of("baseplate", "usage"), UUID);

    assertThat(Target.of(UUID).toText()).hasSize(64);
    assertThat(everywhere.toText()).hasSizeBetween(280, 320);
    assertThat(Target.parse(everywhere.toText())).isEqualTo(everywhere);
    assertThat(Target.of("x".repeat(370)).toText()).hasSizeLessThanOrEqualTo(512);
  }

  @Test
  void aTargetWhoseTextWouldBeTooLongIsRefusedWithTheRule() {
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> Target.of("private".repeat(100)).toText())
        .withMessage(
            "target text must have at most 512 characters, but would have 951; the ids of this"
                + " target are too long to be kept as text")
        .matches(e -> e.field().equals("target text"));
  }

  @Test
  void aCutOrChangedTextIsRefusedWhereverThatHappened() {
    String text = Target.shared("s").and(TRACE, UUID).toText();
    List<String> broken = new ArrayList<>(List.of(text + "0", text + "\n", " " + text));
    for (int i = 0; i < text.length(); i++) {
      broken.add(text.substring(0, i));
      broken.add(
          text.substring(0, i) + (text.charAt(i) == 'x' ? 'y' : 'x') + text.substring(i + 1));
    }
    broken.forEach(TargetTextTest::isUnreadable);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ".", "..", "ft", "ft1", "ft1.", "ft1..", "ft1...", "{}", "👍"})
  void garbageIsRefusedWithoutRepeatingIt(String garbage) {
    isUnreadable(garbage);
  }

  /** Each has the right check. */
  @ParameterizedTest
  @CsvSource({
    "'',its content is not a target",
    "AA,its content is not a target", // an id is missing
    "AAE,its content is not a target", // a cut id
    "AAF0AA,its content is not a target", // a byte too many
    "AQA,its content is not a target", // no id at all
    "AwF0AA,its content is not a target", // an unknown kind
    "!!,its content is not a target",
    "AAEg,its target id must not be blank",
    "AIEAdA,its content is not a target", // a length in more bytes than it takes
    "AAJ0dB,its content is not a target", // a bit too many
    "AQEBQQFiAWM,its content is not a target", // a provider in upper case
    "AQIBYQFiAWMBYQFiAWQ,its content is not a target", // an id twice
  })
  void aForgedTextIsRefused(String body, String why) {
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> Target.parse(CheckedText.sealed("ft1." + body)))
        .withMessage("this text cannot be read as a target: " + why)
        .matches(e -> e.field().equals("target text"));
  }

  @Test
  void aLaterFormIsNamedAsSuch() {
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> Target.parse(CheckedText.sealed("ft2.anything.at.all")))
        .withMessage(
            "this text cannot be read as a target: only form ft1 is known; was it written by a"
                + " later version?");
  }

  @Test
  void aTextThatIsTooLongIsRefusedUnread() {
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> Target.parse(CheckedText.sealed("ft1." + "A".repeat(500))))
        .withMessage(
            "this text cannot be read as a target: it must have at most 512 characters, but has 513");
  }

  @Test
  void theTextsOfReceiptsAndTargetsAreNotTakenForEachOther() {
    Receipt receipt = Receipt.builder("portkey", "t").build();

    for (String text : List.of(receipt.toText(), receipt.toText("s".repeat(32)))) {
      assertThatExceptionOfType(InvalidFeedbackException.class)
          .isThrownBy(() -> Target.parse(text))
          .withMessageEndingWith("it is the text of a receipt; read it with Receipt.parse")
          .matches(e -> e.field().equals("target text"));
    }
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> Receipt.parse(Target.of("t").toText()))
        .withMessageEndingWith("it is the text of a target; read it with Target.parse")
        .matches(e -> e.field().equals("receipt text"));
  }

  private static void isUnreadable(String text) {
    assertThatExceptionOfType(InvalidFeedbackException.class)
        .isThrownBy(() -> Target.parse(text))
        .withMessageStartingWith("this text cannot be read as a target: ")
        .matches(e -> e.field().equals("target text"));
  }
}
