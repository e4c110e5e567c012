package io.github.llmfeedback.portkey;

import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.Verdict.Kind;
import io.github.llmfeedback.spi.WireRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What Portkey's answers mean; its error bodies come in at least eight shapes. */
final class PortkeyVerdict {
  /** With one of these the request did reach Portkey; its official clients then repeat nothing. */
  private static final List<String> REACHED =
      List.of("x-portkey-trace-id", "x-portkey-request-id", "x-portkey-gateway-exception");

  /** Words for a failure that come with a 200; {@code failure} is the documented one. */
  private static final Set<String> FAILURES = Set.of("failure", "failed", "error");

  /** What a refusal says of a list because it is a list. */
  private static final Pattern OF_THE_FORM =
      Pattern.compile("\\b(array|object|body|json|schema)\\b", Pattern.CASE_INSENSITIVE);

  private PortkeyVerdict() {}

  static Verdict of(ProviderResponse answer, WireRequest request) {
    Verdict verdict = Verdict.byStatus(answer);
    if (answer.isSuccess()) {
      verdict = success(answer, request, verdict);
    } else if (verdict.kind() == Kind.BUSY && answer.status() >= 500 && reached(answer)) {
      verdict = Verdict.of(Kind.UNCERTAIN).hint("Portkey failed after it had the request");
    } else if (isOpenSourceGateway(answer)) {
      verdict =
          verdict
              .hint(
                  "nothing takes feedback here: the open-source gateway has no such route; check the"
                      + " base URL")
              .ofEveryRequest();
    } else {
      verdict = hinted(answer, verdict);
    }
    return verdict
        .code(code(answer))
        .requestId(answer.header("x-portkey-request-id").or(verdict::requestId).orElse(null));
  }

  /** A 2xx that says failure is a refusal; a yes says so, or names what it stored. */
  private static Verdict success(ProviderResponse answer, WireRequest request, Verdict verdict) {
    String status = answer.isText("/status") ? answer.text("/status").orElse("").strip() : "";
    if (FAILURES.contains(status.toLowerCase(Locale.ROOT))
        || answer.hasContent("/data/errorCode")) {
      return Verdict.of(Kind.REFUSED).hint("the status is a success, but the body says failure");
    } else if (verdict.kind() != Kind.ACCEPTED) {
      return verdict;
    } else if (!status.isEmpty() && !status.equalsIgnoreCase("success")) {
      return Verdict.of(Kind.UNREADABLE).hint("its status is neither success nor failure");
    }
    boolean namesIds = answer.hasAny("/feedback_ids", "/feedback_id");
    if (status.isEmpty() && !namesIds) {
      return Verdict.of(Kind.UNREADABLE).hint("it has neither status nor ids; check the base URL");
    }
    boolean creates = request.method().equals("POST"); // an update may name none
    return creates && namesIds ? named(answer, request.objects().size(), verdict) : verdict;
  }

  /** The ids are in the order of what was sent; where their number differs, nobody knows whose. */
  private static Verdict named(ProviderResponse answer, int sent, Verdict verdict) {
    List<Optional<String>> ids = ids(answer);
    long named = ids.stream().filter(Optional::isPresent).count();
    String none = "the answer names only " + named + " of the " + sent + " that were sent";
    if (ids.size() == sent) {
      return verdict.ofNamed(
          sent, i -> ids.get(i).isPresent(), "the answer has no id for this feedback", none);
    }
    return named > 0 && named >= sent ? verdict : Verdict.of(Kind.UNREADABLE).hint(none);
  }

  /** The singular is the Node client's name for the id of one. */
  private static List<Optional<String>> ids(ProviderResponse answer) {
    if (!answer.has("/feedback_ids")) {
      return List.of(answer.id("/feedback_id"));
    }
    List<Optional<String>> ids = new ArrayList<>();
    for (int i = 0; i < answer.size("/feedback_ids"); i++) {
      ids.add(answer.id("/feedback_ids/" + i));
    }
    return ids;
  }

  private static boolean reached(ProviderResponse answer) {
    return REACHED.stream().anyMatch(name -> answer.header(name).isPresent());
  }

  private static boolean isOpenSourceGateway(ProviderResponse answer) {
    String message = message(answer);
    boolean wantsProvider =
        answer.status() == 400 && message != null && message.contains("x-portkey-provider");
    return wantsProvider || (answer.status() == 404 && answer.has("/ok"));
  }

  private static Verdict hinted(ProviderResponse answer, Verdict verdict) {
    return switch (answer.status()) {
      case 400 -> verdict.nothingStored(); // its validation, also of a list that it does not take
      case 422 -> isOfTheForm(answer) ? verdict.nothingStored() : verdict;
      case 401 ->
          verdict.hint(
              "the key is wrong, expired or missing, or belongs to the other platform"
                  + " (api.portkey.ai and aigw.portkey.ai have keys of their own), or a self-hosted"
                  + " gateway is cut off from its control plane");
      case 403 -> verdict.hint("the key must be a workspace key with the scope logs.write");
      case 402, 412 ->
          verdict.hint("the workspace's budget or plan does not allow it").ofEveryRequest();
      case 404 ->
          (code(answer) == null
                  ? verdict
                  : verdict.hint("Portkey knows nothing under this id, or the base URL is wrong"))
              .nothingStored(); // any trace is taken, so it is the address that is not found
      default -> verdict;
    };
  }

  /** A place in the body (as pydantic names it), or words for what the body should have been. */
  private static boolean isOfTheForm(ProviderResponse answer) {
    String message = message(answer);
    return answer.size("/detail/0/loc") > 0
        || (message != null && OF_THE_FORM.matcher(message).find());
  }

  private static @Nullable String message(ProviderResponse answer) {
    return answer.firstText("/error/message", "/data/message", "/message").orElse(null);
  }

  private static @Nullable String code(ProviderResponse answer) {
    return answer.firstText("/error/code", "/data/errorCode", "/data/code").orElse(null);
  }
}
