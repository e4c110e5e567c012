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
import io.github.llmfeedback.spi.WireText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How Portkey writes feedback. */
final class PortkeyDialect implements Dialect<PortkeyWire> {
  /** 100 is the only figure seen anywhere; the array form is the official Python client's. */
  private static final Batching BATCHING = Batching.lists(100, 1 << 20).uncertain();

  private static final Pattern WEIGHT =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,30})?(E-?[0-9]{1,3})?");

  private static final Pattern VALUE = Pattern.compile("-?[0-9]|-?10");

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
            Metadata.of(feedback, options, losses)));
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

  /** The value of a record without a rating. */
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
    List<PortkeyWire> objects = new ArrayList<>(feedbacks.size());
    feedbacks.forEach(objects::addAll);
    // The published OpenAPI knows the single object only; several are the Python client's array.
    return WireRequest.ofObjects("POST", objects, "feedback");
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
    if (!WireText.isSegment(id)) {
      throw new InvalidFeedbackException(
          "receipt",
          "this receipt is wrong: its feedback id must not be empty, '.' or '..', because an update"
              + " names it in the address; nothing was sent");
    }
    PortkeyWire body = objects.get(0).forUpdate(weight(receipt));
    return WireRequest.of("PUT", body, "feedback", id).repeatable();
  }

  /**
   * The weight that an update must send again; null if the receipt has none. Anybody may have
   * written the receipt, so its numbers are checked as those of a feedback are, before anything is
   * sent.
   *
   * @throws InvalidFeedbackException if it holds a number that no feedback can have
   */
  private static @Nullable Double weight(Receipt receipt) {
    only(receipt, "value", VALUE, "a whole number from -10 to 10");
    String rule = "a number from 0 to 1";
    String text = only(receipt, "weight", WEIGHT, rule);
    if (text == null) {
      return null;
    }
    double weight = Double.parseDouble(text);
    if (!(weight >= 0 && weight <= 1)) {
      throw WireText.wrongReceipt("weight", "must be " + rule);
    }
    return weight;
  }

  private static @Nullable String only(Receipt receipt, String key, Pattern form, String rule) {
    List<String> texts = receipt.state().getOrDefault(key, List.of());
    if (texts.isEmpty()) {
      return null;
    } else if (texts.size() > 1 || !form.matcher(texts.get(0)).matches()) {
      throw WireText.wrongReceipt(key, "must be " + rule);
    }
    return texts.get(0);
  }

  @Override
  public Verdict verdict(ProviderResponse response, WireRequest request) {
    return PortkeyVerdict.of(response, request);
  }

  @Override
  public List<List<String>> decode(ProviderResponse response, List<List<PortkeyWire>> feedbacks) {
    List<ProviderResponse> named = response.items("/feedback_ids");
    if (feedbacks.size() == 1 && named.isEmpty()) {
      return List.of(ids(response.id("/feedback_id"))); // the Node client's name for it
    }
    boolean matched = named.size() == feedbacks.size(); // else: whose are they?
    List<List<String>> ids = new ArrayList<>();
    for (int i = 0; i < feedbacks.size(); i++) {
      ids.add(matched ? ids(named.get(i).id("")) : List.of());
    }
    return ids;
  }

  private static List<String> ids(Optional<String> id) {
    return id.map(List::of).orElse(List.of());
  }

  /** The caller's metadata, and beside it the parts that Portkey has no field for. */
  private static final class Metadata {
    private final Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    private final PortkeyOptions options;
    private final Losses losses;

    private Metadata(PortkeyOptions options, Losses losses) {
      this.options = options;
      this.losses = losses;
    }

    /** The metadata of a feedback; null if it would be empty. */
    static @Nullable Map<String, @Nullable Object> of(
        Feedback feedback, PortkeyOptions options, Losses losses) {
      Metadata all = new Metadata(options, losses);
      all.metadata.putAll(feedback.metadata());
      if (!options.topLevelText()) {
        feedback.comment().ifPresent(text -> all.put(Part.COMMENT, "text", text));
      }
      feedback.author().ifPresent(id -> all.put(Part.AUTHOR, "_user", id));
      feedback.correction().ifPresent(text -> all.embed(Part.CORRECTION, text));
      feedback.occurredAt().ifPresent(time -> all.embed(Part.OCCURRED_AT, time.toString()));
      if (!feedback.issues().isEmpty()) {
        all.embed(Part.ISSUE, feedback.issues());
      }
      if (!feedback.actions().isEmpty()) {
        all.embed(Part.ACTION, feedback.actions());
      }
      feedback.rating().flatMap(Metadata::label).ifPresent(n -> all.embed(Part.LABEL, n));
      return all.metadata.isEmpty() ? null : all.metadata;
    }

    private static Optional<String> label(Rating rating) {
      return rating.fold(
          thumbs -> Optional.empty(), s -> Optional.empty(), l -> Optional.of(l.name()));
    }

    /** Core has taken out every part that has no key. */
    private void embed(Part part, Object value) {
      String key = options.embedded().get(part);
      if (key != null) {
        put(part, key, value);
      }
    }

    private void put(Part part, String key, Object value) {
      if (metadata.containsKey(key)) { // with null too, which is a value of the caller's
        throw losses.refusal(
            "metadata."
                + key
                + " is where its "
                + part
                + " goes, and the feedback has both; rename the metadata key");
      }
      metadata.put(key, value);
    }
  }
}
