package com.example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Answers on loopback as the other SDKs' servers, Portkey and Helicone do. */
final class LocalServer implements AutoCloseable {
  /** The id that Portkey gives each feedback here. */
  static final String ID = "feedback-1";

  private final HttpServer server;
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

  private record Received(String request, String body) {}

  LocalServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Takes the oldest request that was not taken yet, and refuses another than this one. */
  void take(String request, String... inItsBody) throws InterruptedException {
    Received next = received.poll(30, TimeUnit.SECONDS);
    if (next == null
        || !next.request.equals(request)
        || !List.of(inItsBody).stream().allMatch(next.body::contains)) {
      throw new IllegalStateException(
          "not " + request + " with " + List.of(inItsBody) + " but " + next);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String path = exchange.getRequestURI().getPath();
      received.add(new Received(exchange.getRequestMethod() + " " + path, body));
      byte[] answer = json(path).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(path.startsWith("/v1/request/") ? 201 : 200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static String json(String path) {
    switch (path) {
      case "/v1/feedback":
        return "{\"status\":\"success\",\"feedback_ids\":[\"" + ID + "\"]}";
      case "/v1/chat/completions":
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1760000000,"
            + "\"model\":\"gpt-5\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\","
            + "\"logprobs\":null,\"message\":{\"role\":\"assistant\",\"content\":\"Paris.\","
            + "\"refusal\":null}}]}";
      case "/v1/messages":
        return "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude\","
            + "\"content\":[{\"type\":\"text\",\"text\":\"Paris.\",\"citations\":null}],"
            + "\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
            + "\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}";
      case "/api/public/scores":
        return "{\"id\":\"score-1\"}";
      case "/v1/traces":
        return "{}";
      default: // Helicone's feedback on a request
        return "{\"data\":null,\"error\":null}";
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
