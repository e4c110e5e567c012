package io.github.llmfeedback.examples.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;

/** The least that a call with OkHttp can be: bytes that are ready, a response that is only read. */
final class OkHttpBytes implements Workload {
  private static final MediaType JSON = MediaType.get("application/json");

  private final OkHttpClient client;
  private final String url;
  private final byte[] body = ReadyMade.portkey();

  OkHttpBytes(String url, int threads) {
    client = client(threads);
    this.url = url + "/v1/feedback";
  }

  /**
   * A client that keeps a connection for each thread, where OkHttp keeps five by default, and whose
   * sockets do not wait for the acknowledgement of a first packet before they send the second one
   * (40 ms with Linux on both ends).
   */
  static OkHttpClient client(int threads) {
    return new OkHttpClient.Builder()
        .connectionPool(new ConnectionPool(threads, 5, TimeUnit.MINUTES))
        .socketFactory(new NoDelay())
        .build();
  }

  @Override
  public void run() throws IOException {
    post(client, url, body);
  }

  /** Posts a body and returns the response's, which must be a success. */
  static byte[] post(OkHttpClient client, String url, byte[] body) throws IOException {
    Request request =
        new Request.Builder()
            .url(url)
            .header("x-portkey-api-key", "sk-0123456789abcdef")
            .post(RequestBody.create(body, JSON))
            .build();
    try (Response response = client.newCall(request).execute()) {
      ResponseBody answer = response.body();
      if (!response.isSuccessful() || answer == null) {
        throw new IOException("the server responded with " + response.code());
      }
      return answer.bytes();
    }
  }
}
