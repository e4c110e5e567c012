package io.github.llmfeedback.engine.http;

import java.io.IOException;
import okhttp3.Authenticator;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;

/**
 * Sends a proxy for plain http the credentials that it asks for.
 *
 * <p>OkHttp does so too, but not for a one-shot body, because it cannot know that sending it again
 * is safe: a proxy that responds with 407 did not forward the request. Through a tunnel, as for
 * https, the proxy sees no body and OkHttp does everything.
 */
final class ProxyCredentials implements Interceptor {
  private final Authenticator authenticator;

  ProxyCredentials(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    SendPhase phase = AttemptBody.phaseOf(chain.call());
    Route route = phase == null ? null : phase.route();
    if (response.code() != 407 || route == null || chain.request().isHttps()) {
      return response;
    }
    Request again = authenticator.authenticate(route, response);
    if (again == null) {
      return response;
    }
    response.close();
    return chain.proceed(again);
  }
}
