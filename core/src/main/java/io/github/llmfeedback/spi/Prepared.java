package io.github.llmfeedback.spi;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A feedback ready for the wire: accounted for, addressed, encoded. The same for submit and update.
 *
 * @param target the one resolved id
 * @param objects its wire objects
 * @param state what a receipt must remember of them
 * @param losses what the policy accepted
 */
record Prepared<W>(
    String target, List<W> objects, Map<String, List<String>> state, List<Loss> losses) {

  /**
   * Prepares a feedback.
   *
   * @throws UnrepresentableFeedbackException if the provider cannot keep it as the policy demands
   */
  static <W> Prepared<W> of(Feedback feedback, Dialect<W> dialect, LossPolicy policy) {
    Capabilities capabilities = dialect.capabilities();
    Losses losses = new Losses(capabilities.provider());

    Feedback kept = account(feedback, capabilities, losses);
    String target = dialect.address(resolve(feedback, dialect, losses), losses);
    List<W> objects = dialect.encode(kept, target, losses);
    if (objects.isEmpty()) {
      throw losses.refusal("its dialect made nothing of it that could be sent");
    }

    List<Loss> refused = policy.refused(losses.noted());
    if (!refused.isEmpty()) {
      throw refusal(capabilities.provider(), refused);
    }
    return new Prepared<>(target, objects, dialect.state(objects), losses.noted());
  }

  /** Takes out what the provider cannot hold. */
  private static Feedback account(Feedback feedback, Capabilities capabilities, Losses losses) {
    Set<Part> lost = EnumSet.noneOf(Part.class);
    for (Part part : feedback.parts()) {
      if (capabilities.of(part) == Support.NONE) {
        lost.add(part);
        losses.dropped(part, capabilities.provider() + " keeps no " + part);
      }
    }
    if (lost.isEmpty()) {
      return feedback;
    }
    if (feedback.parts().stream().noneMatch(part -> part.isStatement() && !lost.contains(part))) {
      throw new UnrepresentableFeedbackException(
          capabilities.provider(),
          "%s cannot keep this feedback: nothing would remain of it without %s; it keeps %s"
              .formatted(capabilities.provider(), lost, capabilities),
          losses.noted());
    }
    return feedback.without(lost);
  }

  private static String resolve(Feedback feedback, Dialect<?> dialect, Losses losses) {
    return feedback
        .target()
        .idFor(dialect.targetKey())
        .orElseThrow(
            () ->
                losses.refusal(
                    "its target "
                        + feedback.target()
                        + " has no id for "
                        + dialect.targetKey()
                        + "; add one with target.and(key, id)"));
  }

  private static UnrepresentableFeedbackException refusal(String provider, List<Loss> refused) {
    String parts =
        refused.stream()
            .map(loss -> "Part." + loss.part())
            .distinct()
            .collect(Collectors.joining(", "));
    return new UnrepresentableFeedbackException(
        provider,
        "%s would lose %s; nothing was sent. To accept it: ClientSettings.builder().lossPolicy(LossPolicy.tolerating(%s))"
            .formatted(provider, refused, parts),
        refused);
  }
}
