package io.github.llmfeedback.baseplate;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How Baseplate writes feedback (documentation of 2023). */
final class BaseplateDialect implements Dialect<BaseplateWire> {
  private static final Capabilities CAPABILITIES =
      Capabilities.of("baseplate")
          .with(Support.NATIVE, Part.THUMBS)
          .with(Support.APPROXIMATED, Part.SCORE);

  /** Size unknown; a later rating of a completion overwrites an earlier one. */
  private static final Batching BATCHING = Batching.lists(100, 1 << 20).lastWins();

  /** A log has one of these at least. */
  private static final String[] LOG = {
    "/id",
    "/usage_id",
    "/positive_rating",
    "/rating",
    "/timestamp",
    "/user_id",
    "/prompt",
    "/completion",
    "/values"
  };

  private final String endpointId;

  BaseplateDialect(String endpointId) {
    this.endpointId = endpointId;
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public TargetKey targetKey() {
    return BaseplateFeedbackClient.USAGE;
  }

  @Override
  public List<BaseplateWire> encode(Feedback feedback, String usageId, Losses losses) {
    return List.of(new BaseplateWire(Scale.isGood(feedback, losses), usageId));
  }

  @Override
  public Map<String, List<String>> state(List<BaseplateWire> objects) {
    return Map.of("rating", List.of(String.valueOf(objects.get(0).positiveRating())));
  }

  @Override
  public Batching batching() {
    return BATCHING;
  }

  @Override
  public WireRequest request(List<List<BaseplateWire>> feedbacks) {
    List<BaseplateWire> objects = feedbacks.stream().flatMap(List::stream).toList();
    return WireRequest.of(
            "PATCH",
            objects.size() == 1 ? objects.get(0) : new BaseplateWire.Logs(objects),
            "endpoints",
            endpointId,
            "logs")
        .repeatable(); // setting a boolean again is the same (inferred)
  }

  @Override
  public Verdict verdict(ProviderResponse answer, WireRequest request) {
    Verdict verdict = Verdict.byStatus(answer);
    if (verdict.kind() == Kind.ACCEPTED) {
      return named(answer, request, verdict);
    }
    return switch (answer.status()) {
      case 401 -> verdict.hint("the key is wrong, or belongs to another project than the endpoint");
      case 404, 405 ->
          verdict.hint("check endpoint id and base URL; whether Baseplate still runs is unknown");
      default -> verdict;
    };
  }

  /**
   * A yes, for the ratings that it names. A single rating is answered with its log, whose keys
   * differ from page to page; what a list is answered with is undocumented (documentation of 2023):
   * a list of logs names those in it, and an object that names none of the ratings stands for the
   * request.
   */
  private static Verdict named(ProviderResponse answer, WireRequest request, Verdict yes) {
    List<BaseplateWire> sent = sent(request);
    List<ProviderResponse> logs = logs(answer);
    if (logs.isEmpty() && answer.isObject() && assents(answer, sent.size())) {
      return yes;
    }
    return yes.ofNamed(
        sent.size(),
        i -> isNamed(sent.get(i), i, logs, sent.size()),
        "the answer has no log of this rating",
        "the answer names "
            + (logs.isEmpty() ? "none" : "only " + logs.size())
            + " of the "
            + sent.size()
            + " that were sent; check the base URL");
  }

  private static List<BaseplateWire> sent(WireRequest request) {
    return request.body() instanceof BaseplateWire.Logs several
        ? several.logs()
        : List.of((BaseplateWire) request.body());
  }

  /** The logs in the answer; what names an error or nothing of a log is none. */
  private static List<ProviderResponse> logs(ProviderResponse answer) {
    List<ProviderResponse> all = new ArrayList<>();
    if (answer.isArray()) {
      all.addAll(answer.items(""));
    } else {
      Stream.of("/logs", "/data").forEach(place -> all.addAll(answer.items(place)));
      if (answer.has("/usage_id")) {
        all.add(answer);
      }
    }
    return all.stream().filter(BaseplateDialect::isLog).toList();
  }

  private static boolean isLog(ProviderResponse answer) {
    return answer.isObject() && answer.hasAny(LOG) && Verdict.errorAt(answer, "/error").isEmpty();
  }

  private static boolean assents(ProviderResponse answer, int sent) {
    String status = answer.text("/status").orElse("");
    boolean lists = answer.isArray("/logs") || answer.isArray("/data");
    return (isLog(answer) && !lists)
        || answer.flag("/success").orElse(false)
        || answer.flag("/ok").orElse(false)
        || status.equalsIgnoreCase("success")
        || status.equalsIgnoreCase("ok")
        || answer.number("/updated").orElse(0) >= sent;
  }

  /** By its usage id where the logs name theirs, or else by its place, if none is missing. */
  private static boolean isNamed(
      BaseplateWire rating, int index, List<ProviderResponse> logs, int sent) {
    String id = rating.usageId();
    if (logs.stream().anyMatch(log -> log.hasText("/usage_id", id))) {
      return true;
    }
    return logs.size() >= sent && !logs.get(index).hasOtherText("/usage_id", id);
  }
}
