package io.github.llmfeedback.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.BadInput;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeedbackJsonTest {
  private static final FeedbackJson STRICT = FeedbackJson.strict();
  private static final FeedbackJson LENIENT = FeedbackJson.lenient();
  private static final TargetKey TRACE = TargetKey.of("portkey", "trace");

  /** Written by version 0.1.0; these texts never change. */
  private static final String FULL =
      """
      {"v":1,"target":{"id":"trace-7f3a"},\
      "rating":{"type":"score","value":4,"min":1,"max":5},"comment":"Spot on 👍",\
      "correction":"It was in 1969.","issues":["too long"],"actions":["copied"],"weight":0.5,\
      "author":"user-1","occurredAt":"2026-11-22T10:15:30.123456789Z","metadata":{"page":7}}""";

  private static Feedback full() {
    return Feedback.on("trace-7f3a")
        .stars(4)
        .comment("Spot on 👍")
        .correction("It was in 1969.")
        .issue("too long")
        .action("copied")
        .weight(0.5)
        .author("user-1")
        .occurredAt(Instant.parse("2026-11-22T10:15:30.123456789Z"))
        .metadata("page", 7)
        .build();
  }

  @Test
  void aFeedbackIsReadAndWrittenAsEver() {
    assertThat(STRICT.write(full())).isEqualTo(FULL);
    assertThat(STRICT.feedback(FULL)).isEqualTo(full());
    assertThat(LENIENT.feedback(FULL)).isEqualTo(full());
  }

  @Test
  void everyRatingAndTargetHasAForm() {
    isWrittenAs(
        "{\"v\":1,\"target\":{\"shared\":\"s\"},\"rating\":{\"type\":\"thumbs\",\"value\":\"up\"}}",
        Feedback.on(Target.shared("s")).thumbsUp().build());
    isWrittenAs(
        "{\"v\":1,\"target\":{\"ids\":{\"portkey/trace\":\"t\"}},"
            + "\"rating\":{\"type\":\"thumbs\",\"value\":\"down\"}}",
        Feedback.on(Target.of(TRACE, "t")).thumbsDown().build());
    isWrittenAs(
        "{\"v\":1,\"target\":{\"shared\":\"s\",\"ids\":{\"portkey/trace\":\"t\"}},"
            + "\"rating\":{\"type\":\"label\",\"name\":\"helpful\"}}",
        Feedback.on(Target.shared("s").and(TRACE, "t")).label("helpful").build());
  }

  private static void isWrittenAs(String json, Feedback feedback) {
    assertThat(STRICT.write(feedback)).isEqualTo(json);
    assertThat(STRICT.feedback(json)).isEqualTo(feedback);
  }

  @Test
  void aTargetIsReadAndWrittenAsEver() {
    String json = "{\"v\":1,\"shared\":\"s\",\"ids\":{\"portkey/trace\":\"t\"}}";
    Target target = Target.shared("s").and(TRACE, "t");

    assertThat(STRICT.write(target)).isEqualTo(json);
    assertThat(STRICT.target(json)).isEqualTo(target);
    assertThat(STRICT.target("{\"id\":\"t\",\"v\":1}")).isEqualTo(Target.of("t"));
  }

  @Test
  void aReceiptIsReadAndWrittenAsEver() {
    Receipt receipt =
        Receipt.builder("humanloop", "data_1")
            .ids(List.of("ann_1", "ann_2"))
            .state(Map.of("issue", List.of("too long")))
            .assurance(Assurance.STORED)
            .losses(List.of(new Loss(Part.WEIGHT, Loss.Kind.DROPPED, "humanloop keeps no WEIGHT")))
            .attempts(3)
            .elapsed(Duration.ofNanos(1_000_000_001))
            .build();
    String json =
        """
        {"v":1,"provider":"humanloop","target":"data_1","ids":["ann_1","ann_2"],\
        "state":{"issue":["too long"]},"assurance":"STORED",\
        "losses":[{"part":"WEIGHT","kind":"DROPPED","detail":"humanloop keeps no WEIGHT"}],\
        "attempts":3,"elapsedSeconds":1.000000001}""";

    assertThat(STRICT.write(receipt)).isEqualTo(json);
    Receipt read = STRICT.receipt(json);
    assertThat(read).isEqualTo(receipt);
    assertThat(read.attempts()).isEqualTo(3);
    assertThat(read.elapsed()).isEqualTo(Duration.ofNanos(1_000_000_001));
    assertThat(STRICT.receipt("{\"v\":1,\"provider\":\"portkey\",\"target\":\"t\"}"))
        .isEqualTo(Receipt.builder("portkey", "t").build());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 999_999_999, -1_000_000_001, 60_000_000_000L})
  void theTimeThatItTookComesBackToTheNanosecond(long nanos) {
    Receipt receipt = Receipt.builder("toy", "t").elapsed(Duration.ofNanos(nanos)).build();

    assertThat(STRICT.receipt(STRICT.write(receipt)).elapsed()).isEqualTo(Duration.ofNanos(nanos));
  }

  @Test
  void aTimeMayHaveAnOffset() {
    String json = FULL.replace("10:15:30.123456789Z", "11:15:30.123456789+01:00");

    assertThat(STRICT.feedback(json)).isEqualTo(full());
  }

  @Test
  void nullIsAbsenceInAFeedbackAndAValueInItsMetadata() {
    Feedback feedback =
        STRICT.feedback(
            "{\"v\":1,\"target\":{\"id\":\"t\"},\"comment\":\"c\",\"rating\":null,"
                + "\"correction\":null,\"issues\":null,\"actions\":null,\"weight\":null,"
                + "\"author\":null,\"occurredAt\":null,\"metadata\":{\"a\":null}}");

    assertThat(feedback)
        .isEqualTo(Feedback.on("t").comment("c").metadata("a", (Object) null).build());
  }

  @Test
  void numbersInTheMetadataKeepTheirDecimalValue() {
    List<Number> numbers =
        List.<Number>of(
            (byte) 1,
            (short) 2,
            3,
            4L,
            Long.MIN_VALUE,
            BigInteger.TEN,
            BigInteger.TWO.pow(200),
            0.1f,
            1e30f,
            0.1,
            -0.0,
            Double.MIN_VALUE,
            new BigDecimal("1.00"),
            new BigDecimal("1E+300"),
            new BigDecimal("1E-9999"),
            new BigDecimal("3.14159265358979323846264338327950288"));
    Feedback feedback = Feedback.on("t").thumbsUp().metadata("all", numbers).build();

    Object read = STRICT.feedback(STRICT.write(feedback)).metadata().get("all");

    assertThat(read)
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .extracting(number -> number.getClass().getSimpleName())
        .containsExactly(
            "Integer",
            "Integer",
            "Integer",
            "Integer",
            "Long",
            "Integer",
            "BigInteger",
            "Double",
            "Double",
            "Double",
            "Double",
            "Double",
            "Double",
            "Double",
            "BigDecimal",
            "BigDecimal");
    assertThat(read)
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .map(number -> new BigDecimal(number.toString()))
        .usingElementComparator(BigDecimal::compareTo)
        .isEqualTo(numbers.stream().map(number -> new BigDecimal(number.toString())).toList());
    assertThat(read).asInstanceOf(InstanceOfAssertFactories.LIST).element(10).isEqualTo(-0.0);
  }

  /** A document, where it is refused, and the rule. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|feedback|must be an object, but is empty",
        "[]|feedback|must be an object, but is an array",
        "null|feedback|must be an object, but is null",
        "{'v':1,'target':{'id':'t'},'comment':'private'}{}|feedback|must not be followed by anything",
        "{'comment':'private'}|v|is missing; this is version 1",
        "{'v':1,'v':1,'comment':'private'}|v|must not be given twice",
        "{'v':null}|v|must be a number, but is null",
        "{'v':'1'}|v|must be a number, but is a string",
        "{'v':0}|v|must be 1",
        "{'v':0.5}|v|must be 1",
        "{'v':1.5}|v|only version 1 is known; was it written by a later version?",
        "{'v':2.0}|v|only version 1 is known; was it written by a later version?",
        "{'private':1,'v':2.0}|v|only version 1 is known; was it written by a later version?",
        "{'private':1,'v':2e0}|v|only version 1 is known; was it written by a later version?",
        "{'private':1,'v':20e-1}|v|only version 1 is known; was it written by a later version?",
        "{'v':2,'private':1}|v|only version 1 is known; was it written by a later version?",
        "{'private':[{'a':1}],'v':2}|v|only version 1 is known; was it written by a later version?",
        "{'rating':{'type':'emoji','private':[{'v':9}]},'b':{'v':9},'v':2}|v|only version 1 is known; was it written by a later version?",
        "{'rating':{'type':'emoji','private':[{'v':9}]},'b':{'v':9},'v':1}|rating.private|is not a known field",
        "{'v':1,'comment':'private'}|target|is missing",
        "{'v':1,'target':null,'comment':'private'}|target|must be an object, but is null",
        "{'v':1,'target':{},'comment':'private'}|target|must have an id, a shared one or ids",
        "{'v':1,'target':{'id':'private','shared':'s'}}|target|must have either an id, or a shared one and named ids",
        "{'v':1,'target':{'id':'private','ids':{'a/b':'s'}}}|target|must have either an id, or a shared one and named ids",
        "{'v':1,'target':{'id':'private\\n'}}|target.id|target id must not contain control characters, but has U+000A at index 7",
        "{'v':1,'target':{'id':7}}|target.id|must be a string, but is a number",
        "{'v':1,'target':{'id':'t','id':'t'}}|target.id|must not be given twice",
        "{'v':1,'target':{'v':1,'id':'t'}}|target.v|is not a known field",
        "{'v':1,'target':{'ids':{}}}|target.ids|must name at least one id",
        "{'v':1,'target':{'ids':{'trace':'private'}}}|target.ids.trace|must be named provider/id, such as portkey/trace, with a provider of ASCII letters, digits and . - _",
        "{'v':1,'target':{'ids':{'é/trace':'private'}}}|target.ids[\"\\u00e9/trace\"]|must be named provider/id, such as portkey/trace, with a provider of ASCII letters, digits and . - _",
        "{'v':1,'target':{'ids':{'a/':'private'}}}|target.ids.a/|name must not be blank",
        "{'v':1,'target':{'ids':{'a/b':' '}}}|target.ids.a/b|target id must not be blank",
        "{'v':1,'target':{'ids':{'a/b':'private','A/b':'private'}}}|target.ids.A/b|must not be given twice",
        "{'v':1,'target':{'id':'t'}}|feedback|a feedback must state something: a rating, comment, correction, issue or action",
        "{'v':1,'target':{'id':'t'},'comment':' '}|feedback|a feedback must state something: a rating, comment, correction, issue or action",
        "{'v':1,'rating':'up'}|rating|must be an object, but is a string",
        "{'v':1,'rating':{}}|rating.type|is missing",
        "{'v':1,'rating':{'type':'private'}}|rating.type|must be thumbs, score or label",
        "{'v':1,'rating':{'type':'thumbs'}}|rating.value|must be up or down",
        "{'v':1,'rating':{'type':'thumbs','value':'private'}}|rating.value|must be up or down",
        "{'v':1,'rating':{'type':'thumbs','value':true}}|rating.value|must be a string, but is a boolean",
        "{'v':1,'rating':{'type':'thumbs','value':'up','min':1}}|rating.min|is not a field of a rating of this type",
        "{'v':1,'rating':{'type':'score','value':4}}|rating.min|must be a number",
        "{'v':1,'rating':{'type':'score','value':'4','min':1,'max':5}}|rating.value|must be a number",
        "{'v':1,'rating':{'type':'score','value':9,'min':1,'max':5}}|rating.value|must be from 1.0 to 5.0, but is 9.0",
        "{'v':1,'rating':{'type':'score','value':9,'min':5,'max':5}}|rating.min|must be below max, but they are 5.0 and 5.0",
        "{'v':1,'rating':{'type':'score','value':1e999,'min':1,'max':5}}|rating.value|must be a number that a double can represent",
        "{'v':1,'rating':{'type':'label','name':''}}|rating.name|label must not be blank",
        "{'v':1,'rating':{'type':'label'}}|rating.name|is missing",
        "{'v':1,'rating':{'type':'label','name':'private','name':'private'}}|rating.name|must not be given twice",
        "{'v':1,'comment':['private']}|comment|must be a string, but is an array",
        "{'v':1,'comment':'private\\ud83d'}|comment|must be well-formed text, but has an unpaired surrogate (was an emoji cut in two?)",
        "{'v':1,'comment':'private','comment':'private'}|comment|must not be given twice",
        "{'v':1,'issues':'private'}|issues|must be an array, but is a string",
        "{'v':1,'issues':['private','']}|issues[1]|issue must not be blank",
        "{'v':1,'actions':[null]}|actions[0]|must be a string, but is null",
        "{'v':1,'weight':2}|weight|must be from 0 to 1, but is 2.0",
        "{'v':1,'weight':'private'}|weight|must be a number, but is a string",
        "{'v':1,'author':'private\\u0000'}|author|must not contain control characters, but has U+0000 at index 7",
        "{'v':1,'occurredAt':1}|occurredAt|must be a string, but is a number",
        "{'v':1,'occurredAt':'private'}|occurredAt|must be a time by RFC 3339, such as 2026-11-22T10:15:30.123Z",
        "{'v':1,'occurredAt':'2026-02-30T10:15:30Z'}|occurredAt|must be a time by RFC 3339, such as 2026-11-22T10:15:30.123Z",
        "{'v':1,'occurredAt':'2026-11-22T10:15Z'}|occurredAt|must be a time by RFC 3339, such as 2026-11-22T10:15:30.123Z",
        "{'v':1,'occurredAt':'0000-11-22T10:15:30Z'}|occurredAt|must be in the years 1 to 9999, but is 0000-11-22T10:15:30Z",
        "{'v':1,'metadata':[]}|metadata|must be an object, but is an array",
        "{'v':1,'metadata':{'':1}}|metadata[\"\"]|metadata key must not be blank",
        "{'v':1,'metadata':{'a':1,'a':1}}|metadata.a|must not be given twice",
        "{'v':1,'metadata':{'a':{'b':1,'b':1}}}|metadata.a.b|must not be given twice",
        "{'v':1,'metadata':{'a':[1,2,3,'private\\udc4d']}}|metadata.a[3]|must be well-formed text, but has an unpaired surrogate (was an emoji cut in two?)",
        "{'v':1,'metadata':{'a':[0,1e1000000000]}}|metadata.a[1]|must be a number of at most 1,000 characters, with an exponent of at most 10,000",
        "{'v':1,'metadata':{'a':1e-99999999999}}|metadata.a|must be a number of at most 1,000 characters, with an exponent of at most 10,000",
        "{'v':1,'field':'private'}|field|is not a known field",
        "{'v':1,'\\n\\u202eprivate':'private'}|[\"\\u000a\\u202eprivate\"]|is not a known field",
      })
  void whatIsRefusedIsNamedByItsPath(String json, String path, String rule) {
    isRefused(json.replace('\'', '"'), path, rule);
  }

  private static void isRefused(String json, String path, String rule) {
    InvalidFeedbackException refusal =
        catchThrowableOfType(InvalidFeedbackException.class, () -> STRICT.feedback(json));
    assertThat(refusal).hasMessage(path + ": " + rule).hasNoCause();
    assertThat(refusal.field()).isEqualTo(path);
  }

  /** The column depends on the version of Jackson. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "private|feedback",
        "{'v':1,'comment':'private|comment",
        "{'v':1,'comment':private|comment",
        "{'v':1,'comment':'private','weight':01}|weight",
        "{'v':1,'metadata':{'a':NaN}}|metadata.a",
        "{'v':1,'metadata':{'a':[0,private|metadata.a[1]",
        "{'v':1,'target':{'id':'t'},'comment':'private'} private|feedback",
      })
  void whatIsNotJsonIsRefusedWhereItStopsBeingThat(String json, String path) {
    InvalidFeedbackException refusal =
        catchThrowableOfType(
            InvalidFeedbackException.class, () -> STRICT.feedback(json.replace('\'', '"')));
    assertThat(refusal)
        .hasMessageMatching("\\Q" + path + "\\E: is not valid JSON at line 1, column [0-9]+")
        .hasNoCause();
    assertThat(refusal.field()).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ud83d", "\ud83d"})
  void aNameMustBeWellFormed(String name) {
    InvalidFeedbackException refusal =
        catchThrowableOfType(
            InvalidFeedbackException.class,
            () -> STRICT.feedback("{\"v\":1,\"metadata\":{\"" + name + "\":1}}"));
    assertThat(refusal.getMessage()).startsWith(refusal.field()).matches("[ -~]+");
  }

  @Test
  void whatIsNullIsRefused() {
    isRefused(BadInput.absent(), "feedback", "must not be null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'v':1,'id':''}|id|target id must not be blank",
        "{'v':1}|target|must have an id, a shared one or ids",
        "{'id':'t'}|v|is missing; this is version 1",
      },
      quoteCharacter = '`')
  void aTargetIsRefusedByItsPath(String json, String path, String rule) {
    InvalidFeedbackException refusal =
        catchThrowableOfType(
            InvalidFeedbackException.class, () -> STRICT.target(json.replace('\'', '"')));
    assertThat(refusal).hasMessage(path + ": " + rule);
    assertThat(refusal.field()).isEqualTo(path);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'v':1,'provider':'toy'}|target|is missing",
        "{'v':1,'target':'t'}|provider|is missing",
        "{'v':1,'provider':'private 1','target':'t'}|provider|must be 1 to 1,000 ASCII letters, digits and . - _",
        "{'v':1,'provider':'toy','target':''}|target|must not be blank",
        "{'v':1,'losses':[{'part':'THUMBS'}]}|losses[0].kind|is missing",
        "{'v':1,'losses':[{'part':'private'}]}|losses[0].part|must be one of [THUMBS, SCORE, LABEL, COMMENT, CORRECTION, ISSUE, ACTION, WEIGHT, AUTHOR, OCCURRED_AT, METADATA]",
        "{'v':1,'state':{'a':[1]}}|state.a[0]|must be a string, but is a number",
        "{'v':1,'attempts':1.5}|attempts|must be an integer of 32 bits",
        "{'v':1,'attempts':3000000000}|attempts|must be an integer of 32 bits",
        "{'v':1,'elapsedSeconds':1e19}|elapsedSeconds|must be a number of seconds",
        "{'v':1,'elapsedSeconds':9223372036854775808}|elapsedSeconds|must be a number of seconds",
        "{'v':1,'elapsedSeconds':-9223372036854775808.1}|elapsedSeconds|must be a number of seconds",
      },
      quoteCharacter = '`')
  void aReceiptIsRefusedByItsPath(String json, String path, String rule) {
    InvalidFeedbackException refusal =
        catchThrowableOfType(
            InvalidFeedbackException.class, () -> STRICT.receipt(json.replace('\'', '"')));
    assertThat(refusal).hasMessage(path + ": " + rule);
    assertThat(refusal.field()).isEqualTo(path);
  }

  @Test
  void aLenientOneIgnoresUnknownFieldsAndNothingElse() {
    String json =
        "{\"v\":1,\"new\":{\"a\":[[{}],1]},\"target\":{\"id\":\"t\",\"new\":1},\"old\":[],"
            + "\"rating\":{\"type\":\"thumbs\",\"value\":\"up\",\"new\":null}}";

    assertThat(LENIENT.feedback(json)).isEqualTo(Feedback.on("t").thumbsUp().build());
    for (String broken :
        List.of(
            json.replace("\"v\":1", "\"v\":2"),
            json.replace("up", "on"),
            json.replace("\"old\"", "\"new\""),
            json + "{}")) {
      assertThat(
              catchThrowableOfType(InvalidFeedbackException.class, () -> LENIENT.feedback(broken)))
          .isNotNull();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'thumbs','value':'up'}|name, min, max",
        "{'type':'label','name':'up'}|value, min, max",
        "{'type':'score','value':4,'min':1,'max':5}|name",
      })
  void aLenientOneIgnoresWhatOnlyAnotherRatingHasWhateverItsType(String rating, String others) {
    String start = "{\"v\":1,\"target\":{\"id\":\"t\"},\"rating\":" + rating.replace('\'', '"');
    Feedback feedback = STRICT.feedback(start + "}");
    for (String other : others.split(", ", -1)) {
      for (String value : List.of("null", "true", "7", "1e99999", "\"\"", "[{}]", "{\"a\":[1]}")) {
        String field = "\"" + other + "\":" + value;
        for (String json :
            List.of(
                start.replace("{\"type", "{" + field + ",\"type"),
                start.replaceFirst("}$", "," + field + "}"))) {
          assertThat(LENIENT.feedback(json + "}")).isEqualTo(feedback);
          assertThat(
                  catchThrowableOfType(
                      InvalidFeedbackException.class, () -> STRICT.feedback(json + "}")))
              .hasMessageStartingWith("rating." + other + ": ");
        }
      }
    }
  }

  @Test
  void aLenientOneRefusesAsEverWhatItsRatingHas() {
    String start = "{\"v\":1,\"target\":{\"id\":\"t\"},\"rating\":{\"min\":[1],\"type\":";

    assertThat(
            catchThrowableOfType(
                InvalidFeedbackException.class,
                () -> LENIENT.feedback(start + "\"score\",\"value\":4,\"max\":5}}")))
        .hasMessage("rating.min: must be a number, but is an array");
    assertThat(
            catchThrowableOfType(
                InvalidFeedbackException.class,
                () -> LENIENT.feedback(start + "\"label\",\"name\":\" \"}}")))
        .hasMessage("rating.name: label must not be blank");
  }

  @Test
  void aDocumentHasALimit() {
    Feedback feedback = Feedback.on("t").comment("c".repeat(1_000_000)).build();
    FeedbackJson wide = STRICT.maxCharacters(1_100_000);
    String json = wide.write(feedback);

    isRefused(
        json, "feedback", "must have at most 1,000,000 characters as JSON, but has 1,000,040");
    assertThat(catchThrowableOfType(InvalidFeedbackException.class, () -> STRICT.write(feedback)))
        .hasMessage("feedback: must have at most 1,000,000 characters as JSON, but has 1,000,040");
    assertThat(wide.feedback(json)).isEqualTo(feedback);
  }

  @Test
  void nestingHasALimitInMetadataAndInWhatIsIgnored() {
    String deep = "[".repeat(64) + "]".repeat(64);
    String start = "{\"v\":1,\"target\":{\"id\":\"t\"},\"comment\":\"c\",\"metadata\":{\"a\":";

    Feedback feedback = STRICT.feedback(start + deep + "}}");
    assertThat(STRICT.feedback(STRICT.write(feedback))).isEqualTo(feedback);

    for (int depth : new int[] {65, 400_000}) {
      String deeper = start + "[".repeat(depth) + "]".repeat(depth) + "}}";
      isRefused(deeper, "metadata.a" + "[0]".repeat(64), "must not be nested more than 64 deep");
      InvalidFeedbackException refusal =
          catchThrowableOfType(
              InvalidFeedbackException.class,
              () -> LENIENT.feedback(deeper.replace("\"metadata\":{\"a\":", "\"a\":{\"b\":")));
      assertThat(refusal).hasMessage("a: must not be nested more than 64 deep");
    }
    isRefused("{\"a\":".repeat(190_000), "a", "is not a known field");
    isRefused("[".repeat(1_000_000), "feedback", "must be an object, but is an array");
  }

  @Test
  void aNumberOfAMillionDigitsIsRefusedAtItsPath() {
    for (String digits : List.of("7".repeat(999_900), "0." + "7".repeat(999_900))) {
      for (String place : List.of("metadata.a", "weight", "v")) {
        String json =
            place.equals("metadata.a")
                ? "{\"v\":1,\"metadata\":{\"a\":" + digits + "}}"
                : "{\"" + place + "\":" + digits + "}";

        InvalidFeedbackException refusal =
            catchThrowableOfType(InvalidFeedbackException.class, () -> STRICT.feedback(json));
        assertThat(refusal.field()).isEqualTo(place);
        assertThat(refusal.getMessage()).hasSizeLessThan(200);
      }
    }
  }

  @Test
  void aNameHasALimit() {
    String json = "{\"v\":1,\"metadata\":{\"" + "a".repeat(10_001) + "\":1}}";

    isRefused(json, "metadata", "must have names of at most 10,000 characters");
  }

  @Test
  void valuesHaveALimit() {
    String json = "{\"v\":1,\"metadata\":{\"a\":[" + "1,".repeat(100_000) + "1]}}";

    isRefused(json, "metadata.a[99999]", "must hold at most 100,000 values");
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void namedIdsHaveALimitBeforeATargetIsBuiltOfThem() {
    Target target = Target.shared("s");
    StringBuilder ids = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      target = target.and(TargetKey.of("a", colliding(i)), "b");
      ids.append(i == 0 ? "" : ",").append("\"a/").append(colliding(i)).append("\":\"b\"");
    }
    String start = "{\"v\":1,\"target\":{\"shared\":\"s\",\"ids\":{";
    String end = "}},\"comment\":\"c\"}";
    assertThat(STRICT.feedback(start + ids + end))
        .isEqualTo(Feedback.on(target).comment("c").build());

    isRefused(start + ids + ",\"c/d\":\"e\"" + end, "target.ids", "must name at most 100 ids");
    for (int i = 100; i < 20_000; i++) { // comparing each with each would take hours
      ids.append(",\"a/").append(colliding(i)).append("\":\"b\"");
    }
    isRefused(start + ids + end, "target.ids", "must name at most 100 ids");
  }

  /** A text of its own for each number, all with the same hash code. */
  private static String colliding(int number) {
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < 15; bit++) {
      text.append(((number >> bit) & 1) == 0 ? "Aa" : "BB");
    }
    return text.toString();
  }

  @Test
  void whatCouldNotBeReadIsNotWritten() {
    for (Object value :
        List.<Object>of(
            BigInteger.TEN.pow(1_000),
            BigInteger.TWO.pow(1_000_000),
            new BigDecimal("1e10001"),
            new BigDecimal("1e-1000000000"),
            Map.of("a".repeat(10_001), 1))) {
      Feedback feedback = Feedback.on("t").thumbsUp().metadata("a", value).build();

      InvalidFeedbackException refusal =
          catchThrowableOfType(InvalidFeedbackException.class, () -> STRICT.write(feedback));
      assertThat(refusal.field()).isEqualTo("metadata");
      assertThat(refusal).hasMessageMatching("metadata: n(umbers|ames) must have at most .*");
    }
    Feedback longest =
        Feedback.on("t")
            .thumbsUp()
            .metadata("a".repeat(10_000), BigInteger.TEN.pow(999))
            .metadata("b", new BigDecimal("1e10000"))
            .metadata("c", Collections.nCopies(99_999, 0))
            .build();
    assertThat(STRICT.feedback(STRICT.write(longest))).isEqualTo(longest);
  }

  @Test
  void aStateThatCouldNotBeReadIsNotWritten() {
    Receipt longest =
        Receipt.builder("toy", "t").state(Map.of("k".repeat(10_000), List.of("v"))).build();
    Receipt longer =
        Receipt.builder("toy", "t").state(Map.of("k".repeat(10_001), List.of("v"))).build();

    assertThat(STRICT.receipt(STRICT.write(longest))).isEqualTo(longest);
    InvalidFeedbackException refusal =
        catchThrowableOfType(InvalidFeedbackException.class, () -> STRICT.write(longer));
    assertThat(refusal).hasMessage("state: names must have at most 10,000 characters to be JSON");
    assertThat(refusal.field()).isEqualTo("state");
  }

  @Test
  void everyTimeThatItTookComesBack() {
    for (Duration elapsed :
        List.of(
            Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
            Duration.ofSeconds(Long.MAX_VALUE),
            Duration.ofSeconds(Long.MIN_VALUE),
            Duration.ofSeconds(Long.MIN_VALUE, 1))) {
      Receipt receipt = Receipt.builder("toy", "t").elapsed(elapsed).build();

      assertThat(STRICT.receipt(STRICT.write(receipt)).elapsed()).isEqualTo(elapsed);
    }
  }

  @Test
  void aLimitMustBePositive() {
    assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> STRICT.maxCharacters(0)))
        .hasMessage("maxCharacters must be positive, but is 0");
  }
}
