package io.github.llmfeedback.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Target;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FeedbackModuleTest {
  private static final Target TARGET = Target.shared("s");
  private static final Feedback FEEDBACK =
      Feedback.on("t")
          .stars(4.5)
          .comment("private 👍")
          .metadata(
              "a",
              List.<Object>of(
                  1, 0.5, BigInteger.TWO.pow(100), new BigDecimal("0." + "3".repeat(40))))
          .build();
  private static final Receipt RECEIPT = Receipt.builder("toy", "t").build();

  private static ObjectMapper mapper() {
    return new ObjectMapper().registerModule(new FeedbackModule());
  }

  /** A message of an application, such as one on a queue. */
  record Message(
      @JsonProperty("id") int id,
      @JsonProperty("feedback") @Nullable Feedback feedback,
      @JsonProperty("target") @Nullable Target target,
      @JsonProperty("receipts") List<Receipt> receipts) {}

  private static final Message MESSAGE = new Message(7, FEEDBACK, TARGET, List.of(RECEIPT));

  @Test
  void fieldsOfAnApplicationsClassesHaveTheSameForm() throws IOException {
    FeedbackJson json = FeedbackJson.strict();

    String written = mapper().writeValueAsString(MESSAGE);

    assertThat(written)
        .isEqualTo(
            "{\"id\":7,\"feedback\":%s,\"target\":%s,\"receipts\":[%s]}"
                .formatted(json.write(FEEDBACK), json.write(TARGET), json.write(RECEIPT)));
    assertThat(mapper().readValue(written, Message.class)).isEqualTo(MESSAGE);
  }

  @Test
  void aMapperFindsItOnTheClassPathAndOnTheModulePath() throws IOException {
    ObjectMapper mapper = new ObjectMapper().findAndRegisterModules();
    assertThat(mapper.readValue(mapper.writeValueAsBytes(MESSAGE), Message.class))
        .isEqualTo(MESSAGE);

    try (InputStream in = Files.newInputStream(Path.of("target/classes/module-info.class"))) {
      assertThat(
              ModuleDescriptor.read(in).provides().stream()
                  .collect(
                      Collectors.toMap(
                          ModuleDescriptor.Provides::service,
                          ModuleDescriptor.Provides::providers)))
          .containsEntry(
              "com.fasterxml.jackson.databind.Module", List.of(FeedbackModule.class.getName()));
    }
  }

  @Test
  void aRefusalLeadsToTheFieldAndQuotesNothing() throws IOException {
    String written = mapper().writeValueAsString(MESSAGE).replace("\"value\":4.5", "\"value\":9");

    JsonMappingException refusal =
        catchThrowableOfType(
            JsonMappingException.class, () -> mapper().readValue(written, Message.class));

    assertThat(refusal.getPath())
        .extracting(JsonMappingException.Reference::getFieldName)
        .containsExactly("feedback");
    assertThat(refusal.getCause())
        .isInstanceOfSatisfying(
            InvalidFeedbackException.class,
            cause -> assertThat(cause.field()).isEqualTo("rating.value"));
    assertThat(refusal)
        .hasMessageStartingWith("rating.value: must be from 1.0 to 5.0, but is 9.0")
        .hasMessageNotContaining("private");
  }

  @Test
  void aRefusalInAListNamesThePlace() throws IOException {
    String written =
        mapper().writeValueAsString(MESSAGE).replace("\"attempts\":1", "\"attempts\":\"x\"");

    JsonMappingException refusal =
        catchThrowableOfType(
            JsonMappingException.class, () -> mapper().readValue(written, Message.class));

    assertThat(refusal.getPathReference()).endsWith("[\"receipts\"]->java.util.ArrayList[0]");
    assertThat(refusal).hasMessageStartingWith("attempts: must be a number, but is a string");
  }

  @Test
  void whatCannotBeReadBackIsNotWritten() {
    Feedback feedback =
        Feedback.on("t").thumbsUp().metadata("a", new BigDecimal("1e99999")).build();

    assertThat(
            catchThrowableOfType(
                JsonMappingException.class, () -> mapper().writeValueAsString(List.of(feedback))))
        .hasCauseInstanceOf(InvalidFeedbackException.class);
  }

  @Test
  void unknownFieldsAreRefusedOrIgnoredAsTheMapperSays() throws IOException {
    String json = "{\"v\":1,\"id\":\"t\",\"new\":{\"a\":[1]}}";

    assertThat(
            catchThrowableOfType(
                JsonMappingException.class, () -> mapper().readValue(json, Target.class)))
        .hasMessageStartingWith("new: is not a known field");
    ObjectMapper lenient = mapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    assertThat(lenient.readValue(json, Target.class)).isEqualTo(Target.of("t"));
    assertThat(
            catchThrowableOfType(
                JsonMappingException.class,
                () -> lenient.readValue(json.replace("1,", "2,"), Target.class)))
        .hasMessageStartingWith("v: only version 1 is known");
  }

  @Test
  void oddSettingsOfTheMapperChangeNothing() throws IOException {
    ObjectMapper odd =
        mapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .setDefaultPropertyInclusion(JsonInclude.Include.NON_DEFAULT);

    assertThat(odd.writeValueAsString(FEEDBACK)).isEqualTo(FeedbackJson.strict().write(FEEDBACK));
    assertThat(odd.readValue(odd.writeValueAsString(FEEDBACK), Feedback.class)).isEqualTo(FEEDBACK);
    assertThat(odd.convertValue(FEEDBACK, Feedback.class)).isEqualTo(FEEDBACK);
    assertThat(odd.treeToValue(odd.valueToTree(FEEDBACK), Feedback.class)).isEqualTo(FEEDBACK);
  }

  /** What an application may hold a feedback in: the mapper writes which class it is. */
  record Envelope(@JsonProperty("content") Object content) {}

  private static ObjectMapper typed(JsonTypeInfo.As as) {
    return mapper()
        .activateDefaultTyping(
            BasicPolymorphicTypeValidator.builder().allowIfSubType("io.github.llmfeedback").build(),
            ObjectMapper.DefaultTyping.OBJECT_AND_NON_CONCRETE,
            as);
  }

  @ParameterizedTest
  @EnumSource(
      value = JsonTypeInfo.As.class,
      names = {"PROPERTY", "WRAPPER_ARRAY", "WRAPPER_OBJECT"})
  void aMapperThatWritesTypesReadsThem(JsonTypeInfo.As as) throws IOException {
    ObjectMapper mapper = typed(as);
    for (Object content : List.of(FEEDBACK, TARGET, RECEIPT)) {
      String written = mapper.writeValueAsString(new Envelope(content));

      assertThat(written).contains(content.getClass().getName()).contains("\"v\":1,");
      assertThat(mapper.readValue(written, Envelope.class).content()).isEqualTo(content);
    }
  }

  @Test
  void aTypeMayBeAnyFieldAndARefusalStaysAsItIs() throws IOException {
    ObjectMapper mapper = typed(JsonTypeInfo.As.PROPERTY);
    String type = "\"@class\":\"" + Target.class.getName() + "\"";

    for (String json :
        List.of(
            "{%s,\"v\":1,\"id\":\"t\"}",
            "{\"v\":1,%s,\"id\":\"t\"}", "{\"v\":1,\"id\":\"t\",%s}")) {
      String written = "{\"content\":" + json.formatted(type) + "}";
      assertThat(mapper.readValue(written, Envelope.class).content()).isEqualTo(Target.of("t"));
    }
    for (String json : List.of("{%s}", "{%s,\"id\":\"t\"}")) {
      String written = "{\"content\":" + json.formatted(type) + "}";
      assertThat(
              catchThrowableOfType(
                  JsonMappingException.class, () -> mapper.readValue(written, Envelope.class)))
          .hasMessageStartingWith("v: is missing; this is version 1");
    }
    assertThat(
            catchThrowableOfType(
                JsonMappingException.class,
                () ->
                    mapper.readValue(
                        "{\"content\":{" + type + ",\"id\":\"t\",\"new\":1,\"v\":2}}",
                        Envelope.class)))
        .hasMessageStartingWith("v: only version 1 is known");
    Feedback unwritable =
        Feedback.on("t").thumbsUp().metadata("a", new BigDecimal("1e99999")).build();
    assertThat(
            catchThrowableOfType(
                JsonMappingException.class,
                () -> mapper.writeValueAsString(new Envelope(unwritable))))
        .hasCauseInstanceOf(InvalidFeedbackException.class);
  }

  @Test
  void aMapperOfAnotherFormatKeepsEverythingToo() throws IOException {
    ObjectMapper yaml = new ObjectMapper(new YAMLFactory()).registerModule(new FeedbackModule());

    assertThat(yaml.readValue(yaml.writeValueAsString(FEEDBACK), Feedback.class))
        .isEqualTo(FEEDBACK);
    assertThat(
            catchThrowableOfType(
                JsonMappingException.class,
                () -> yaml.readValue("v: 1\nid: t\nshared: s", Target.class)))
        .hasMessageStartingWith("target: must have either an id, or a shared one");
  }
}
