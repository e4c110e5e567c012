package io.github.llmfeedback.okhttp;

import io.github.llmfeedback.Target;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A holder into which a {@link TargetInterceptor} puts the target of one LLM call. Thread-safe.
 *
 * <p>Read the target of a response with {@link #of(Response)}; or tag the request with a holder of
 * your own, to have the chosen ids while the call is still running, or if it fails:
 *
 * <pre>{@code
 * FeedbackTarget holder = new FeedbackTarget();
 * Request tagged = request.newBuilder().tag(FeedbackTarget.class, holder).build();
 * }</pre>
 *
 * <p>One holder is for one call: after a request is called twice, it holds the later call's target.
 */
public final class FeedbackTarget {
  private final AtomicReference<@Nullable Target> target = new AtomicReference<>();

  /** A holder without a target yet. */
  public FeedbackTarget() {}

  /**
   * The target of the call that this response belongs to; empty if no {@link TargetInterceptor} saw
   * it, or no id was found or chosen.
   */
  public static Optional<Target> of(Response response) {
    FeedbackTarget holder = of(response.request());
    return holder == null ? Optional.empty() : holder.target();
  }

  static @Nullable FeedbackTarget of(Request request) {
    return request.tag(FeedbackTarget.class);
  }

  /** The target of the call: the chosen ids as soon as it begins, then what its response names. */
  public Optional<Target> target() {
    return Optional.ofNullable(target.get());
  }

  void set(@Nullable Target found) {
    target.set(found);
  }

  @Override
  public String toString() {
    return "FeedbackTarget " + target().map(Target::toString).orElse("not known");
  }
}
