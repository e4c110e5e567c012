package io.github.llmfeedback.contract;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** Arbitrary feedbacks, and values that a feedback refuses. */
public final class Feedbacks {
  private static final Arbitrary<String> WORDS =
      Arbitraries.of("Spot on", "good", "x", "1", "true", "null", " ");
  private static final Arbitrary<String> SIGNS =
      Arbitraries.of(
          "\r\n", "\n", "\t", "\0", "\u001b", "\u0085", "\u00a0", "\u2028", "\ufeff", "\ufffd");
  private static final Arbitrary<String> MARKS =
      Arbitraries.of("\"", "\\", "\\u0000", "{}", "]", "</p>", "X-Evil: 1", "%0d%0a", "..", "/");
  private static final Arbitrary<String> SCRIPTS =
      Arbitraries.of("größer", "👍🏽", "👩‍👩‍👧", "e\u0301", "نص", "中文", "\uffff");
  private static final Arbitrary<String> HALF_EMOJIS = Arbitraries.of("\ud83d", "\udc4d");

  private Feedbacks() {}

  /** Texts of any characters, some with half a surrogate pair, some of 10,000 characters. */
  public static Arbitrary<String> texts() {
    Arbitrary<String> any = Arbitraries.integers().between(0, 0x10ffff).map(Character::toString);
    Arbitrary<String> pieces =
        Arbitraries.frequencyOf(
            Tuple.of(40, WORDS),
            Tuple.of(15, SIGNS),
            Tuple.of(15, MARKS),
            Tuple.of(15, SCRIPTS),
            Tuple.of(15, any),
            Tuple.of(1, HALF_EMOJIS));
    return Arbitraries.frequencyOf(
        Tuple.of(30, pieces.list().ofMinSize(1).ofMaxSize(6).map(all -> String.join("", all))),
        Tuple.of(1, pieces.map(piece -> piece.repeat(10_000 / piece.length()))));
  }

  /** Ids that look like paths, queries and escapes, and any text. */
  public static Arbitrary<String> ids() {
    String odd =
        "../../x .. . a/b?c#d %2e%2e %2F a;b=c a\\b % %zz + é 👍 a&b [a] {a} ' ~ @ : // a,b ? #";
    return Arbitraries.oneOf(
        Arbitraries.of(odd.split(" ", -1)),
        Arbitraries.of("a b", " a", "a ", "a\u00a0b", "a".repeat(1_000), "a".repeat(1_001)),
        uuids(),
        texts());
  }

  /** UUIDs of version 4, in either case; all different, because Helicone spaces calls on one. */
  public static Arbitrary<String> uuids() {
    return Arbitraries.longs()
        .withDistribution(RandomDistribution.uniform())
        .withoutEdgeCases()
        .map(bits -> new UUID((bits & ~0xf000L) | 0x4000L, (bits >>> 2) | Long.MIN_VALUE))
        .flatMap(id -> Arbitraries.of(id.toString(), id.toString().toUpperCase(Locale.ROOT)));
  }

  /** Feedbacks on such ids with any parts that can be stated. */
  public static Arbitrary<Feedback> on(Arbitrary<String> ids) {
    return Combinators.combine(ids, parts().list().ofMinSize(1).ofMaxSize(7))
        .as(Feedbacks::build)
        .filter(Optional::isPresent)
        .map(Optional::orElseThrow);
  }

  /** Adds parts; one that is invalid is refused with one of the documented exceptions. */
  private static Optional<Feedback> build(String id, List<Consumer<Feedback.Builder>> parts) {
    try {
      Feedback.Builder feedback = Feedback.on(id);
      for (Consumer<Feedback.Builder> part : parts) {
        try {
          part.accept(feedback);
        } catch (InvalidFeedbackException unstatable) {
          // the rest of the feedback can still be stated
        }
      }
      return Optional.of(feedback.build());
    } catch (InvalidFeedbackException unbuildable) {
      return Optional.empty();
    }
  }

