package io.github.llmfeedback.engine;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.spi.Batching;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.Verdict.Kind;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A provider that exists only in tests. A comment becomes one wire object for each of its words; a
 * 422 may name bad objects in {@code {"objects": [3]}}; {@code {"everyone": true}} refuses
 * everybody.
 */
public record Toy(Batching batching, boolean repeatable, @Nullable Duration spacing)
    implements Dialect<Toy.Thing> {
  record Thing(String id, String word) {}

  /** One feedback, one request, which must not arrive twice. */
  public static Toy plain() {
    return new Toy(Batching.none(), false, null);
  }

  public static Toy repeatableOnes() {
    return new Toy(Batching.none(), true, null);
  }

  public static Toy lists(int most) {
    return lists(Batching.lists(most, 1 << 20));
  }

  public static Toy lists(Batching batching) {
    return new Toy(batching, false, null);
  }

  /** The time between requests on one target. */
  static Toy apart(Duration apart) {
    return new Toy(Batching.none(), true, apart);
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.of("toy").with(Support.NATIVE, Part.COMMENT);
  }

  @Override
  public TargetKey targetKey() {
    return TargetKey.of("toy", "thing");
  }

  @Override
  public List<Thing> encode(Feedback feedback, String target, Losses losses) {
    return List.of(feedback.comment().orElseThrow().split(" ", -1)).stream()
        .map(word -> new Thing(target, word))
        .toList();
  }

  @Override
  public WireRequest request(List<List<Thing>> feedbacks) {
    List<Thing> things = feedbacks.stream().flatMap(List::stream).toList();
    WireRequest request =
        things.size() == 1
            ? WireRequest.of("POST", things.get(0), "things")
            : WireRequest.of("POST", things, "things");
    request = repeatable ? request.repeatable() : request;
    return spacing == null ? request : request.spacing(things.get(0).id(), spacing);
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
}
