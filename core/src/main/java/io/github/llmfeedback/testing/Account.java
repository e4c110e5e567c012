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
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What becomes of a feedback at a provider with these capabilities, without a dialect: the same
 * steps in the same order as the engine's.
 */
record Account(
    Capabilities capabilities,
    TargetKey key,
    LossPolicy policy,
    Function<Feedback, List<Loss>> rule) {

  /** The receipt of a feedback that the provider takes, with as many ids as it would give. */
  Receipt.Builder receipt(Feedback feedback, Supplier<String> newId) {
    Receipt.Builder receipt = receipt(feedback);
    return receipt.ids(
        Stream.generate(newId).limit(ids(capabilities.withoutUnsupported(feedback))).toList());
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

  /** The receipt of a feedback that the provider takes, without ids. */
  Receipt.Builder receipt(Feedback feedback) {
    Objects.requireNonNull(feedback, "feedback must not be null");
    List<Loss> losses = new ArrayList<>(capabilities.unsupportedIn(feedback));
    Feedback kept = capabilities.withoutUnsupported(feedback);
    String target = feedback.target().requireId(key);
    for (Part part : kept.parts()) {
      if (capabilities.support(part) == Support.APPROXIMATED) {
        losses.add(new Loss(part, Loss.Kind.APPROXIMATED, provider() + " coarsens " + part));
      }
    }
    kept.rating().ifPresent(this::refuseMiddle);
    losses.addAll(rule.apply(kept));
    policy.check(provider(), losses);
    return Receipt.builder(provider(), target)
        .losses(losses)
        .state(Map.of("parts", kept.parts().stream().map(Part::name).toList()));
  }

  /** A provider that makes thumbs of scores has none for the exact middle. */
  private void refuseMiddle(Rating rating) {
    if (rating instanceof Rating.Score score
        && capabilities.support(Part.SCORE) == Support.APPROXIMATED
        && BigDecimal.valueOf(score.min())
                .add(BigDecimal.valueOf(score.max()))
                .compareTo(BigDecimal.valueOf(score.value()).multiply(BigDecimal.valueOf(2)))
            == 0) {
      throw UnrepresentableFeedbackException.builder(
              provider(),
              provider()
                  + " cannot keep this feedback: it has only good and bad, and the score is exactly"
                  + " between")
          .build();
    }
  }

  String provider() {
    return capabilities.provider();
  }
}
