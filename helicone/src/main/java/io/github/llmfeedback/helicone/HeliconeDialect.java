package io.github.llmfeedback.helicone;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Scale;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.Verdict.Kind;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** How Helicone writes feedback (observed on its server of 2026-07). */
final class HeliconeDialect implements Dialect<HeliconeWire> {
  private static final Capabilities CAPABILITIES =
      Capabilities.of("helicone")
          .with(Support.NATIVE, Part.THUMBS)
          .with(Support.APPROXIMATED, Part.SCORE)
          .overwriting();

  /** Versions 1 to 5; the server refuses 7 and nil. */
  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

  /** The rule for a request's id, for messages. */
  static final String ID_RULE =
      "must be a UUID of version 1 to 5, as the response header Helicone-Id gives it";

  /** Two ratings of one request within a second may end in either order. */
  static final Duration APART = Duration.ofMillis(1100);

  private final Duration apart;

  HeliconeDialect() {
    this(APART);
  }

  /**
   * A dialect with another distance.
   *
   * @param apart the minimum time between two ratings of one request
   */
  HeliconeDialect(Duration apart) {
    this.apart = apart;
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public TargetKey targetKey() {
    return HeliconeFeedbackClient.REQUEST;
  }

  /** In lower case: the server responds to an upper-case UUID with 201 and drops the rating. */
  @Override
  public String address(String id, Losses losses) {
    String lower = id.toLowerCase(Locale.ROOT);
    if (!isRequestId(lower)) {
      throw losses.refusal("its request id " + ID_RULE + ", but is '" + shown(id) + "'");
    }
    return lower;
  }

  /** Whether this is a request's id as it is sent. */
  static boolean isRequestId(String id) {
    return UUID.matcher(id).matches();
  }

  /** An id that somebody gave, for a message. */
  static String shown(String id) {
    return id.length() > 80 ? id.substring(0, 80) + "…" : id;
  }

  @Override
  public List<HeliconeWire> encode(Feedback feedback, String requestId, Losses losses) {
    return List.of(new HeliconeWire(requestId, Scale.isGood(feedback, losses)));
  }

  @Override
  public Map<String, List<String>> state(List<HeliconeWire> objects) {
    return Map.of("rating", List.of(String.valueOf(objects.get(0).rating())));
  }

  @Override
  public WireRequest request(List<List<HeliconeWire>> feedbacks) {
    HeliconeWire object = feedbacks.get(0).get(0);
    return WireRequest.of("POST", object, "request", object.requestId(), "feedback")
        .repeatable() // posting again overwrites
        .spacing(object.requestId(), apart);
  }

  /** A success has Helicone's envelope; a 500 about the id is permanent. */
  @Override
  public Verdict verdict(ProviderResponse response, WireRequest request) {
    Verdict verdict = Verdict.byStatus(response);
    if (response.isSuccess() && response.isTooLarge() && request.isReadOnly()) {
      return Verdict.of(Kind.ACCEPTED); // who asked asks for less
    } else if (response.isSuccess()) {
      boolean enveloped = response.exists("/data") || response.exists("/error");
      return verdict.kind() == Kind.ACCEPTED && !enveloped
          ? Verdict.of(Kind.UNREADABLE)
              .hint("this is not a response of Helicone's; check the base URL")
          : verdict;
    }
    String error = response.text("/error").orElse("");
    if (response.status() == 500 && error.startsWith("Invalid requestId")) {
      return Verdict.of(Kind.REFUSED).hint("the request id is not a UUID that Helicone accepts");
    }
    return switch (response.status()) {
      case 401 ->
          verdict.hint(
              "the key is wrong, read-only, or of another region (eu.api.helicone.ai has its own);"
                  + " Helicone also responds so when its own database is down");
      case 404 -> verdict.hint("use api.helicone.ai, not the LLM proxy; check the base URL");
      default -> verdict;
    };
  }
}
