package io.github.llmfeedback.baseplate;

import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.Verdict.Kind;
import io.github.llmfeedback.spi.WireRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Which ratings an answer vouches for. A single rating is answered with its log, whose keys differ
 * from page to page; what a list is answered with is undocumented (documentation of 2023): a list
 * of logs names those in it, and an object that names none of the ratings stands for the request.
 */
final class BaseplateLogs {
  private static final List<String> LOG =
      List.of(
          "/id",
          "/usage_id",
          "/positive_rating",
          "/rating",
          "/timestamp",
          "/user_id",
          "/prompt",
          "/completion",
          "/values");

  private BaseplateLogs() {}

  static Verdict verdict(ProviderResponse answer, WireRequest request, Verdict yes) {
    List<BaseplateWire> sent = sent(request);
    List<ProviderResponse> logs = logs(answer);
    if (logs.isEmpty() && answer.isObject() && assents(answer, sent.size())) {
      return yes;
    }
    Map<Integer, Verdict> unnamed = new LinkedHashMap<>();
    for (int i = 0; i < sent.size(); i++) {
      if (!isNamed(sent.get(i), i, logs, sent.size())) {
        unnamed.put(i, Verdict.of(Kind.UNREADABLE).hint("the answer has no log of this rating"));
      }
    }
    return unnamed.size() == sent.size()
        ? Verdict.of(Kind.UNREADABLE)
            .hint(
                "the answer names "
                    + (logs.isEmpty() ? "none" : "only " + logs.size())
                    + " of the "
                    + sent.size()
                    + " that were sent; check the base URL")
        : yes.except(unnamed);
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
    return all.stream().filter(BaseplateLogs::isLog).toList();
  }

  private static boolean isLog(ProviderResponse answer) {
    return answer.isObject()
        && LOG.stream().anyMatch(answer::has)
        && Verdict.errorAt(answer, "/error").isEmpty();
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
    if (logs.stream().anyMatch(log -> id.equals(log.text("/usage_id").orElse(null)))) {
      return true;
    }
    return logs.size() >= sent && Objects.equals(logs.get(index).text("/usage_id").orElse(id), id);
  }
}
