package io.github.llmfeedback.portkey;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.spi.Batching;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.Scale;
import io.github.llmfeedback.spi.Verdict;
import io.github.llmfeedback.spi.WireRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How Portkey writes feedback. */
final class PortkeyDialect implements Dialect<PortkeyWire> {
  /** 100 is the only figure seen anywhere; the array form is the official Python client's. */
  private static final Batching BATCHING = Batching.lists(100, 1 << 20).uncertain();

  private final PortkeyOptions options;
  private final Capabilities capabilities;

  PortkeyDialect(PortkeyOptions options) {
    this.options = options;
    this.capabilities = options.capabilities();
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public TargetKey targetKey() {
    return PortkeyFeedbackClient.TRACE;
  }

  @Override
  public List<PortkeyWire> encode(Feedback feedback, String trace, Losses losses) {
    return List.of(
        new PortkeyWire(
            trace,
            value(feedback, losses),
            feedback.weight().isPresent() ? feedback.weight().getAsDouble() : null,
            options.topLevelText() ? feedback.comment().orElse(null) : null,
            PortkeyMetadata.of(feedback, options, losses)));
  }

  private int value(Feedback feedback, Losses losses) {
    return feedback
        .rating()
        .<Integer>map(
            rating ->
                rating.fold(
                    thumbs -> thumbs == Rating.Thumbs.UP ? 1 : -1, // 0 is neutral for Portkey
                    score -> Scale.onto(-10, 10, score, losses),
                    label -> embeddedLabel(losses)))
        .orElseGet(() -> neutral(losses));
  }

  private Integer embeddedLabel(Losses losses) {
    if (!options.embedded().containsKey(Part.LABEL)) {
      throw losses.refusal("it has numbers for ratings, no names");
    }
    return neutral(losses);
  }

  /** The value of a record whose words stand alone. */
  private Integer neutral(Losses losses) {
    if (options.neutralValue() == null) {
      throw losses.refusal("it has no record without a rating; " + PortkeyOptions.ADVICE);
    }
    return options.neutralValue();
  }

  @Override
  public Map<String, List<String>> state(List<PortkeyWire> objects) {
    Double weight = objects.get(0).weight();
    return weight == null ? Map.of() : Map.of("weight", List.of(weight.toString()));
  }

  @Override
  public Batching batching() {
    return BATCHING;
  }

  @Override
  public WireRequest request(List<List<PortkeyWire>> feedbacks) {
    List<PortkeyWire> objects = feedbacks.stream().flatMap(List::stream).toList();
    // The published OpenAPI knows the single object only; several are the Python client's array.
    return WireRequest.of("POST", objects.size() == 1 ? objects.get(0) : objects, "feedback");
  }

  @Override
  public WireRequest update(Receipt receipt, List<PortkeyWire> objects) {
    String id =
        receipt
            .id()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "this receipt has no single feedback id, so Portkey cannot update what it"
                            + " stands for"));
    if (id.isEmpty() || id.equals(".") || id.equals("..")) {
      throw new InvalidFeedbackException(
          "receipt",
          "this receipt is wrong: its feedback id must not be empty, '.' or '..', because an update"
              + " names it in the address; nothing was sent");
    }
    PortkeyWire body = objects.get(0).forUpdate(PortkeyState.weight(receipt));
    return WireRequest.of("PUT", body, "feedback", id).repeatable();
  }

  @Override
  public Verdict verdict(ProviderResponse answer, WireRequest request) {
    return PortkeyVerdict.of(answer, request);
  }

  @Override
  public List<List<String>> decode(ProviderResponse answer, List<List<PortkeyWire>> feedbacks) {
    boolean one = feedbacks.size() == 1 && answer.size("/feedback_ids") == 0;
    boolean told = one || answer.size("/feedback_ids") == feedbacks.size(); // else: whose are they?
    List<List<String>> ids = new ArrayList<>();
    for (int i = 0; i < feedbacks.size(); i++) {
      // The singular is the Node client's name for it.
      Optional<String> id = answer.text(one ? "/feedback_id" : "/feedback_ids/" + i);
      ids.add(told ? id.filter(text -> !text.isBlank()).stream().toList() : List.of());
    }
    return ids;
  }
}
