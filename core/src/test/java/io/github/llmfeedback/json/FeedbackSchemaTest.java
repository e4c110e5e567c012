package io.github.llmfeedback.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/**
 * Schema and reader accept and refuse the same, as a validator of JSON Schema sees it. The
 * validator needs the default Jackson.
 */
class FeedbackSchemaTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final FeedbackJson STRICT = FeedbackJson.strict();
  private static final TargetKey TRACE = TargetKey.of("portkey", "trace");
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private static final List<String> NAMES =
      List.of(
          "new",
          "v",
          "id",
          "shared",
          "ids",
          "comment",
          "weight",
          "target",
          "value",
          "min",
          "type",
          "metadata",
          "author",
          "issues");

  private static String idsOf(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"a/" + i + "\":\"b\"")
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "0",
          "1",
          "0.5",
          "2",
          "-1",
          "1.0",
          "\"\"",
          "\" \"",
          "\"x\"",
          "\"up\"",
          "\"thumbs\"",
          "\"label\"",
          "\"a\\nb\"",
          "\"a\\n\"",
          "\"\\n\"",
          "\"\\u2003\"",
          "\"" + " ".repeat(1001) + "\"",
          "\"" + "\\n".repeat(1001) + "\"",
          "[]",
          "[1]",
          "[\"x\"]",
          "{}",
          "{\"a\":1}",
          "{\"a/b\":\"c\"}",
          "{\"a/\":\"c\"}",
          "{\"a/ \":\"c\"}",
          "{\"a/b\\n\":\"c\"}",
          "{\"a/b c\":\"d\"}",
          "{\"a/" + "b".repeat(1000) + "\":\"c\"}",
          "{\"a/" + "b".repeat(1001) + "\":\"c\"}",
          idsOf(100),
          idsOf(101),
          "9223372036854775808",
          "-9223372036854775808",
          "-9223372036854775809",
          "{\"id\":\"x\"}",
          "\"" + "x".repeat(1001) + "\"",
          "\"STORED\"",
          "\"2026-11-22T10:15:30+01:00\"",
          "{\"type\":\"thumbs\",\"value\":\"up\"}",
          "{\"type\":\"label\",\"name\":\"x\"}");

  /** A kind of document: its schema, its reader, and what it is written as. */
  private record Kind(JsonSchema schema, Consumer<String> reader, List<String> samples) {
    static Kind of(String name, Consumer<String> reader, String... samples) {
      return new Kind(schemaOf(name), reader, List.of(samples));
    }

    private static JsonSchema schemaOf(String name) {
      try {
        ObjectNode schema = (ObjectNode) MAPPER.readTree(FeedbackJson.schema());
        return SCHEMAS.getSchema(schema.put("$ref", "#/$defs/" + name));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    boolean isValid(String json) throws IOException {
      return schema.validate(MAPPER.readTree(json)).isEmpty();
    }

    boolean isRead(String json) {
      try {
        reader.accept(json);
        return true;
      } catch (InvalidFeedbackException refused) {
        return false;
      }
    }
  }

  private static final List<Kind> KINDS =
      List.of(
          Kind.of(
              "feedback",
              STRICT::feedback,
              STRICT.write(
                  Feedback.on("t")
                      .stars(4)
                      .comment("c")
                      .correction("d")
                      .issue("e")
                      .issue("f")
                      .action("g")
                      .weight(0.5)
                      .author("h")
                      .occurredAt(Instant.EPOCH)
                      .metadata("i", List.<Object>of(1, "j"))
                      .build()),
              STRICT.write(Feedback.on(Target.shared("s").and(TRACE, "t")).label("l").build()),
              STRICT.write(Feedback.on(Target.of(TRACE, "t")).thumbsDown().build())),
          Kind.of(
              "untrusted",
              json -> FeedbackJson.untrusted(Target.of("t")).feedback(json),
              "{\"v\":1,\"comment\":\"c\",\"rating\":{\"type\":\"thumbs\",\"value\":\"up\"}}",
              "{\"rating\":null,\"correction\":\"c\",\"issues\":[],\"actions\":[\"a\"]}"),
          Kind.of(
              "target",
              STRICT::target,
              STRICT.write(Target.of("t")),
              STRICT.write(Target.shared("s").and(TRACE, "t"))),
          Kind.of(
              "receipt",
              STRICT::receipt,
              STRICT.write(
                  Receipt.builder("toy", "t")
                      .ids(List.of("i"))
                      .state(Map.of("k", List.of("l")))
                      .losses(List.of(new Loss(Part.LABEL, Loss.Kind.DROPPED, "d")))
                      .build())));

  @Test
  void everySampleIsValidAndRead() throws IOException {
    for (Kind kind : KINDS) {
      for (String sample : kind.samples()) {
        assertThat(kind.isValid(sample)).as(sample).isTrue();
        assertThat(kind.isRead(sample)).as(sample).isTrue();
      }
    }
    assertThat(MAPPER.readTree(FeedbackJson.schema()).path("$ref").asText())
        .isEqualTo("#/$defs/feedback");
  }

  @Test
  void everyFieldWithEveryValueIsAcceptedByBothOrRefusedByBoth() throws IOException {
    int changes = 0;
    for (Kind kind : KINDS) {
      for (String sample : kind.samples()) {
        JsonNode tree = MAPPER.readTree(sample);
        List<JsonNode> containers = new ArrayList<>();
        Mutation.collect(tree, containers);
        for (JsonNode container : containers) {
          if (container instanceof ObjectNode object) {
            changes += tryAll(kind, tree, object);
          }
        }
      }
    }
    assertThat(changes).isGreaterThan(5_000);
  }

  /** Drops each field, and gives it and new ones each value; returns how often. */
  private static int tryAll(Kind kind, JsonNode tree, ObjectNode object) throws IOException {
    Set<String> names = new TreeSet<>(NAMES);
    object.fieldNames().forEachRemaining(names::add);
    int changes = 0;
    for (String name : names) {
      JsonNode before = object.get(name);
      for (String value : VALUES) {
        object.set(name, MAPPER.readTree(value));
        agree(kind, MAPPER.writeValueAsString(tree));
        changes++;
      }
      object.remove(name);
      agree(kind, MAPPER.writeValueAsString(tree));
      if (before != null) {
        object.set(name, before);
      }
    }
    return changes;
  }

  private static void agree(Kind kind, String json) throws IOException {
    boolean isValid = kind.isValid(json) && isOnItsScale(MAPPER.readTree(json));
    assertThat(kind.isRead(json)).as(json).isEqualTo(isValid);
  }

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void whatIsChangedIsAcceptedByBothOrRefusedByBoth(@ForAll("changed") Changed changed)
      throws IOException {
    agree(changed.kind(), changed.json());
  }

  /** What no schema can express. */
  private static boolean isOnItsScale(JsonNode document) {
    JsonNode rating = document.path("rating");
    double min = rating.path("min").asDouble();
    double max = rating.path("max").asDouble();
    double value = rating.path("value").asDouble();
    return !rating.has("min") || (min < max && min <= value && value <= max);
  }

  private record Changed(Kind kind, String json) {
    @Override
    public String toString() {
      return json;
    }
  }

  /** Fields are dropped, added and given other values, anywhere. */
  @Provide
  Arbitrary<Changed> changed() {
    Arbitrary<Integer> any = Arbitraries.integers().between(0, 10_000);
    Arbitrary<String> names = Arbitraries.of(NAMES);
    Arbitrary<String> values = Arbitraries.of(VALUES);
    Arbitrary<Mutation> mutations = Combinators.combine(any, any, names, values).as(Mutation::new);
    return Combinators.combine(any, any, mutations.list().ofMinSize(1).ofMaxSize(2))
        .as(
            (kind, sample, changes) -> {
              Kind chosen = KINDS.get(kind % KINDS.size());
              String json = chosen.samples().get(sample % chosen.samples().size());
              for (Mutation change : changes) {
                json = change.of(json);
              }
              return new Changed(chosen, json);
            });
  }

  private record Mutation(int place, int kind, String name, String value) {
    String of(String json) {
      try {
        JsonNode tree = MAPPER.readTree(json);
        List<JsonNode> containers = new ArrayList<>();
        collect(tree, containers);
        JsonNode container = containers.get(place % containers.size());
        JsonNode replacement = MAPPER.readTree(value);
        if (container instanceof ObjectNode object) {
          List<String> names = new ArrayList<>();
          object.fieldNames().forEachRemaining(names::add);
          if (kind % 4 == 0 || names.isEmpty()) {
            object.set(name, replacement);
          } else if (kind % 4 == 1) {
            object.remove(names.get(kind % names.size()));
          } else {
            object.set(names.get(kind % names.size()), replacement);
          }
        } else {
          ((ArrayNode) container).insert(0, replacement);
        }
        return MAPPER.writeValueAsString(tree);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
      if (node.isContainerNode()) {
        containers.add(node);
        node.forEach(inner -> collect(inner, containers));
      }
    }
  }
}
