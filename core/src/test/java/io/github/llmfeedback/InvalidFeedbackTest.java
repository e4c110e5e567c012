package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The model refuses all invalid input with one exception, which names the field. */
class InvalidFeedbackTest {
  private static final TargetKey KEY =
      TargetKey.of("toy", "thing").chosenInRequestHeader("Toy-Thing");
  private static final String HALF_AN_EMOJI = "private \ud83d";
  private static final String CONTROL = "private\u0007";

  private static Feedback.Builder begun() {
    return Feedback.on("t");
  }

  /** The field, and a way to break its rule. */
  static Stream<Arguments> refusals() {
    return Stream.of(
        refused("target id", () -> Feedback.on(BadInput.<String>absent())),
        refused("target id", () -> Feedback.on("")),
        refused("target id", () -> Feedback.on(CONTROL)),
        refused("target id", () -> Target.of(HALF_AN_EMOJI)),
        refused("shared target id", () -> Target.shared(BadInput.absent())),
        refused("target id of toy/thing", () -> Target.of(KEY, BadInput.absent())),
        refused("target id of toy/thing", () -> Target.of(KEY, "private é").requestHeaders(KEY)),
        refused("traceparent", () -> Target.fromTraceparent(KEY, "private")),
        refused("traceparent", () -> Target.fromTraceparent(KEY, BadInput.absent())),
        refused("rating", () -> begun().rating(BadInput.absent())),
        refused("score", () -> begun().stars(6)),
        refused("score", () -> begun().score(Double.NaN, 0, 1)),
        refused("score", () -> begun().score(0, Double.NaN, 1)),
        refused("score", () -> begun().score(1, 1, 1)),
        refused("label", () -> begun().label(BadInput.absent())),
        refused("label", () -> begun().label(CONTROL)),
        refused("comment", () -> begun().comment(HALF_AN_EMOJI)),
        refused("correction", () -> begun().correction(HALF_AN_EMOJI)),
        refused("issue", () -> begun().issue(BadInput.absent())),
        refused("issue", () -> begun().issue(CONTROL)),
        refused("action", () -> begun().action(BadInput.absent())),
        refused("action", () -> begun().action(" ")),
        refused("weight", () -> begun().weight(2)),
        refused("author", () -> begun().author(CONTROL)),
        refused("author", () -> begun().author(HALF_AN_EMOJI)),
        refused("occurredAt", () -> begun().occurredAt(BadInput.absent())),
        refused("occurredAt", () -> begun().occurredAt(Instant.MAX)),
        refused("metadata", () -> begun().metadata(BadInput.<Map<String, ?>>absent())),
        refused("metadata", () -> begun().metadata(Collections.singletonMap(null, "private"))),
        refused("metadata key", () -> begun().metadata(BadInput.absent(), "private")),
        refused("metadata key", () -> begun().metadata(" ", "private")),
        refused("metadata.a.b", () -> begun().metadata("a", Map.of("b", new Object()))),
        refused("metadata.a[1]", () -> begun().metadata("a", List.<Object>of(0, HALF_AN_EMOJI))),
        refused("metadata.a", () -> begun().metadata("a", Map.of(HALF_AN_EMOJI, 0))),
        refused("metadata.a", () -> begun().metadata("a", Double.NaN)),
        refused("metadata.a", () -> begun().metadata("a", Collections.nCopies(100_000, 0))),
        refused("feedback", () -> begun().build()),
        refused("feedback", () -> begun().author("private").metadata("a", "private").build()),
        refused("feedback", () -> begun().thumbsUp().build().without(Set.of(Part.THUMBS))),
        refused("target", () -> Receipt.builder("toy", BadInput.absent())),
        refused("target", () -> Receipt.builder("toy", CONTROL)),
        refused("id", () -> Receipt.builder("toy", "t").ids(Arrays.asList("f", null))),
        refused("id", () -> Receipt.builder("toy", "t").ids(List.of(HALF_AN_EMOJI))),
        refused("receipt text", () -> Receipt.parse(BadInput.absent())),
        refused("receipt text", () -> Receipt.parse("private")),
        refused("receipt text", () -> Receipt.parse("fr1.private.x.00000000")),
        refused("receipt text", () -> Receipt.parse("fr2.private.x.00000000")),
        refused("target text", () -> Target.parse(BadInput.absent())),
        refused("target text", () -> Target.parse("private")),
        refused("target text", () -> Target.of("private".repeat(100)).toText()));
  }

  private static Arguments refused(String field, Supplier<Object> act) {
    return arguments(field, act);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void whatIsRefusedIsNamedAndNotRepeated(String field, Supplier<Object> act) {
    InvalidFeedbackException refusal =
        catchThrowableOfType(InvalidFeedbackException.class, act::get);

    assertThat(refusal).isNotNull();
    assertThat(refusal.field()).isEqualTo(field);
    assertThat(refusal)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(field.endsWith(" text") ? field.split(" ", 2)[0] : field)
        .hasMessageNotContaining("private");
  }

  @Test
  void itSurvivesSerializationWithItsField() throws Exception {
    InvalidFeedbackException refusal =
        catchThrowableOfType(InvalidFeedbackException.class, () -> begun().weight(2));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(refusal);
    }

    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject())
          .isInstanceOfSatisfying(
              InvalidFeedbackException.class,
              read -> {
                assertThat(read.field()).isEqualTo("weight");
                assertThat(read).hasMessage(refusal.getMessage());
              });
    }
  }
}
