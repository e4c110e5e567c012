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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** How Baseplate writes feedback (documentation of 2023). */
final class BaseplateDialect implements Dialect<BaseplateWire> {
  private static final Capabilities CAPABILITIES =
      Capabilities.of("baseplate")
          .with(Support.NATIVE, Part.THUMBS)
          .with(Support.APPROXIMATED, Part.SCORE)
          .overwriting();

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
  public Verdict verdict(ProviderResponse response, WireRequest request) {
    Verdict verdict = Verdict.byStatus(response);
    if (verdict.kind() == Kind.ACCEPTED) {
      return named(response, request, verdict);
    }
    return switch (response.status()) {
      case 401 -> verdict.hint("the key is wrong, or belongs to another project than the endpoint");
      case 404, 405 ->
          verdict.hint("check endpoint id and base URL; whether Baseplate still runs is unknown");
      default -> verdict;
    };
  }

  /**
   * An acceptance of the ratings that the response names. The response to a single rating is its
   * log, whose keys differ from page to page of the documentation; that to a list is undocumented
   * (documentation of 2023): a list of logs names those in it, and an object that names none of the
   * ratings stands for the request.
   */
  private static Verdict named(ProviderResponse response, WireRequest request, Verdict yes) {
    List<BaseplateWire> sent = sent(request);
    List<ProviderResponse> logs = logs(response);
    if (logs.isEmpty() && response.isObject() && assents(response, sent.size())) {
      return yes;
    }
    Set<String> ids = new HashSet<>();
    logs.forEach(log -> log.text("/usage_id").ifPresent(ids::add));
    return yes.ofNamed(
        sent.size(),
        i -> ids.contains(sent.get(i).usageId()) || isAtItsPlace(sent, i, logs),
        "the response has no log of this rating",
        "the response names "
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

  /** The logs in the response; what names an error, or no key of a log, is not one. */
  private static List<ProviderResponse> logs(ProviderResponse response) {
    List<ProviderResponse> all = new ArrayList<>();
    if (response.isArray()) {
      all.addAll(response.items(""));
    } else {
      Stream.of("/logs", "/data").forEach(place -> all.addAll(response.items(place)));
      if (response.has("/usage_id")) {
        all.add(response);
      }
    }
    return all.stream().filter(BaseplateDialect::isLog).toList();
  }

  private static boolean isLog(ProviderResponse response) {
    return response.isObject()
        && response.hasAny(LOG)
        && Verdict.errorAt(response, "/error").isEmpty();
  }

  private static boolean assents(ProviderResponse response, int sent) {
    String status = response.text("/status").orElse("");
    boolean lists = response.isArray("/logs") || response.isArray("/data");
    return (isLog(response) && !lists)
        || response.flag("/success").orElse(false)
        || response.flag("/ok").orElse(false)
        || status.equalsIgnoreCase("success")
        || status.equalsIgnoreCase("ok")
        || response.number("/updated").orElse(0) >= sent;
  }

  /** Where the logs do not name their usage ids, a rating is named if no log is missing. */
  private static boolean isAtItsPlace(
      List<BaseplateWire> sent, int index, List<ProviderResponse> logs) {
    return logs.size() >= sent.size()
        && !logs.get(index).hasOtherText("/usage_id", sent.get(index).usageId());
  }
}
