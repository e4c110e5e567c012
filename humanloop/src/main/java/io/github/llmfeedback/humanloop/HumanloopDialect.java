package io.github.llmfeedback.humanloop;

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
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.Verdict.Kind;
import io.github.llmfeedback.spi.WireRequest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/** How Humanloop writes feedback. */
final class HumanloopDialect implements Dialect<HumanloopWire> {
  private static final Capabilities NAMES_ONLY =
      Capabilities.of("humanloop")
          .with(Capabilities.Ids.PER_STATEMENT)
          .with(Support.NATIVE, Part.THUMBS, Part.LABEL, Part.COMMENT, Part.CORRECTION)
          .with(Support.NATIVE, Part.ISSUE, Part.ACTION, Part.AUTHOR, Part.OCCURRED_AT);

  private static final String NUMBERS = "HumanloopFeedbackClient.builder(apiKey).numericRatings()";

  /** No limit is documented. */
  private static final Batching BATCHING = Batching.lists(100, 1 << 20);

  private final Capabilities capabilities;

  HumanloopDialect(boolean numericRatings) {
    capabilities =
        numericRatings
            ? NAMES_ONLY.with(Support.NATIVE, Part.SCORE)
            : NAMES_ONLY.optIn(Part.SCORE, NUMBERS);
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public TargetKey targetKey() {
    return HumanloopFeedbackClient.DATAPOINT;
  }

  @Override
  public List<HumanloopWire> encode(Feedback feedback, String datapoint, Losses losses) {
    List<HumanloopWire> objects = new ArrayList<>();
    feedback.rating().ifPresent(r -> add(objects, "rating", value(r, losses), feedback, datapoint));
    feedback.comment().ifPresent(text -> add(objects, "comment", text, feedback, datapoint));
    feedback.correction().ifPresent(text -> add(objects, "correction", text, feedback, datapoint));
    feedback.issues().forEach(name -> add(objects, "issue", name, feedback, datapoint));
    feedback.actions().forEach(name -> add(objects, "action", name, feedback, datapoint));
    return objects;
  }

  /** A score goes as its number; the project knows its scale. */
  private Object value(Rating rating, Losses losses) {
    return rating.<Object>fold(
        thumbs -> thumbs == Rating.Thumbs.UP ? "good" : "bad",
        score -> {
          if (capabilities.support(Part.SCORE) == Support.NONE) {
            throw losses.refusal("it keeps no numbers unless asked to with " + NUMBERS);
          }
          return number(score.value());
        },
        Rating.Label::name);
  }

  /** A whole number without a point, as people write it. */
  static Number number(double value) {
    long whole = (long) value;
    if (whole == value
        && Math.abs(value)
            < 1L << 53) { // not in one expression, whose branches would both become double
      return whole;
    }
    return value;
  }

  private static void add(
      List<HumanloopWire> objects, String type, Object value, Feedback feedback, String datapoint) {
    objects.add(
        new HumanloopWire(
            type,
            value,
            datapoint,
            feedback.author().orElse(null),
            feedback.occurredAt().orElse(null),
            null));
  }

  @Override
  public Map<String, List<String>> state(List<HumanloopWire> objects) {
    return HumanloopState.of(objects);
  }

  @Override
  public Batching batching() {
    return BATCHING;
  }

  @Override
  public WireRequest request(List<List<HumanloopWire>> feedbacks) {
    return post(feedbacks.stream().flatMap(List::stream).toList());
  }

  @Override
  public WireRequest retract(Receipt receipt) {
    List<HumanloopWire> objects = HumanloopState.unset(receipt);
    if (objects.isEmpty()) {
      throw new IllegalArgumentException("this receipt stands for nothing that could be retracted");
    }
    return post(objects).repeatable(); // retracting again changes nothing
  }

  static WireRequest post(List<HumanloopWire> objects) {
    return WireRequest.ofObjects("POST", objects, "feedback");
  }

  @Override
  public Verdict verdict(ProviderResponse response, WireRequest request) {
    Verdict verdict = Verdict.byStatus(response);
    verdict =
        response.isSuccess() ? success(response, request, verdict) : hinted(response, verdict);
    String code = response.firstText("/detail/code", "/detail/type", "/detail/0/type").orElse(null);
    return verdict.code(code).objects(blamed(response));
  }

  /** An acceptance names each statement that was sent; of those retracted, none may be left. */
  private static Verdict success(ProviderResponse response, WireRequest request, Verdict verdict) {
    if (verdict.kind() != Kind.ACCEPTED) {
      return verdict;
    }
    List<HumanloopWire> sent = sent(request);
    boolean retracts = sent.stream().allMatch(statement -> statement.unset() != null);
    return Verdict.errorAt(response, "/detail")
        .orElseGet(
            () ->
                retracts && response.isArray()
                    ? verdict
                    : new HumanloopRecords(response, sent).verdict(verdict));
  }

  private static List<HumanloopWire> sent(WireRequest request) {
    return request.objects().stream().map(HumanloopWire.class::cast).toList();
  }

  private static Verdict hinted(ProviderResponse response, Verdict verdict) {
    String ended = "Humanloop's hosted service ended on 2025-09-08; set your instance's base URL";
    return switch (response.status()) {
      case 400, 422 -> {
        Verdict wrong =
            verdict.hint("a field is wrong, or a name is not one of the project's; see body()");
        // The whole body is validated before anything of it is stored.
        yield response.status() == 400 || response.size("/detail/0/loc") > 0
            ? wrong.nothingStored()
            : wrong;
      }
      case 401 -> verdict.hint("the key is wrong, or has no right to this datapoint");
      case 404 -> {
        Verdict unknown = verdict.hint("the datapoint is unknown, or the base URL wrong; " + ended);
        yield response.isHtml()
            ? unknown.ofEveryRequest()
            : unknown; // a web page does not know the datapoint
      }
      case 410 -> verdict.hint(ended).ofEveryRequest();
      case 529 -> verdict.hint("the provider is busy");
      default -> verdict;
    };
  }

  /**
   * The first integer in a {@code loc} is the index of the object that is wrong; one after it is a
   * position inside that object.
   */
  private static Set<Integer> blamed(ProviderResponse response) {
    Set<Integer> objects = new LinkedHashSet<>();
    for (int i = 0; i < response.size("/detail"); i++) {
      String loc = "/detail/" + i + "/loc";
      IntStream.range(0, response.size(loc))
          .mapToObj(j -> response.number(loc + "/" + j))
          .flatMapToInt(OptionalInt::stream)
          .findFirst()
          .ifPresent(objects::add);
    }
    return objects;
  }

  @Override
  public List<List<String>> decode(ProviderResponse response, List<List<HumanloopWire>> feedbacks) {
    List<HumanloopWire> sent = feedbacks.stream().flatMap(List::stream).toList();
    HumanloopRecords records = new HumanloopRecords(response, sent);
    List<List<String>> ids = new ArrayList<>();
    int first = 0;
    for (List<HumanloopWire> feedback : feedbacks) {
      List<String> own =
          IntStream.range(first, first + feedback.size())
              .mapToObj(records::id)
              .flatMap(Optional::stream)
              .toList();
      ids.add(own.size() == feedback.size() ? own : List.of());
      first += feedback.size();
    }
    return ids;
  }
}
