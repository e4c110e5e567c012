package io.github.llmfeedback.examples.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** The JDK's own client with bytes that are ready. */
final class JdkHttp implements Workload {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI url;
  private final byte[] body = ReadyMade.portkey();

  JdkHttp(String url, int threads) {
    this.url = URI.create(url + "/v1/feedback");
  }

  @Override
  public void run() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .header("x-portkey-api-key", "sk-0123456789abcdef")
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new IOException("the server responded with " + response.statusCode());
    }
  }
}
