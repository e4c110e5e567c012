package io.github.llmfeedback.contract;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * One value of a part that could not be in a request by chance.
 *
 * @param plant adds it to a feedback
 * @param marks what the request must then contain, literally
 */
record Sentinel(Consumer<Feedback.Builder> plant, List<String> marks) {

  /** Different values of {@code part}; a provider that keeps the part distinguishes all of them. */
  static List<Sentinel> of(Part part) {
    return switch (part) {
      case THUMBS -> List.of(unmarked(f -> f.thumbsUp()), unmarked(f -> f.thumbsDown()));
      // The ends and two between, so that a thumb sent as a score is detected.
      case SCORE ->
          DoubleStream.of(1, 2, 4, 5).mapToObj(stars -> unmarked(f -> f.stars(stars))).toList();
      case LABEL -> texts("label", (f, text) -> f.label(text));
      case COMMENT -> texts("comment", (f, text) -> f.comment(text));
      case CORRECTION -> texts("correction", (f, text) -> f.correction(text));
      case ISSUE -> texts("issue", (f, text) -> f.issue(text).issue("other-" + text));
      case ACTION -> texts("action", (f, text) -> f.action(text).action("other-" + text));
      case WEIGHT -> List.of(weight("0.3728"), weight("0.9137"));
      case AUTHOR -> texts("author", (f, text) -> f.author(text));
      case OCCURRED_AT -> List.of(at("2021-03-07T05:43:21"), at("2022-11-19T23:58:37"));
      case METADATA ->
          texts(
              "metadata",
              (f, text) -> f.metadata("outer-" + text, Map.of("inner", List.of(17, text))));
    };
  }

  /** The builder with this value added. */
  Feedback.Builder in(Feedback.Builder feedback) {
    plant.accept(feedback);
    return feedback;
  }

  private static List<Sentinel> texts(String part, Statement statement) {
    return Stream.of("wq7zk-" + part, "x4vjp-" + part)
        .map(text -> marked(text, feedback -> statement.state(feedback, text)))
        .toList();
  }

  private static Sentinel weight(String weight) {
    return marked(weight, feedback -> feedback.weight(Double.parseDouble(weight)));
  }

  private static Sentinel at(String second) {
    return marked(second, feedback -> feedback.occurredAt(Instant.parse(second + "Z")));
  }

  private static Sentinel marked(String mark, Consumer<Feedback.Builder> plant) {
    return new Sentinel(plant, List.of(mark));
  }

  private static Sentinel unmarked(Consumer<Feedback.Builder> plant) {
    return new Sentinel(plant, List.of());
  }

  private interface Statement {
    Feedback.Builder state(Feedback.Builder feedback, String text);
  }
}