  private static Arbitrary<Consumer<Feedback.Builder>> parts() {
    Arbitrary<Consumer<Feedback.Builder>> words =
        Combinators.combine(Arbitraries.integers().between(0, 5), texts())
            .as((part, text) -> feedback -> state(feedback, part, text));
    Arbitrary<Consumer<Feedback.Builder>> metadata =
        Combinators.combine(keys(), values(2)).as((key, value) -> f -> f.metadata(key, value));
    return Arbitraries.frequencyOf(
        Tuple.of(3, ratings()),
        Tuple.of(6, words),
        Tuple.of(1, numbers().map(weight -> feedback -> feedback.weight(weight))),
        Tuple.of(1, instants().map(time -> feedback -> feedback.occurredAt(time))),
        Tuple.of(3, metadata));
  }

  private static void state(Feedback.Builder feedback, int part, String text) {
    switch (part) {
      case 0 -> feedback.comment(text);
      case 1 -> feedback.correction(text);
      case 2 -> feedback.issue(text);
      case 3 -> feedback.action(text);
      case 4 -> feedback.author(text);
      default -> feedback.label(text);
    }
  }

  private static Arbitrary<Consumer<Feedback.Builder>> ratings() {
    Arbitrary<Consumer<Feedback.Builder>> stars =
        Arbitraries.integers().between(0, 6).map(count -> feedback -> feedback.stars(count));
    Arbitrary<Consumer<Feedback.Builder>> scores =
        numbers().array(double[].class).ofSize(3).map(scale -> f -> score(f, scale));
    return Arbitraries.oneOf(
        Arbitraries.of(feedback -> feedback.thumbsUp(), feedback -> feedback.thumbsDown()),
        stars,
        scores);
  }

  private static void score(Feedback.Builder feedback, double[] scale) {
    double[] sorted = DoubleStream.of(scale).sorted().toArray();
    feedback.score(sorted[1], sorted[0], sorted[2]);
  }

  /** Scores, including invalid ones and the extremes of a double. */
  public static Arbitrary<Double> numbers() {
    return Arbitraries.oneOf(
        Arbitraries.of(0.0, -0.0, 0.1, 1 / 3.0, 0.5, 1.0, -1.0, 5.0, -10.0, 10.0, 3e9, 1e17, -1e-7),
        Arbitraries.of(Double.MIN_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE, 1e300, Double.NaN),
        Arbitraries.integers().between(-20, 20).map(Integer::doubleValue),
        Arbitraries.doubles());
  }

  /** Times, including those that RFC 3339 cannot represent. */
  public static Arbitrary<Instant> instants() {
    return Arbitraries.oneOf(
        Arbitraries.of(Instant.EPOCH, Instant.MIN, Instant.MAX),
        Arbitraries.of("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z")
            .map(Instant::parse),
        Combinators.combine(
                Arbitraries.longs().between(-62_135_596_800L, 253_402_300_799L),
                Arbitraries.of(0, 1, 1_000, 120_000_000, 999_999_999))
            .as(Instant::ofEpochSecond));
  }

  private static Arbitrary<String> keys() {
    return Arbitraries.oneOf(
        Arbitraries.of("text", "_user", "value", "rating", ".", "a b"), texts());
  }

  /** JSON values, including null, with at most this nesting depth. */
  private static Arbitrary<Object> values(int depth) {
    Arbitrary<Object> flat =
        Arbitraries.<Object>oneOf(
                texts().map(text -> text),
                numbers().map(number -> number),
                Arbitraries.<Object>of(
                    true, false, (byte) 7, (short) -7, 7L, Long.MIN_VALUE, 0.1f, 1e30f),
                Arbitraries.<Object>of(
                    BigInteger.TWO.pow(200), new BigDecimal("1E+300"), new BigDecimal("1.0")))
            .injectNull(0.1);
    if (depth == 0) {
      return flat;
    }
    Arbitrary<Object> inner = values(depth - 1);
    return Arbitraries.frequencyOf(
        Tuple.of(6, flat),
        Tuple.of(2, inner.list().ofMaxSize(3).map(list -> list)),
        Tuple.of(2, Arbitraries.maps(keys(), inner).ofMaxSize(3).map(map -> map)),
        Tuple.of(1, Arbitraries.integers().between(50, 70).map(Feedbacks::nested)));
  }

  private static Object nested(int depth) {
    Object nested = List.of();
    for (int i = 0; i < depth; i++) {
      nested = List.of(nested);
    }
    return nested;
  }
}
