package io.github.llmfeedback.engine.http;

import java.io.IOException;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * The body of one attempt's request, which OkHttp never begins to send a second time. It carries
 * the attempt's phase to the interceptors: a tag would be copied with every copy of the request.
 */
final class AttemptBody extends RequestBody {
  private static final MediaType JSON = MediaType.get("application/json; charset=utf-8");

  private final byte[] bytes;
  private final SendPhase phase;

  AttemptBody(byte[] bytes, SendPhase phase) {
    this.bytes = bytes;
    this.phase = phase;
  }

  /** The phase of a call's attempt; null if it is not one of ours. */
  static @Nullable SendPhase phaseOf(Call call) {
    // The call's request, because a user's interceptor may have replaced the chain's.
    return call.request().body() instanceof AttemptBody body ? body.phase : null;
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
