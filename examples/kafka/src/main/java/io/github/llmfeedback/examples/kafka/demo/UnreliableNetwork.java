package io.github.llmfeedback.examples.kafka.demo;

import java.io.IOException;
import java.net.ConnectException;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Interceptor;
import okhttp3.Response;

/** Loses one response in 40, and one connection in 15 before anything was sent. */
final class UnreliableNetwork implements Interceptor {
  private final AtomicInteger count = new AtomicInteger();

  @Override
  public Response intercept(Chain chain) throws IOException {
    int number = count.incrementAndGet();
    if (number % 15 == 0) {
      throw new ConnectException("the demo's network is down");
    }
    Response response = chain.proceed(chain.request());
    if (number % 40 == 0) {
      response.close();
      throw new IOException("the demo's network lost the response");
    }
    return response;
  }
}
