package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchIllegalArgumentException;
import static org.assertj.core.api.InstanceOfAssertFactories.list;
import static org.assertj.core.api.InstanceOfAssertFactories.map;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataTest {
  @SuppressWarnings("NullAway") // javac 17 does not tell it that a value may be null
  private static Map<String, @Nullable Object> kept(@Nullable Object value) {
    return Feedback.on("t").thumbsUp().metadata("key", value).build().metadata();
  }

  private static String refusal(Object value) {
    return String.valueOf(catchIllegalArgumentException(() -> kept(value)).getMessage());
  }

  private static Object nested(int depth) {
    Object value = "core";
    for (int i = 0; i < depth; i++) {
      value = i % 2 == 0 ? List.of(value) : Map.of("k", value);
    }
    return value;
  }

  static Stream<Object> json() {
    return Stream.of(
        "",
        "text\n\u0000 😀",
        true,
        1,
        2L,
        (short) 3,
        (byte) 4,
        0.1,
        0.1f,
        -0.0,
        new BigInteger("1" + "0".repeat(40)),
        new BigDecimal("1E-400"),
        List.of(),
        Map.of(),
        Map.of("", List.of(Map.of("a", 1))));
  }

  static Stream<Arguments> foreign() {
    return Stream.<Object>of(
            Instant.EPOCH,
            UUID.randomUUID(),
            Thread.State.TIMED_WAITING,
            new int[] {1},
            new String[] {"sentinel"},
            'ß',
            Optional.of("sentinel"),
            new AtomicInteger(4711),
            URI.create("sentinel"),
            new Object())
        .map(value -> arguments(value));
  }

  @ParameterizedTest
  @MethodSource("json")
  void jsonIsKept(Object value) {
    assertThat(kept(value)).containsExactly(Map.entry("key", value));
    assertThat(kept(List.of(value))).containsExactly(Map.entry("key", List.of(value)));
  }

  @ParameterizedTest
  @MethodSource("foreign")
  void aForeignObjectIsRefusedByItsPathAndClassAndNotPrinted(Object value) {
    String what = " must be JSON, but is a " + value.getClass().getName() + " (convert it";
    assertThat(refusal(value)).startsWith("metadata.key" + what);
    assertThat(refusal(Map.of("a", List.of(0, Map.of("b", value)))))
        .startsWith("metadata.key.a[1].b" + what)
        .doesNotContain(value.toString());
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void aNumberThatJsonCannotWriteIsRefused(double number) {
    assertThat(refusal(number)).isEqualTo("metadata.key must be JSON, which has no " + number);
    assertThat(refusal(List.<Object>of(1, (float) number)))
        .isEqualTo("metadata.key[1] must be JSON, which has no " + number);
  }

  @Test
  void nullIsAValueWhereverItStands() {
    Map<String, @Nullable Object> holed = new LinkedHashMap<>();
    holed.put("a", null);
    holed.put("b", Arrays.asList("x", null));
    Feedback feedback = Feedback.on("t").thumbsUp().metadata("key", null).metadata(holed).build();

    assertThat(feedback.parts()).contains(Part.METADATA);
    assertThat(feedback.metadata()).hasToString("{key=null, a=null, b=[x, null]}");
    assertThat(feedback.newBuilder().build()).isEqualTo(feedback).hasSameHashCodeAs(feedback);
    assertThat(feedback.newBuilder().metadata("a", 1).build()).isNotEqualTo(feedback);
    assertThat(kept(holed)).isEqualTo(Map.of("key", holed)).isUnmodifiable();
    assertThat(kept(holed)).hasSameHashCodeAs(Map.of("key", holed));
  }

  @Test
  void keysThatAreNoTextAreRefused() {
    assertThat(refusal(Map.of("a", Map.of(1, "x"))))
        .startsWith(
            "metadata.key.a must be JSON, whose keys are text, but has a java.lang.Integer");
    assertThat(refusal(Collections.singletonMap(BadInput.<String>absent(), "x")))
        .startsWith("metadata.key must be JSON, whose keys are text, but has null");
  }

  @Test
  @SuppressWarnings("unchecked") // as an application without generics would
  void outermostKeysThatAreNoTextAreRefused() {
    Map<String, Object> numbered = (Map<String, Object>) (Map<?, ?>) Map.of(1, "x");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Feedback.on("t").metadata(numbered))
        .withMessageStartingWith(
            "metadata must be JSON, whose keys are text, but has a java.lang.Integer");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Feedback.on("t").metadata(Collections.singletonMap(BadInput.<String>absent(), "x")))
        .withMessageStartingWith("metadata must be JSON, whose keys are text, but has null");
  }

  @Test
  void anUnpairedSurrogateIsRefusedInValuesAndKeys() {
    assertThat(BadInput.UNPAIRED)
        .allSatisfy(
            text -> {
              assertThat(refusal(List.of(text)))
                  .startsWith("metadata.key[0] must be well-formed text");
              assertThat(refusal(Map.of(text, 1)))
                  .startsWith("a key of metadata.key must be well-formed text");
            });
  }

  @Test
  void aValueThatContainsItselfIsRefused() {
    List<Object> list = new ArrayList<>();
    list.add(0);
    list.add(list);
    assertThat(refusal(list)).isEqualTo("metadata.key[1] must be JSON, but contains itself");

    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a", List.of(map));
    assertThat(refusal(map)).isEqualTo("metadata.key.a[0] must be JSON, but contains itself");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Feedback.on("t").metadata(map))
        .withMessageContaining("contains itself");
  }

  @Test
  void theSameValueInTwoPlacesIsNoCycle() {
    List<String> shared = List.of("x");
    assertThat(kept(List.of(shared, shared, Map.of("a", shared)))).hasSize(1);
  }

  @Test
  void nestingIsBounded() {
    assertThat(kept(nested(64))).isEqualTo(Map.of("key", nested(64)));
    assertThat(refusal(nested(65))).endsWith("is nested more than 64 deep");
    assertThat(refusal(nested(1_000))).endsWith("is nested more than 64 deep");
  }

  @Test
  @Timeout(20)
  void aFewListsThatUnfoldIntoVeryManyValuesAreRefused() {
    Object value = "x";
    for (int i = 0; i < 60; i++) {
      value = List.of(value, value);
    }
    assertThat(refusal(value)).isEqualTo("metadata.key holds more than 100000 values");
    assertThat(kept(Collections.nCopies(99_999, "x"))).hasSize(1);
    assertThat(refusal(Collections.nCopies(100_000, "x"))).contains("more than 100000 values");
  }

  /** The path of each of these values has 60 million characters, 6 million millions together. */
  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aPathIsOnlyBuiltForAValueThatIsRefused() {
    String name = "n".repeat(1_000_000);
    Object value = Collections.nCopies(90_000, 0);
    for (int i = 0; i < 60; i++) {
      value = Map.of(name, value);
    }

    assertThat(kept(value).equals(Map.of("key", value))).isTrue();
  }

  @Test
  void whatTheCallerChangesLaterDoesNotChangeTheFeedback() {
    List<Object> list = new ArrayList<>(List.of("inner"));
    Map<String, Object> inner = new LinkedHashMap<>(Map.of("list", list));
    Map<String, Object> outer = new LinkedHashMap<>(Map.of("inner", inner));
    Feedback.Builder builder = Feedback.on("t").thumbsUp().metadata(outer);
    Feedback feedback = builder.build();

    list.add("later");
    inner.put("later", 1);
    outer.clear();

    Map<String, Object> expected = Map.of("inner", Map.of("list", List.of("inner")));
    assertThat(feedback.metadata()).isEqualTo(expected);
    assertThat(builder.build().metadata()).isEqualTo(expected);
  }

  @Test
  void itIsUnmodifiableAllTheWayDown() {
    Map<String, Object> value = new LinkedHashMap<>(Map.of("list", new ArrayList<>(List.of(1))));
    assertThat(kept(value)).isUnmodifiable();
    assertThat(kept(value).get("key"))
        .asInstanceOf(map(String.class, Object.class))
        .isUnmodifiable()
        .extractingByKey("list", list(Object.class))
        .isUnmodifiable();
  }

  @Test
  void orderIsKept() {
    Map<String, Object> facts = new LinkedHashMap<>();
    IntStream.range(0, 100).forEach(i -> facts.put("k" + i * 37 % 100, i));
    Map<String, Object> kept = Feedback.on("t").thumbsUp().metadata(facts).build().metadata();
    assertThat(kept.keySet()).containsExactlyElementsOf(facts.keySet());
    assertThat(kept(facts)).hasToString(Map.of("key", facts).toString());
    assertThat(kept(new LinkedHashSet<>(List.of("z", "a", "m"))))
        .containsExactly(Map.entry("key", List.of("z", "a", "m")));
  }

  @Test
  void aLaterValueReplacesAnEarlierOneOfTheSameKey() {
    assertThat(
            Feedback.on("t")
                .thumbsUp()
                .metadata(Map.of("a", 1))
                .metadata("b", 2)
                .metadata("a", 3)
                .build()
                .metadata())
        .containsExactly(Map.entry("a", 3), Map.entry("b", 2));
  }

  @Test
  void ofFactsOfWhichOneIsRefusedNoneIsTaken() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("a", 2);
    facts.put("b", new Object());
    Feedback.Builder feedback = Feedback.on("t").thumbsUp().metadata("a", 1);
    assertThat(catchIllegalArgumentException(() -> feedback.metadata(facts)))
        .hasMessageContaining("metadata.b");
    assertThat(feedback.build().metadata()).containsExactly(Map.entry("a", 1));
  }

  @Test
  void noFactsAreNoPart() {
    assertThat(Feedback.on("t").thumbsUp().metadata(Map.of()).build().parts())
        .containsExactly(Part.THUMBS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Feedback.on("t").metadata(BadInput.<Map<String, ?>>absent()))
        .withMessage("metadata must not be null");
  }
}
