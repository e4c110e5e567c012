package io.github.llmfeedback.spi;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Loss;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.util.List;
import java.util.Map;

/**
 * A feedback as it is sent: its losses accounted for, its target addressed, its parts encoded. The
 * same for submit and update.
 *
 * @param target the resolved id
 * @param objects its wire objects
 * @param state what a receipt must remember of them
 * @param losses what the policy accepted
 */
public record Encoded<W>(
    String target, List<W> objects, Map<String, List<String>> state, List<Loss> losses) {

  /**
   * Encodes a feedback. This is the only place where losses are accounted for: what is dropped,
   * refused, approximated and accepted is decided here, for every client and for the recording
   * client of tests.
   *
   * @throws UnrepresentableFeedbackException if the provider cannot keep it as the policy demands
   */
  public static <W> Encoded<W> of(Feedback feedback, Dialect<W> dialect, LossPolicy policy) {
    Capabilities capabilities = dialect.capabilities();
    Losses losses = new Losses(capabilities.provider());

    List<Loss> unsupported = capabilities.unsupportedIn(feedback);
    unsupported.forEach(losses::add);
    Feedback kept = unsupported.isEmpty() ? feedback : capabilities.withoutUnsupported(feedback);
    String id = feedback.target().requireId(dialect.targetKey());
    String target = dialect.address(id, losses);
    List<W> objects = dialect.encode(kept, target, losses);
    if (objects.isEmpty()) {
      throw losses.refusal("its dialect produced nothing that could be sent");
    }

    policy.check(capabilities.provider(), losses.noted());
    return new Encoded<>(target, objects, dialect.state(objects), losses.noted());
  }
}
