package io.github.llmfeedback;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The provider cannot keep the feedback as it is; nothing was sent. Change the feedback, or
 * tolerate the {@linkplain #losses() losses} with a {@link LossPolicy}.
 */
public final class UnrepresentableFeedbackException extends FeedbackException {
  private static final long serialVersionUID = 1L;

  private final ArrayList<Loss> losses;

  private UnrepresentableFeedbackException(Builder builder) {
    super(builder.provider, builder.message, builder.cause);
    losses = new ArrayList<>(builder.losses);
  }

  /** Starts building a refusal; unless losses are set, the feedback is refused under any policy. */
  public static Builder builder(String provider, String message) {
    return new Builder(provider, message);
  }

  /** The losses that the policy refused; empty if the feedback is refused under any policy. */
  public List<Loss> losses() {
    return List.copyOf(losses);
  }

  /** Collects what is known about the refusal. Not thread-safe. */
  public static final class Builder {
    private final String provider;
    private final String message;
    private List<Loss> losses = List.of();
    private @Nullable Throwable cause;

    private Builder(String provider, String message) {
      this.provider = Objects.requireNonNull(provider, "provider must not be null");
      this.message = Objects.requireNonNull(message, "message must not be null");
    }

    /** Sets the losses that led to it. */
    public Builder losses(List<Loss> losses) {
      this.losses = List.copyOf(losses);
      return this;
    }

    /** Sets the cause. */
    public Builder cause(@Nullable Throwable cause) {
      this.cause = cause;
      return this;
    }

    /** The exception. */
    public UnrepresentableFeedbackException build() {
      return new UnrepresentableFeedbackException(this);
    }
  }
}
