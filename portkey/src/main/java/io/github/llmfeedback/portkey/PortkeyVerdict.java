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

/** What Portkey's responses mean; its error bodies come in at least eight shapes. */
final class PortkeyVerdict {
  /**
   * A response with one of these comes from Portkey itself; its official clients then repeat
   * nothing.
   */
  private static final List<String> REACHED =
      List.of("x-portkey-trace-id", "x-portkey-request-id", "x-portkey-gateway-exception");

  /** Words for a failure that come with a 200; {@code failure} is the documented one. */
  private static final Set<String> FAILURES = Set.of("failure", "failed", "error");

  /** What a refusal says of a list because it is a list. */
  private static final Pattern OF_THE_FORM =
      Pattern.compile("\\b(array|object|body|json|schema)\\b", Pattern.CASE_INSENSITIVE);

  private PortkeyVerdict() {}

  static Verdict of(ProviderResponse response, WireRequest request) {
    Verdict verdict = Verdict.byStatus(response);
    if (response.isSuccess()) {
      verdict = success(response, request, verdict);
    } else if (verdict.kind() == Kind.BUSY && response.status() >= 500 && reached(response)) {
      verdict = Verdict.of(Kind.UNCERTAIN).hint("Portkey failed after it had the request");
    } else if (isOpenSourceGateway(response)) {
      verdict =
          verdict
              .hint(
                  "nothing accepts feedback here: the open-source gateway has no such route; check the"
                      + " base URL")
              .ofEveryRequest();
    } else {
      verdict = hinted(response, verdict);
    }
    return verdict
        .code(code(response))
        .requestId(response.header("x-portkey-request-id").or(verdict::requestId).orElse(null));
  }

  /** A 2xx that says failure is a refusal; an acceptance says success, or names what it stored. */
  private static Verdict success(ProviderResponse response, WireRequest request, Verdict verdict) {
    String status = response.isText("/status") ? response.text("/status").orElse("").strip() : "";
    if (FAILURES.contains(status.toLowerCase(Locale.ROOT))
        || response.hasContent("/data/errorCode")) {
      return Verdict.of(Kind.REFUSED).hint("the status is a success, but the body says failure");
    } else if (verdict.kind() != Kind.ACCEPTED) {
      return verdict;
    } else if (!status.isEmpty() && !status.equalsIgnoreCase("success")) {
      return Verdict.of(Kind.UNREADABLE).hint("its status is neither success nor failure");
    }
    boolean namesIds = response.hasAny("/feedback_ids", "/feedback_id");
    if (status.isEmpty() && !namesIds) {
      return Verdict.of(Kind.UNREADABLE).hint("it has neither status nor ids; check the base URL");
    }
    boolean creates = request.method().equals("POST"); // an update may name none
    return creates && namesIds ? named(response, request.objects().size(), verdict) : verdict;
  }

  /**
   * The ids are in the order of what was sent; if their number differs, it is unknown whose they
   * are.
   */
  private static Verdict named(ProviderResponse response, int sent, Verdict verdict) {
    List<Optional<String>> ids = ids(response);
    int named = 0;
    for (Optional<String> id : ids) {
      named += id.isPresent() ? 1 : 0;
    }
    if (named == sent && ids.size() == sent) {
      return verdict;
    }
    String none = "the response names only " + named + " of the " + sent + " that were sent";
    if (ids.size() == sent) {
      return verdict.ofNamed(
          sent, i -> ids.get(i).isPresent(), "the response has no id for this feedback", none);
    }
    return named > 0 && named >= sent ? verdict : Verdict.of(Kind.UNREADABLE).hint(none);
  }

  /** The singular is the Node client's name for the id of one. */
  private static List<Optional<String>> ids(ProviderResponse response) {
    if (!response.has("/feedback_ids")) {
      return List.of(response.id("/feedback_id"));
    }
    List<Optional<String>> ids = new ArrayList<>();
    for (ProviderResponse item : response.items("/feedback_ids")) {
      ids.add(item.id(""));
    }
    return ids;
  }

  private static boolean reached(ProviderResponse response) {
    return REACHED.stream().anyMatch(name -> response.header(name).isPresent());
  }

  private static boolean isOpenSourceGateway(ProviderResponse response) {
    String message = message(response);
    boolean wantsProvider =
        response.status() == 400 && message != null && message.contains("x-portkey-provider");
    return wantsProvider || (response.status() == 404 && response.has("/ok"));
  }

  private static Verdict hinted(ProviderResponse response, Verdict verdict) {
    return switch (response.status()) {
      case 400 -> verdict.nothingStored(); // validation, also of a list where it takes none
      case 422 -> isOfTheForm(response) ? verdict.nothingStored() : verdict;
      case 401 ->
          verdict.hint(
              "the key is wrong, expired or missing, or belongs to the other platform"
                  + " (api.portkey.ai and aigw.portkey.ai have keys of their own), or a self-hosted"
                  + " gateway is cut off from its control plane");
      case 403 -> verdict.hint("the key must be a workspace key with the scope logs.write");
      case 402, 412 ->
          verdict.hint("the workspace's budget or plan does not allow it").ofEveryRequest();
      case 404 ->
          (code(response) == null
                  ? verdict
                  : verdict.hint("Portkey knows nothing under this id, or the base URL is wrong"))
              .nothingStored(); // any trace is accepted, so it is the address that is not found
      default -> verdict;
    };
  }

  /** A location in the body (as pydantic names it), or words for what the body should be. */
  private static boolean isOfTheForm(ProviderResponse response) {
    String message = message(response);
    return response.size("/detail/0/loc") > 0
        || (message != null && OF_THE_FORM.matcher(message).find());
  }

  private static @Nullable String message(ProviderResponse response) {
    return response.firstText("/error/message", "/data/message", "/message").orElse(null);
  }

  private static @Nullable String code(ProviderResponse response) {
    return response.firstText("/error/code", "/data/errorCode", "/data/code").orElse(null);
  }
}
