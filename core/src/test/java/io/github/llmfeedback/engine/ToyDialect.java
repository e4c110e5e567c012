package io.github.llmfeedback.engine;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.spi.Batching;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Scale;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.Verdict.Kind;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The dialect of a provider that exists only in tests. It creates with POST, updates with PUT and
 * retracts with DELETE on {@code things}; a wire object is the target as {@code id}, and each part
 * under its own name. A 422 may name bad objects in {@code {"objects": [3]}}; {@code {"everyone":
 * true}} refuses everybody.
 *
 * <p>A dialect that lies or breaks is this one with a method overridden.
 */
public class ToyDialect implements Dialect<Map<String, Object>> {
  /** The kind of id that the provider keeps feedback under. */
  public static final TargetKey THING =
      TargetKey.of("toy", "thing")
          .inResponseHeader("X-Thing-Id")
          .chosenInRequestHeader("X-Thing-Id");

  private final Shape shape;

  private record Shape(
      Capabilities keeps,
      Batching batching,
      boolean isRepeatable,
      boolean isPerWord,
      @Nullable Duration spacing) {}

  /** Keeps every part, takes ten feedbacks in a list, and gives each an id. */
  public ToyDialect() {
    this(Capabilities.of("toy").with(Support.NATIVE, Part.values()).with(Capabilities.Ids.ONE));
  }

  /** Keeps what {@code keeps} says, coarser where it says so; takes ten feedbacks in a list. */
  public ToyDialect(Capabilities keeps) {
    this(new Shape(keeps, Batching.lists(10, 100_000), false, false, null));
  }

  private ToyDialect(Shape shape) {
    this.shape = shape;
  }

  private static ToyDialect ofComments(Batching batching) {
    Capabilities comments = Capabilities.of("toy").with(Support.NATIVE, Part.COMMENT);
    return new ToyDialect(new Shape(comments, batching, false, false, null));
  }

  /** Keeps comments; one feedback, one request, which must not arrive twice. */
  public static ToyDialect plain() {
    return ofComments(Batching.none());
  }

  /** Keeps comments; one feedback, one request, which may arrive twice. */
  public static ToyDialect repeatableOnes() {
    return plain().repeatable();
  }

  /** Keeps comments, so many feedbacks in a list, which must not arrive twice. */
  public static ToyDialect lists(int most) {
    return lists(Batching.lists(most, 1 << 20));
  }

  /** Keeps comments, in lists of this kind, which must not arrive twice. */
  public static ToyDialect lists(Batching batching) {
    return ofComments(batching);
  }

  /** This one, but what it creates may arrive twice. */
  ToyDialect repeatable() {
    return new ToyDialect(
        new Shape(shape.keeps, shape.batching, true, shape.isPerWord, shape.spacing));
  }

  /** This one, but a comment becomes one wire object for each of its words. */
  ToyDialect perWord() {
    return new ToyDialect(
        new Shape(shape.keeps, shape.batching, shape.isRepeatable, true, shape.spacing));
  }

  /** This one, but feedback on one target goes so far apart. */
  ToyDialect apart(Duration apart) {
    return new ToyDialect(
        new Shape(shape.keeps, shape.batching, shape.isRepeatable, shape.isPerWord, apart));
  }

  boolean isRepeatable() {
    return shape.isRepeatable;
  }

  @Override
  public Capabilities capabilities() {
    return shape.keeps;
  }

  @Override
  public TargetKey targetKey() {
    return THING;
  }

  @Override
  public Batching batching() {
    return shape.batching;
  }

