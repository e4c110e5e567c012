package io.github.llmfeedback.testing;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.spi.Dialect;
import io.github.llmfeedback.spi.Encoded;
import io.github.llmfeedback.spi.Losses;
import io.github.llmfeedback.spi.Scale;
import io.github.llmfeedback.spi.WireRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Decides what a provider with these capabilities keeps of a feedback. A dialect whose wire object
 * is the feedback itself, so that {@link Encoded#of} accounts for its losses as it does for those
 * of a provider's client; it is never asked for a request.
 */
record RecordingDialect(
    Capabilities capabilities,
    TargetKey targetKey,
    LossPolicy policy,
    Function<Feedback, List<Loss>> rule)
    implements Dialect<Feedback> {

  /** The receipt of a feedback that the provider accepts, with as many ids as it would give. */
  Receipt.Builder receipt(Feedback feedback, Supplier<String> newId) {
    Encoded<Feedback> encoded = encoded(feedback);
    long ids = encoded.objects().stream().mapToLong(this::ids).sum();
    return receipt(encoded).ids(Stream.generate(newId).limit(ids).toList());
  }

  private long ids(Feedback kept) {
    return switch (capabilities.ids()) {
      case NONE -> 0;
      case ONE -> 1;
      case PER_STATEMENT ->
          Stream.of(kept.rating(), kept.comment(), kept.correction())
                  .filter(Optional::isPresent)
                  .count()
              + kept.issues().size()
              + kept.actions().size();
    };
  }

  /** The receipt of a feedback that the provider accepts, without ids. */
  Receipt.Builder receipt(Feedback feedback) {
    return receipt(encoded(feedback));
  }

  private Encoded<Feedback> encoded(Feedback feedback) {
    return Encoded.of(Objects.requireNonNull(feedback, "feedback must not be null"), this, policy);
  }

  private Receipt.Builder receipt(Encoded<Feedback> encoded) {
    return Receipt.builder(provider(), encoded.target())
        .losses(encoded.losses())
        .state(encoded.state());
  }

  @Override
  public List<Feedback> encode(Feedback feedback, String target, Losses losses) {
    for (Part part : feedback.parts()) {
      if (capabilities.support(part) == Support.APPROXIMATED) {
        losses.approximated(part, provider() + " coarsens " + part);
      }
    }
    feedback.rating().ifPresent(this::refuseMiddle);
    rule.apply(feedback).forEach(losses::add);
    return List.of(feedback);
  }

  /** A provider that converts scores to thumbs has none for the exact middle. */
  private void refuseMiddle(Rating rating) {
    if (rating instanceof Rating.Score score
        && capabilities.support(Part.SCORE) == Support.APPROXIMATED) {
      var unused = Scale.isGood(score, new Losses(provider()));
    }
  }

  @Override
  public Map<String, List<String>> state(List<Feedback> objects) {
    return Map.of(
        "parts", objects.stream().flatMap(kept -> kept.parts().stream()).map(Part::name).toList());
  }

  @Override
  public WireRequest request(List<List<Feedback>> feedbacks) {
    throw new UnsupportedOperationException("a recording client sends nothing");
  }

  String provider() {
    return capabilities.provider();
  }
}
