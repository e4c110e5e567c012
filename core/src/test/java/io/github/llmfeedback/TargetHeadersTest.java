package io.github.llmfeedback;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetHeadersTest {
  private static final TargetKey TRACE =
      TargetKey.of("portkey", "trace")
          .inResponseHeader("x-portkey-trace-id")
          .chosenInRequestHeader("x-portkey-trace-id");
  private static final TargetKey REQUEST =
      TargetKey.of("helicone", "request")
          .inResponseHeader("Helicone-Id")
          .chosenInRequestHeader("Helicone-Request-Id");
  private static final TargetKey DATAPOINT = TargetKey.of("humanloop", "datapoint");
  private static final Target BOTH = Target.of(TRACE, "t1").and(REQUEST, "h1");
  private static final Reply ANSWER =
      Reply.of(200, "{}").header("X-Portkey-Trace-Id", "t1").header("HELICONE-ID", "h1");

  @Test
  void idsAreFoundInOkHttpsHeaders() throws Exception {
    try (LoopbackServer llm = new LoopbackServer().enqueue(ANSWER);
        Response response =
            new OkHttpClient().newCall(new Request.Builder().url(llm.url()).build()).execute()) {
      assertThat(Target.fromHeaders(response::headers, TRACE, REQUEST, DATAPOINT)).contains(BOTH);
    }
  }

  @Test
  void idsAreFoundInTheJdksHeaders() throws Exception {
    try (LoopbackServer llm = new LoopbackServer().answerAll(seen -> ANSWER)) {
      HttpResponse<Void> response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(llm.url())).build(),
                  HttpResponse.BodyHandlers.discarding());
      assertThat(Target.fromHeaders(response.headers()::allValues, TRACE, REQUEST)).contains(BOTH);
      assertThat(Target.fromHeaders(response.headers().map(), TRACE, REQUEST)).contains(BOTH);

      HttpURLConnection old = (HttpURLConnection) URI.create(llm.url()).toURL().openConnection();
      assertThat(Target.fromHeaders(old.getHeaderFields(), TRACE, REQUEST)).contains(BOTH);
    }
  }

  @Test
  void idsAreFoundInHeadersThatComeAsAServletsEnumeration() {
    assertThat(
            Target.fromHeaders(
                name -> Collections.list(servletHeaders(name)), TRACE, REQUEST, DATAPOINT))
        .contains(BOTH);
  }

  /** As {@code HttpServletRequest.getHeaders} returns them: any case, empty for none. */
  private static Enumeration<String> servletHeaders(String name) {
    Map<String, List<String>> headers =
        Map.of("x-portkey-trace-id", List.of("", " t1 ", "t2"), "helicone-id", List.of("h1"));
    return Collections.enumeration(headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\tb",
        "a\nb",
        "a\r\nb",
        "a\u0000b",
        "\u0000",
        "\u001b[31mred",
        "a\u007f",
        "a\u0085b",
        "a\u009bb",
        "\ud83d",
        "\udc4d\ud83d",
        "",
        " ",
        "\t",
        "\u00a0",
        "\u3000"
      })
  void aValueThatCannotBeAnIdIsAbsent(String value) {
    assertThat(Target.fromHeaders(name -> List.of(value), TRACE, REQUEST)).isEmpty();
    assertThat(Target.fromHeaders(Map.of("x-portkey-trace-id", List.of(value)), TRACE)).isEmpty();
    Map<String, List<String>> mixed =
        Map.of("X-Portkey-Trace-Id", List.of(value, "t1"), "Helicone-Id", List.of("h1", value));
    assertThat(Target.fromHeaders(mixed, TRACE, REQUEST)).contains(BOTH);
    mixed = Map.of("X-Portkey-Trace-Id", List.of(value), "Helicone-Id", List.of("h1"));
    assertThat(Target.fromHeaders(mixed, TRACE, REQUEST)).contains(Target.of(REQUEST, "h1"));
  }

  @Test
  void whatStandsAroundAnIdIsNoPartOfIt() {
    assertThat(Target.fromHeaders(name -> List.of("\tt1 \r\n"), TRACE))
        .contains(Target.of(TRACE, "t1"));
  }

  @Test
  void namesAndValuesThatAreNullAreAbsent() {
    Map<String, List<String>> headers = new HashMap<>();
    headers.put(BadInput.absent(), List.of("HTTP/1.1 200 OK"));
    headers.put("X-PORTKEY-TRACE-ID", Arrays.asList(BadInput.absent(), "t1"));
    headers.put("x-portkey-trace-id", BadInput.absent());
    headers.put("Helicone-Id", Arrays.asList(BadInput.<String>absent(), BadInput.absent()));
    assertThat(Target.fromHeaders(headers, TRACE, REQUEST)).contains(Target.of(TRACE, "t1"));
    assertThat(Target.fromHeaders(name -> BadInput.absent(), TRACE, REQUEST)).isEmpty();
    assertThat(Target.fromHeaders(name -> Arrays.asList(BadInput.<String>absent()), TRACE))
        .isEmpty();
  }

  /** What a server can send and these three pass on. */
  @ParameterizedTest
  @ValueSource(strings = {"a\tb", "a\u0001b", "a\u001b[31mb", "a\u007fb"})
  void aServersOddHeaderBreaksNoResponsePath(String value) throws Exception {
    try (ServerSocket server = odd("Helicone-Id: " + value + "\r\nX-Portkey-Trace-Id: t1")) {
      String url = "http://127.0.0.1:" + server.getLocalPort();
      Target rest = Target.of(TRACE, "t1");
      try (Response response =
          new OkHttpClient().newCall(new Request.Builder().url(url).build()).execute()) {
        assertThat(response.header("Helicone-Id")).isNotNull();
        assertThat(Target.fromHeaders(response::headers, TRACE, REQUEST)).contains(rest);
        assertThat(Target.fromHeaders(response.headers().toMultimap(), TRACE, REQUEST))
            .contains(rest);
      }
      HttpURLConnection old = (HttpURLConnection) URI.create(url).toURL().openConnection();
      assertThat(old.getHeaderField("Helicone-Id")).isNotNull();
      isReadAsFarAsItCan(Target.fromHeaders(old.getHeaderFields(), TRACE, REQUEST));
      try {
        HttpHeaders headers =
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(URI.create(url)).build(),
                    HttpResponse.BodyHandlers.discarding())
                .headers();
        isReadAsFarAsItCan(Target.fromHeaders(headers::allValues, TRACE, REQUEST));
        isReadAsFarAsItCan(Target.fromHeaders(headers.map(), TRACE, REQUEST));
      } catch (IOException e) { // java.net.http refuses some of them itself
        assertThat(value).isNotEqualTo("a\tb");
      }
    }
  }

  /** The JDK's clients replace a tab by a space. */
  private static void isReadAsFarAsItCan(Optional<Target> target) {
    assertThat(target)
        .hasValueSatisfying(
            found -> {
              assertThat(found.id(TRACE)).contains("t1");
              assertThat(found.id(REQUEST).orElse("a b")).isEqualTo("a b");
            });
  }

  /** A server that gives every request these headers, which MockWebServer would not. */
  private static ServerSocket odd(String headers) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread =
        new Thread(
            () -> {
              while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                  StringBuilder head = new StringBuilder();
                  int next;
                  while (head.indexOf("\r\n\r\n") < 0
                      && (next = socket.getInputStream().read()) != -1) {
                    head.append((char) next);
                  }
                  String answer =
                      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n"
                          + headers
                          + "\r\n\r\n";
                  socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                } catch (IOException closed) {
                  // the end of the test, or of a client
                }
              }
            });
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  @Test
  void aTargetNamesTheHeadersThatFixItsIdsUpFront() {
    assertThat(BOTH.requestHeaders(REQUEST, TRACE))
        .containsExactly(
            Map.entry("Helicone-Request-Id", "h1"), Map.entry("x-portkey-trace-id", "t1"));
    assertThat(Target.shared("one").requestHeaders(TRACE, REQUEST, DATAPOINT))
        .containsExactly(
            Map.entry("x-portkey-trace-id", "one"), Map.entry("Helicone-Request-Id", "one"));
    assertThat(Target.of(TRACE, "t1").requestHeaders(REQUEST, DATAPOINT)).isEmpty();
    assertThat(Target.of("bare").requestHeaders(TRACE))
        .containsExactly(Map.entry("x-portkey-trace-id", "bare"));
  }

  @Test
  void aBareIdIsNotEveryProviders() {
    assertThatThrownBy(() -> Target.of("bare").requestHeaders(TRACE, REQUEST))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Target.shared(id)");
  }

  @Test
  void everyVisibleCharacterMayStandInAHeader() {
    String id = IntStream.rangeClosed('!', '~').mapToObj(Character::toString).collect(joining());
    assertThat(Target.of(TRACE, id).requestHeaders(TRACE)).containsValue(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tráce", "a b", " a", "a "})
  void anIdThatHeadersWouldChangeIsRefused(String id) {
    assertThatThrownBy(() -> Target.of(TRACE, id).requestHeaders(TRACE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("target id of portkey/trace must be ASCII without spaces");
  }

  @Test
  void aTraceparentsTraceIdBecomesTheTarget() {
    Target target =
        Target.fromTraceparent(TRACE, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

    assertThat(target).isEqualTo(Target.of(TRACE, "4bf92f3577b34da6a3ce929d0e0e4736"));
    assertThat(target.requestHeaders(TRACE))
        .containsExactly(Map.entry("x-portkey-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings"
      })
  void aLaterVersionIsReadAsFarAsItIsKnown(String traceparent) {
    assertThat(Target.fromTraceparent(TRACE, traceparent).id(TRACE))
        .contains("4bf92f3577b34da6a3ce929d0e0e4736");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "0X-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
      })
  void whatIsNoTraceparentIsRefused(String traceparent) {
    assertThatThrownBy(() -> Target.fromTraceparent(TRACE, traceparent))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("traceparent must ")
        .message()
        .doesNotContain("4bf92f");
  }
}
