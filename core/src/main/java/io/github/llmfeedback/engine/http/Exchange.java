package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.spi.ProviderResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt ended over HTTP: with a response, or without.
 *
 * @param response the response; null if none came
 * @param reason why none came; null if one did
 * @param sent whether the provider may have the request
 * @param cause OkHttp's exception, if any
 */
public record Exchange(
    @Nullable ProviderResponse response,
    @Nullable Reason reason,
    boolean sent,
    @Nullable IOException cause) {

  /** It is unknown how it ended; preallocated, because memory may have run out by then. */
  public static final Exchange LOST = failed(Reason.CONNECTION_LOST, true, null);

  static Exchange of(ProviderResponse response) {
    return new Exchange(response, null, true, null);
  }

  static Exchange failed(Reason reason, boolean sent, @Nullable IOException cause) {
    return new Exchange(null, reason, sent, cause);
  }
}
