package io.github.llmfeedback;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The provider cannot keep the feedback as it is; nothing was sent. Change the feedback, or
 * tolerate the {@linkplain #losses() losses} with a {@link LossPolicy}.
 */
public final class UnrepresentableFeedbackException extends FeedbackException {
  private static final long serialVersionUID = 1L;

  private final ArrayList<Loss> losses;

  /** A refusal with the losses that led to it; none if no policy could help. */
  public UnrepresentableFeedbackException(String provider, String message, List<Loss> losses) {
    this(provider, message, losses, null);
  }

  /** A refusal that something else caused. */
  public UnrepresentableFeedbackException(
      String provider, String message, List<Loss> losses, @Nullable Throwable cause) {
    super(provider, 0, Duration.ZERO, false, message, cause);
    this.losses = new ArrayList<>(losses);
  }

  /** The losses that the policy refused; empty if the feedback is refused under any policy. */
  public List<Loss> losses() {
    return List.copyOf(losses);
  }
}
