package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.BodyEnd;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.List;
import java.util.zip.ZipException;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/** Converts wire requests to OkHttp's, and OkHttp's responses to {@link ProviderResponse}s. */
public final class HttpCodec {
  private final ApiEndpoint endpoint;
  private final HttpUrl base;
  private final Headers headers;

  /** The last request without its body: nearly all of a client's have the same path. */
  private volatile @Nullable Bodiless last;

  /** The codec of requests to an endpoint. */
  public HttpCodec(ApiEndpoint endpoint) {
    this.endpoint = endpoint;
    this.base = HttpUrl.get(endpoint.baseUrl());
    Headers.Builder all =
        new Headers.Builder()
            .set("Accept", "application/json")
            .set(
                "User-Agent",
                "llm-feedback-java/" + Version.CURRENT + " (" + endpoint.provider() + ")");
    endpoint.headers().forEach(all::set);
    this.headers = all.build();
  }

  /** A request's address and headers, as OkHttp sends them. */
  private record Bodiless(List<String> path, Request http) {}

  /** The request as OkHttp sends it, without its body. */
  Request bodiless(WireRequest request) {
    Bodiless known = last;
    if (known == null || !known.path.equals(request.path())) {
      Request http = new Request.Builder().url(url(request)).headers(headers).build();
      known = new Bodiless(request.path(), http);
      last = known;
    }
    return known.http;
  }

  /** Where a request goes. */
  public HttpUrl url(WireRequest request) {
    HttpUrl.Builder url = base.newBuilder();
    request.path().forEach(url::addPathSegment);
    HttpUrl plain = url.build();
    for (int i = plain.pathSize() - request.path().size(); i < plain.pathSize(); i++) {
      // OkHttp does not encode these, and some servers read what follows as a path parameter.
      String segment = plain.encodedPathSegments().get(i).replace(",", "%2C").replace(";", "%3B");
      url.setEncodedPathSegment(i, segment);
    }
    return url.build();
  }

  /** A request's URL as messages show it: without what may be a token in the base URL. */
  public String shownUrl(WireRequest request) {
    HttpUrl url = url(request);
    StringBuilder path = new StringBuilder();
    boolean isHiding = false;
    int own = url.pathSize() - request.path().size();
    for (int i = 0; i < url.pathSize(); i++) {
      String segment = url.pathSegments().get(i);
      if (i < own && !segment.isEmpty() && !endpoint.isShown(segment)) {
        path.append(isHiding ? "" : "/…");
        isHiding = true;
      } else {
        path.append('/').append(url.encodedPathSegments().get(i));
        isHiding = false;
      }
    }
    String root = url.newBuilder().encodedPath("/").build().toString();
    return endpoint.redact(root.substring(0, root.length() - 1) + path);
  }

  /** The response, as far as it arrived and is not too large. */
  static ProviderResponse response(Response response, WireRequest request, Instant now)
      throws InterruptedIOException {
    int maxBytes =
        request.isReadOnly() ? ProviderResponse.MAX_READ_ONLY_BYTES : ProviderResponse.MAX_BYTES;
    Buffer read = new Buffer();
    BodyEnd end = BodyEnd.WHOLE;
    try {
      ResponseBody body = response.body();
      BufferedSource source = body == null ? read : body.source();
      while (end == BodyEnd.WHOLE && source.read(read, 64 << 10) != -1) {
        end = read.size() > maxBytes ? BodyEnd.TOO_LARGE : BodyEnd.WHOLE;
      }
    } catch (InterruptedIOException timeout) {
      throw timeout;
    } catch (Inflow.TooMuch endless) {
      end = BodyEnd.TOO_LARGE;
    } catch (IOException broken) {
      end = isFromConnection(broken) ? BodyEnd.BROKEN_OFF : BodyEnd.BADLY_COMPRESSED;
    }
    return ProviderResponse.read(
        response.code(),
        response::header,
        read.readByteArray(),
        end,
        maxBytes,
        RetryAfter.read(response.headers(), now));
  }

  /** Okio's gzip reader throws plain {@link IOException}s, connections throw subclasses. */
  private static boolean isFromConnection(IOException e) {
    return e.getClass() != IOException.class && !(e instanceof ZipException);
  }
}
