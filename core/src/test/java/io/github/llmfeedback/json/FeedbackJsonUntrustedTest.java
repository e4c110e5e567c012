package io.github.llmfeedback.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser posted. */
class FeedbackJsonUntrustedTest {
  private static final Target TARGET = Target.of("t");

  private static final String ALL =
      "{\"rating\":{\"type\":\"thumbs\",\"value\":\"up\"},\"comment\":\"Spot on\","
          + "\"correction\":\"Blue\",\"issues\":[\"too long\"],\"actions\":[\"copied\"]}";

  private static Feedback.Builder all() {
    return Feedback.on(TARGET)
        .thumbsUp()
        .comment("Spot on")
        .correction("Blue")
        .issue("too long")
        .action("copied");
  }

  @Test
  void statementsAreReadAndTheServerSetsTargetAndAuthor() {
    assertThat(FeedbackJson.untrusted(TARGET, "user-1").feedback(ALL))
        .isEqualTo(all().author("user-1").build());
    assertThat(FeedbackJson.untrusted(TARGET).feedback(ALL)).isEqualTo(all().build());
    assertThat(FeedbackJson.untrusted(TARGET, " ").feedback(ALL)).isEqualTo(all().build());
  }

  @Test
  void theVersionMayBeLeftOutAndMustBeRight() {
    assertThat(FeedbackJson.untrusted(TARGET).feedback(ALL.replaceFirst("\\{", "{\"v\":1,")))
        .isEqualTo(all().build());
    isRefused(
        ALL.replaceFirst("\\{", "{\"v\":2,"),
        "v",
        "only version 1 is known; was it written by a later version?");
  }

  @Test
  void whatAnEmptyFormSendsStatesNothing() {
    assertThat(
            FeedbackJson.untrusted(TARGET)
                .feedback("{\"rating\":null,\"comment\":\"\",\"issues\":[\"wrong\"]}"))
        .isEqualTo(Feedback.on(TARGET).issue("wrong").build());
    isRefused(
        "{\"comment\":\"\"}",
        "feedback",
        "a feedback must state something: a rating, comment, correction, issue or action");
  }

  @ParameterizedTest
  @ValueSource(strings = {"target", "weight", "author", "occurredAt", "metadata"})
  void whatTheServerDecidesIsRefusedByItsPath(String field) {
    for (String value : new String[] {"null", "1", "{\"id\":\"private\"}"}) {
      isRefused(
          "{\"comment\":\"private\",\"" + field + "\":" + value + "}",
          field,
          "must not be sent by a browser; the server sets it");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'coment':'private'}|coment|is not a known field; a browser sends rating, comment, correction, issues and actions",
        "{'rating':{'type':'thumbs','value':'up','weight':1}}|rating.weight|is not a known field",
        "{'rating':{'type':'score','value':9,'min':1,'max':5}}|rating.value|must be from 1.0 to 5.0, but is 9.0",
        "{'issues':['a','private\\u0007']}|issues[1]|issue must not contain control characters, but has U+0007 at index 7",
        "{'comment':'private','comment':'private'}|comment|must not be given twice",
        "{'comment':'private'}{}|feedback|must not be followed by anything",
      })
  void everythingElseIsRefusedAsElsewhere(String json, String path, String rule) {
    isRefused(json.replace('\'', '"'), path, rule);
  }

  @Test
  void theLimitIsTighterAndCanBeChanged() {
    String json = "{\"comment\":\"" + "c".repeat(65_600) + "\"}";

    isRefused(json, "feedback", "must have at most 65,536 characters as JSON, but has 65,614");
    assertThat(FeedbackJson.untrusted(TARGET).maxCharacters(70_000).feedback(json).comment())
        .hasValueSatisfying(comment -> assertThat(comment).hasSize(65_600));
  }

  @Test
  void anAuthorThatCannotBeOneIsRefusedBeforeAnythingIsRead() {
    assertThat(
            catchThrowableOfType(
                InvalidFeedbackException.class, () -> FeedbackJson.untrusted(TARGET, "a\nb")))
        .hasMessageStartingWith("author must not contain control characters");
  }

  private static void isRefused(String json, String path, String rule) {
    InvalidFeedbackException refusal =
        catchThrowableOfType(
            InvalidFeedbackException.class, () -> FeedbackJson.untrusted(TARGET).feedback(json));
    assertThat(refusal).hasMessage(path + ": " + rule).hasNoCause();
    assertThat(refusal.field()).isEqualTo(path);
  }
}
