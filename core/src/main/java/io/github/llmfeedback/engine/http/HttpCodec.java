package io.github.llmfeedback.engine.http;

import io.github.llmfeedback.spi.ApiEndpoint;
import io.github.llmfeedback.spi.BodyEnd;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.zip.ZipException;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/** Between wire requests and OkHttp's. */
public final class HttpCodec {
  /** Far above what a provider says to feedback; also the bound after gunzip. */
  public static final int MOST_OF_AN_ANSWER = 1 << 20;

  /** The same for what answers a question, which may be a page of many rows. */
  public static final int MOST_OF_A_QUESTION = 8 << 20;

  private HttpCodec() {}

  public static Request request(ApiEndpoint connection, WireRequest request, byte[] body) {
    Request.Builder builder =
        new Request.Builder()
            .url(connection.url(request))
            .header("Accept", "application/json")
            .header(
                "User-Agent",
                "llm-feedback-java/" + Version.CURRENT + " (" + connection.provider() + ")");
    connection.headers().forEach(builder::header);
    return builder.method(request.method(), new OneShot(body)).build();
  }

  /** The answer, as far as it came and fits. */
  public static ProviderResponse answer(Response response, WireRequest request, Instant now)
      throws InterruptedIOException {
    int most = request.isQuestion() ? MOST_OF_A_QUESTION : MOST_OF_AN_ANSWER;
    Buffer read = new Buffer();
    BodyEnd end = BodyEnd.WHOLE;
    try {
      ResponseBody body = response.body();
      BufferedSource source = body == null ? read : body.source();
      while (end == BodyEnd.WHOLE && source.read(read, 64 << 10) != -1) {
        end = read.size() > most ? BodyEnd.TOO_LARGE : BodyEnd.WHOLE;
      }
    } catch (InterruptedIOException timeout) {
      throw timeout;
    } catch (Inflow.TooMuch endless) {
      end = BodyEnd.TOO_LARGE;
    } catch (IOException broken) {
      end = isOfTheConnection(broken) ? BodyEnd.BROKEN_OFF : BodyEnd.BADLY_COMPRESSED;
    }
    return new ProviderResponse(
        response.code(),
        response::header,
        read.readByteArray(),
        end,
        most,
        RetryAfter.read(response.headers(), now));
  }

  /** Okio's reader of gzip throws plain {@link IOException}s, connections their own kinds. */
  private static boolean isOfTheConnection(IOException e) {
    return e.getClass() != IOException.class && !(e instanceof ZipException);
  }

  /** A body that OkHttp never begins to send a second time. */
  private static final class OneShot extends RequestBody {
    private static final MediaType JSON = MediaType.get("application/json; charset=utf-8");

    private final byte[] bytes;

    OneShot(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public @Nullable MediaType contentType() {
      return JSON;
    }

    @Override
    public long contentLength() {
      return bytes.length;
    }

    @Override
    public boolean isOneShot() {
      return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.write(bytes);
    }
  }
}