  @Override
  public List<Map<String, Object>> encode(Feedback feedback, String target, Losses losses) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", target);
    feedback.parts().forEach(part -> object.put(part.name(), value(feedback, part, losses)));
    return shape.isPerWord
        ? List.of(feedback.comment().orElseThrow().split(" ", -1)).stream()
            .map(word -> withComment(object, word))
            .toList()
        : List.of(object);
  }

  private static Map<String, Object> withComment(Map<String, Object> object, String comment) {
    Map<String, Object> changed = new LinkedHashMap<>(object);
    changed.put(Part.COMMENT.name(), comment);
    return changed;
  }

  private Object value(Feedback feedback, Part part, Losses losses) {
    // as it is in truth: what a subclass declares may be a lie
    boolean isCoarser = shape.keeps.support(part) == Support.APPROXIMATED;
    if (isCoarser && part != Part.SCORE) { // of a score, the scale notes it
      losses.approximated(part, "the toy coarsened it");
    }
    return switch (part) {
      case THUMBS, SCORE, LABEL ->
          feedback
              .rating()
              .orElseThrow()
              .<Object>fold(
                  Rating.Thumbs::name,
                  score ->
                      isCoarser
                          ? Scale.isGood(score, losses)
                          : List.of(score.value(), score.min(), score.max()),
                  Rating.Label::name);
      case COMMENT -> feedback.comment().orElseThrow();
      case CORRECTION -> feedback.correction().orElseThrow();
      case ISSUE -> feedback.issues();
      case ACTION -> feedback.actions();
      case WEIGHT -> feedback.weight().orElseThrow();
      case AUTHOR -> feedback.author().orElseThrow();
      case OCCURRED_AT -> feedback.occurredAt().orElseThrow();
      case METADATA -> feedback.metadata();
    };
  }

  /** One wire object goes bare, several in a list. */
  @Override
  public WireRequest request(List<List<Map<String, Object>>> feedbacks) {
    List<Map<String, Object>> objects = feedbacks.stream().flatMap(List::stream).toList();
    WireRequest request =
        WireRequest.of("POST", objects.size() == 1 ? objects.get(0) : objects, "things");
    request = shape.isRepeatable ? request.repeatable() : request;
    return shape.spacing == null
        ? request
        : request.spacing(String.valueOf(objects.get(0).get("id")), shape.spacing);
  }

  /** What has no id is created again. */
  @Override
  public WireRequest update(Receipt receipt, List<Map<String, Object>> objects) {
    return receipt
        .id()
        .map(id -> WireRequest.of("PUT", objects, "things", id).repeatable())
        .orElseGet(() -> request(List.of(objects)));
  }

  @Override
  public WireRequest retract(Receipt receipt) {
    return WireRequest.of("DELETE", Map.of("id", receipt.target()), "things");
  }

  @Override
  public Verdict verdict(ProviderResponse answer, WireRequest request) {
    Set<Integer> objects = new HashSet<>();
    for (int i = 0; i < answer.size("/objects"); i++) {
      answer.number("/objects/" + i).ifPresent(objects::add);
    }
    Verdict verdict = Verdict.byStatus(answer);
    verdict = objects.isEmpty() ? verdict : verdict.objects(objects);
    verdict = validates(answer) ? verdict.nothingStored() : verdict;
    Map<Integer, Verdict> exceptions = new HashMap<>();
    answer
        .entries("/except")
        .forEach((i, kind) -> exceptions.put(Integer.valueOf(i), Verdict.of(Kind.valueOf(kind))));
    verdict = exceptions.isEmpty() ? verdict : verdict.except(exceptions);
    return answer.has("/everyone") ? verdict.ofEveryRequest() : verdict;
  }

  /** It validates a list before it stores anything, unless it says otherwise. */
  private static boolean validates(ProviderResponse answer) {
    return (answer.status() == 400 || answer.status() == 422) && !answer.has("/half");
  }

  @Override
  public List<List<String>> decode(
      ProviderResponse answer, List<List<Map<String, Object>>> feedbacks) {
    return shape.keeps.ids() == Capabilities.Ids.ONE
        ? answer.texts("/ids").stream().map(List::of).toList()
        : Dialect.super.decode(answer, feedbacks);
  }
}
