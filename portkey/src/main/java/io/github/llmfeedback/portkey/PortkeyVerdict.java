package io.github.llmfeedback.portkey;

import io.github.llmfeedback.spi.Answer;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.Verdict.Kind;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What Portkey's answers mean; its error bodies come in at least eight shapes. */
final class PortkeyVerdict {
  /** With one of these the request did reach Portkey; its official clients then repeat nothing. */
  private static final List<String> REACHED =
      List.of("x-portkey-trace-id", "x-portkey-request-id", "x-portkey-gateway-exception");

  private PortkeyVerdict() {}

  static Verdict of(Answer answer) {
    Verdict verdict = Verdict.byStatus(answer);
    if (answer.isSuccess()) {
      verdict = success(answer, verdict);
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

  /** A 2xx that names an error or a status other than success is a refusal. */
  private static Verdict success(Answer answer, Verdict verdict) {
    String status = answer.text("/status").orElse(null);
    boolean refused = status != null && !status.equals("success");
    if (refused || answer.has("/error") || answer.has("/data/errorCode")) {
      return Verdict.of(Kind.REFUSED).hint("the status is a success, but the body says failure");
    }
    boolean named = status != null || answer.has("/feedback_ids") || answer.has("/feedback_id");
    return verdict.kind() == Kind.ACCEPTED && !named
        ? Verdict.of(Kind.UNREADABLE).hint("it has neither status nor ids; check the base URL")
        : verdict;
  }

  private static boolean reached(Answer answer) {
    return REACHED.stream().anyMatch(name -> answer.header(name).isPresent());
  }

  private static boolean isOpenSourceGateway(Answer answer) {
    String message = first(answer, "/error/message", "/data/message", "/message");
    boolean wantsProvider =
        answer.status() == 400 && message != null && message.contains("x-portkey-provider");
    return wantsProvider || (answer.status() == 404 && answer.has("/ok"));
  }

  private static Verdict hinted(Answer answer, Verdict verdict) {
    return switch (answer.status()) {
      case 401 ->
          verdict.hint(
              "the key is wrong, expired or missing, or belongs to the other platform"
                  + " (api.portkey.ai and aigw.portkey.ai have keys of their own), or a self-hosted"
                  + " gateway is cut off from its control plane");
      case 403 -> verdict.hint("the key must be a workspace key with the scope logs.write");
      case 402, 412 ->
          verdict.hint("the workspace's budget or plan does not allow it").ofEveryRequest();
      case 404 ->
          code(answer) == null
              ? verdict
              : verdict.hint("Portkey knows nothing under this id, or the base URL is wrong");
      default -> verdict;
    };
  }

  private static @Nullable String code(Answer answer) {
    return first(answer, "/error/code", "/data/errorCode", "/data/code");
  }

  private static @Nullable String first(Answer answer, String... places) {
    return Stream.of(places).flatMap(place -> answer.text(place).stream()).findFirst().orElse(null);
  }
}
