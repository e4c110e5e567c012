package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.contract.Feedbacks;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.StrictJson;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/** Statements of a project's own types that can be made are all in the request, as they are. */
class HumanloopCustomEncodingTest {
  private static final LoopbackServer SERVER = new LoopbackServer();
  private static final HumanloopFeedbackClient CLIENT =
      HumanloopFeedbackClient.builder("hl-1").baseUrl(SERVER.url()).build();

  @AfterContainer
  static void stop() {
    CLIENT.close();
    SERVER.close();
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void eachStatementIsInTheRequestOrWasRefusedWhereItWasMade(
      @ForAll("ids") String datapoint,
      @ForAll("statements") List<Map.Entry<String, Object>> statements,
      @ForAll("texts") String author,
      @ForAll("times") Instant occurredAt) {
    Map<String, Object> stated = new HashMap<>();
    HumanloopCustomFeedback feedback;
    try {
      HumanloopCustomFeedback.Builder builder = HumanloopCustomFeedback.on(datapoint);
      statements.forEach(
          one -> {
            if (isMade(() -> state(builder, one.getKey(), one.getValue()))) {
              stated.put(one.getKey(), one.getValue());
            }
          });
      boolean named = isMade(() -> builder.author(author)) && !isBlank(author);
      boolean timed = isMade(() -> builder.occurredAt(occurredAt));
      feedback = builder.build();
      String mirror = Collections.nCopies(stated.size(), "{\"id\":\"a\"}").toString();
      SERVER.enqueue(200, mirror).enqueue(200, mirror);

      Receipt receipt = CLIENT.submitCustom(feedback);

      assertThat(receipt.target()).isEqualTo(datapoint);
      assertThat(Receipt.parse(receipt.toText())).isEqualTo(receipt);
      JsonNode body = StrictJson.read(SERVER.take().body());
      Iterable<JsonNode> objects = body.isArray() ? body : List.of(body);
      for (JsonNode object : objects) {
        assertThat(object.path("data_id").textValue()).isEqualTo(datapoint);
        assertThat(object.path("user").textValue()).isEqualTo(named ? author : null);
        assertThat(object.path("created_at").textValue())
            .isEqualTo(timed ? occurredAt.toString() : null);
        Object value =
            Objects.requireNonNull(stated.remove(object.path("type").textValue()), "said twice");
        assertThat(StrictJson.says(object.path("value"), value)).as("%s", object).isTrue();
      }
      assertThat(stated).isEmpty();

      CLIENT.retract(Receipt.parse(receipt.toText()));
      assertThat(values(StrictJson.read(SERVER.take().body()), true))
          .isEqualTo(values(body, false));
    } catch (InvalidFeedbackException refused) {
      if (refused.field().equals("feedback")) {
        assertThat(refused).hasMessageContaining("at least one type");
        assertThat(stated).isEmpty();
      } else {
        assertThat(refused).hasMessageContaining("datapoint must");
      }
    }
  }

  /** Each type with the JSON of its value, of statements that are all made, or all taken back. */
  private static Map<String, JsonNode> values(JsonNode body, boolean unset) {
    Map<String, JsonNode> values = new HashMap<>();
    for (JsonNode object : body.isArray() ? body : List.of(body)) {
      assertThat(object.path("unset").booleanValue()).isEqualTo(unset);
      assertThat(values.put(object.path("type").textValue(), object.path("value"))).isNull();
    }
    return values;
  }

  /** An author of nothing but spaces is an empty box of a form. */
  private static boolean isBlank(String text) {
    return text.codePoints().allMatch(c -> Character.isWhitespace(c) || Character.isSpaceChar(c));
  }

  private static boolean isMade(Runnable statement) {
    try {
      statement.run();
      return true;
    } catch (InvalidFeedbackException refused) {
      assertThat(refused).hasMessageContaining("must").hasNoCause();
      return false;
    }
  }

  private static void state(HumanloopCustomFeedback.Builder builder, String type, Object value) {
    if (value instanceof String text) {
      builder.state(type, text);
    } else if (value instanceof Boolean flag) {
      builder.state(type, flag.booleanValue());
    } else if (value instanceof Long number) {
      builder.state(type, number.longValue());
    } else if (value instanceof Double number) {
      builder.state(type, number.doubleValue());
    } else {
      builder.state(type, ((List<?>) value).stream().map(String.class::cast).toList());
    }
  }

  @Provide
  Arbitrary<String> ids() {
    return Feedbacks.ids();
  }

  @Provide
  Arbitrary<String> texts() {
    return Feedbacks.texts();
  }

  @Provide
  Arbitrary<Instant> times() {
    return Feedbacks.instants();
  }

  @Provide
  Arbitrary<List<Map.Entry<String, Object>>> statements() {
    Arbitrary<Object> values =
        Arbitraries.oneOf(
            Feedbacks.texts().map(text -> text),
            Feedbacks.texts().list().ofMaxSize(4).map(labels -> labels),
            Feedbacks.numbers().map(number -> number),
            Arbitraries.longs().map(number -> number),
            Arbitraries.<Object>of(true, false));
    return Combinators.combine(Feedbacks.texts(), values)
        .as((type, value) -> Map.entry(type, value))
        .list()
        .ofMaxSize(5);
  }
}
