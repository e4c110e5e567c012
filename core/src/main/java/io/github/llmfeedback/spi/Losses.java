package io.github.llmfeedback.spi;

import io.github.llmfeedback.Loss;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What one feedback loses when it is encoded. Used by one thread. */
public final class Losses {
  private final String provider;
  private final List<Loss> noted = new ArrayList<>();

  /** The losses of one feedback at {@code provider}, none so far. */
  public Losses(String provider) {
    this.provider = provider;
  }

  /** Notes that a part was rounded by at most half a step of the provider's scale. */
  public void rounded(Part part, String detail) {
    noted.add(new Loss(part, Loss.Kind.ROUNDED, detail));
  }

  /** Notes that a part was changed into something coarser. */
  public void approximated(Part part, String detail) {
    noted.add(new Loss(part, Loss.Kind.APPROXIMATED, detail));
  }

  /** Notes that a part was left out. */
  public void dropped(Part part, String detail) {
    noted.add(new Loss(part, Loss.Kind.DROPPED, detail));
  }

  /** Notes a loss that was described elsewhere. */
  public void add(Loss loss) {
    noted.add(Objects.requireNonNull(loss, "loss must not be null"));
  }

  /** An exception to throw when the provider cannot keep the feedback under any policy. */
  public UnrepresentableFeedbackException refusal(String why) {
    return UnrepresentableFeedbackException.builder(
            provider, provider + " cannot keep this feedback: " + why)
        .build();
  }

  /** What was noted, in order. */
  public List<Loss> noted() {
    return List.copyOf(noted);
  }
}
