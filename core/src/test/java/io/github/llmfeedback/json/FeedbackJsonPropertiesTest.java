package io.github.llmfeedback.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.contract.Feedbacks;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** The JSON form of any feedback, and any text that is read as one. */
class FeedbackJsonPropertiesTest {
  private static final FeedbackJson STRICT = FeedbackJson.strict();

  @Property(edgeCases = EdgeCasesMode.NONE)
  void anyFeedbackComesBackEqualButForTheTypesOfNumbersInItsMetadata(
      @ForAll("feedbacks") Feedback feedback) {
    Feedback read = STRICT.feedback(STRICT.write(feedback));

    assertThat(read.without(Set.of(Part.METADATA)))
        .isEqualTo(feedback.without(Set.of(Part.METADATA)));
    assertThat(exact(read.metadata())).isEqualTo(exact(feedback.metadata()));
    assertThat(new ArrayList<>(read.metadata().keySet()))
        .isEqualTo(new ArrayList<>(feedback.metadata().keySet()));
  }

  /** Once read, nothing changes any more: equal in every type. */
  @Property(edgeCases = EdgeCasesMode.NONE)
  void whatWasReadComesBackEqual(@ForAll("feedbacks") Feedback feedback) {
    Feedback read = STRICT.feedback(STRICT.write(feedback));

    assertThat(STRICT.feedback(STRICT.write(read))).isEqualTo(read);
    assertThat(FeedbackJson.lenient().feedback(STRICT.write(read))).isEqualTo(read);
  }

  /** The same, with each number as its decimal value. */
  private static @Nullable Object exact(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<Object, @Nullable Object> exact = new LinkedHashMap<>();
      map.forEach((key, inner) -> exact.put(key, exact(inner)));
      return exact;
    } else if (value instanceof List<?> list) {
      List<@Nullable Object> exact = new ArrayList<>();
      list.forEach(inner -> exact.add(exact(inner)));
      return exact;
    }
    return value instanceof Number ? new BigDecimal(value.toString()).stripTrailingZeros() : value;
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void anyTextIsRefusedByAPathOrReadAsAFeedback(@ForAll("texts") String text) {
    for (FeedbackJson json : List.of(STRICT, FeedbackJson.lenient())) {
      try {
        Feedback read = json.feedback(text);
        assertThat(STRICT.feedback(STRICT.write(read))).isEqualTo(read);
      } catch (InvalidFeedbackException refusal) {
        assertThat(refusal).hasMessageStartingWith(refusal.field() + ": ").hasNoCause();
        assertThat(refusal.getMessage()).matches("[ -~…]{1,700}");
      }
    }
  }

  @Provide
  Arbitrary<Feedback> feedbacks() {
    TargetKey trace = TargetKey.of("portkey", "trace");
    TargetKey odd = TargetKey.of("a.b", "größer/👍 \"x\"");
    Arbitrary<Feedback> bare = Feedbacks.on(Feedbacks.ids());
    return Combinators.combine(bare, Arbitraries.integers().between(0, 4))
        .as(
            (feedback, kind) -> {
              String id = feedback.target().bareId().orElseThrow();
              Target target =
                  switch (kind) {
                    case 0 -> feedback.target();
                    case 1 -> Target.shared(id);
                    case 2 -> Target.of(trace, id);
                    case 3 -> Target.of(odd, id).and(trace, id);
                    default -> Target.shared(id).and(odd, id);
                  };
              return feedback.newBuilder().target(target).build();
            });
  }

  /** Any text, and documents from which something was cut out, doubled or replaced. */
  @Provide
  Arbitrary<String> texts() {
    Arbitrary<Integer> places = Arbitraries.integers().between(0, 300);
    Arbitrary<String> changed =
        Combinators.combine(feedbacks(), places, places, Feedbacks.texts())
            .as((feedback, from, to, text) -> changed(STRICT.write(feedback), from, to, text));
    return Arbitraries.frequencyOf(Tuple.of(1, Feedbacks.texts()), Tuple.of(5, changed));
  }

  private static String changed(String json, int from, int to, String text) {
    String start = json.substring(0, Math.min(from, json.length()));
    String end = json.substring(Math.min(to, json.length()));
    return start + (text.length() > 20 ? "" : text) + end;
  }
}
