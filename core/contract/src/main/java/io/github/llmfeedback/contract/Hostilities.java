package io.github.llmfeedback.contract;

import static io.github.llmfeedback.contract.Hostility.fault;
import static io.github.llmfeedback.contract.Hostility.http2;
import static io.github.llmfeedback.contract.Hostility.onTheWay;

import io.github.llmfeedback.contract.Hostility.Misbehaviour;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * All faults that the tests cause. Where a server may or may not have stored the feedback, it did:
 * then a repeated request counts twice, and an error that says "not stored" is false.
 */
final class Hostilities {
  private static final byte[] BOMB = bomb();

  private Hostilities() {}

  /** All of them; redirects lead to {@code elsewhere}, or to a host of their own. */
  static List<Hostility> all(String elsewhere) {
    List<Hostility> all = new ArrayList<>();
    statuses(all);
    breaks(all);
    slowness(all);
    bodies(all);
    halfAYes(all);
    redirects(all, elsewhere);
    http2s(all);
    roads(all);
    return all;
  }

  private static void onceAndForGood(List<Hostility> all, Hostility fault) {
    all.add(fault);
    all.add(fault.thenWell());
  }

  private static void statuses(List<Hostility> all) {
    for (int status : new int[] {408, 500, 502, 504}) {
      onceAndForGood(all, fault("" + status, exchange -> exchange.take().answer(says(status))));
    }
    for (int status : new int[] {429, 503}) {
      onceAndForGood(all, fault("" + status, exchange -> exchange.answer(says(status))));
    }
    Reply atOnce = says(503).header("Retry-After", "0");
    onceAndForGood(all, fault("503 with Retry-After: 0", exchange -> exchange.answer(atOnce)));
    Reply never = says(429).header("Retry-After", "99999999999");
    all.add(fault("429 for 3,000 years", exchange -> exchange.answer(never)));
  }

  private static Reply says(int status) {
    return Reply.of(status, "{\"error\":\"so\"}");
  }

  private static void breaks(List<Hostility> all) {
    all.add(fault("reset before anything is read", Exchange::reset).closingUnread());
    all.add(fault("reset before the body is read", Exchange::reset));
    all.add(
        fault(
            "reset in the body",
            exchange -> {
              exchange.readBytes(10);
              exchange.reset();
            }));
    onceAndForGood(all, fault("reset after the body", exchange -> exchange.take().reset()));
    onceAndForGood(all, fault("answer lost", exchange -> exchange.take().close()));
    onceAndForGood(
        all,
        fault(
            "reset in the answer's head",
            exchange -> {
              exchange.take().lines("HTTP/1.1 200 OK\nContent-Le");
              exchange.reset();
            }));
    onceAndForGood(all, fault("closed in the answer's body", exchange -> half(exchange, 0)));
    all.add(
        fault(
                "kept connection closed a moment ago",
                exchange -> {
                  exchange.yes();
                  if (exchange.server.ended() == 0) {
                    exchange.close();
                  }
                })
            .onceOneEnded());
  }

  private static void slowness(List<Hostility> all) {
    all.add(fault("never answers", exchange -> exchange.take().server.rest(60_000)).slow());
    all.add(
        fault("head of a byte a second", exchange -> exchange.take().writeSlowly("HTTP/1.1 200"))
            .slow());
    all.add(
        fault(
                "body of a byte a second",
                exchange -> {
                  exchange.take().ok("Content-Length: 1000\n");
                  exchange.writeSlowly("{\"status\":\"success\"}");
                })
            .slow());
  }

  private static void bodies(List<Hostility> all) {
    all.add(
        fault(
            "truncated JSON",
            exchange -> {
              String body = exchange.take().yesBody();
              exchange.answer(Reply.of(200, body.substring(0, body.length() / 2)));
            }));
    all.add(fault("Content-Length too short", exchange -> half(exchange, -1)));
    all.add(fault("Content-Length too long", exchange -> half(exchange, 1)));
    Reply page = Reply.of(200, "<!doctype html><title>Parked</title>");
    Reply html = page.header("Content-Type", "text/html; charset=utf-8");
    all.add(fault("200 with HTML", exchange -> exchange.take().answer(html)));
    Reply badGateway = Reply.of(502, html.body()).header("Content-Type", "text/html");
    all.add(fault("502 with HTML", exchange -> exchange.take().answer(badGateway)));
    all.add(fault("200 with nothing", exchange -> exchange.take().answer(Reply.of(200, ""))));
    all.add(fault("204", exchange -> exchange.take().answer(Reply.of(204, ""))));
    all.add(fault("100 MB", Hostilities::hundredMegabytes));
    all.add(fault("gzip bomb", raw("Content-Encoding: gzip\n", BOMB)));
    all.add(
        fault(
            "chunk extension without end",
            endless("Transfer-Encoding: chunked\n", "2;".getBytes(StandardCharsets.UTF_8))));
    byte[] namedGzip = {0x1f, (byte) 0x8b, 8, 8, 0, 0, 0, 0, 0, 0};
    all.add(
        fault(
            "gzip file name without end",
            endless("Content-Encoding: gzip\nContent-Length: 99999999999\n", namedGzip)));
    byte[] rich = ("[" + "{},".repeat(100_000) + "{}]").getBytes(StandardCharsets.UTF_8);
    all.add(fault("100,000 objects", raw("", rich)));
    all.add(fault("deep JSON", raw("", "[".repeat(100_000).getBytes(StandardCharsets.UTF_8))));
    byte[] invalid = "{\"status\":\"succ?ss\"}".getBytes(StandardCharsets.ISO_8859_1);
    invalid[15] = (byte) 0xff;
    all.add(fault("invalid UTF-8", raw("", invalid)));
    all.add(
        fault(
            "wrong content type",
            exchange -> {
              Reply yes = exchange.server.provider.accept(exchange.take().read());
              exchange.answer(yes.header("Content-Type", "text/plain"));
            }));
    all.add(fault("no HTTP", exchange -> exchange.take().lines("SSH-2.0-Open\n\n")));
  }

  /** Responses with a success status that accept only some feedbacks, or none. */
  private static void halfAYes(List<Hostility> all) {
    all.add(
        fault(
            "200 that names only the first",
            exchange ->
                exchange
                    .takeOnly(1)
                    .answer(exchange.server.provider.acceptOnly(exchange.read(), 1))));
    all.add(
        fault(
            "200 that names none",
            exchange ->
                exchange.take().answer(exchange.server.provider.acceptOnly(exchange.read(), 0))));
    all.add(
        fault(
            "422 after half was stored",
            exchange -> {
              int count = exchange.server.provider.targetIds(exchange.read()).size();
              exchange.takeOnly(count / 2).answer(says(422));
            }));
    for (String nothing : new String[] {"false", "0", "\"\"", "[]", "{}"}) {
      all.add(
          fault(
              "yes with the error " + nothing,
              exchange -> {
                String yes = exchange.take().yesBody().replace(",\"error\":null", "");
                String with = yes.replaceFirst("}(]?)$", ",\"error\":" + nothing + "}$1");
                exchange.answer(Reply.of(200, with.replace("{,", "{")));
              }));
    }
    all.add(
        fault(
            "yes with ids that are none",
            exchange -> exchange.answer(Reply.of(200, withoutIds(exchange.take().yesBody())))));
    all.add(answered("200 with success: false", "{\"success\":false}"));
    all.add(answered("200 with a message", "{\"message\":\"Unauthorized\"}"));
    all.add(answered("200 with plain text", "Unauthorized"));
    all.add(
        fault(
            "several interim responses",
            exchange -> {
              exchange.take().lines("HTTP/1.1 103 Hints\n\nHTTP/1.1 103 Hints\n\n");
              exchange.answer(exchange.server.provider.accept(exchange.read()));
            }));
  }

  /** A success whose ids contain terminal colours, bidi controls, line breaks and the key. */
  private static String withoutIds(String yes) {
    String none = StrictJson.quoted("\u001b[31m\u202e\r\n" + ClientUnderTest.API_KEY);
    String text = "\"(?:[^\"\\\\]|\\\\.)*+\"";
    String ids = "(?<=\"id\":)%1$s|(?<=\"feedback_ids\":\\[)%1$s(?:,%1$s)*+".formatted(text);
    return Pattern.compile(ids)
        .matcher(yes)
        .replaceAll(
            several ->
                Matcher.quoteReplacement(
                    several.group().replaceAll(text, Matcher.quoteReplacement(none))));
  }

  private static Hostility answered(String name, String body) {
    return fault(name, exchange -> exchange.take().answer(Reply.of(200, body)));
  }

  /** A 200 whose declared body length is too short, or that is cut off, or half too long. */
  private static void half(Exchange exchange, int tooLong) throws IOException {
    String body = exchange.take().yesBody();
    int half = body.length() / 2;
    int declared = tooLong < 0 ? half : body.length() + tooLong * half;
    exchange.ok("Connection: close\nContent-Length: " + declared + "\n");
    exchange.write(tooLong == 0 ? body.substring(0, half) : body);
    exchange.close();
  }

  private static Misbehaviour raw(String headers, byte[] body) {
    return exchange -> {
      exchange.take().ok(headers + "Content-Length: " + body.length + "\n");
      exchange.write(body);
    };
  }

  /** Responses that go on until the client closes the connection. */
  private static Misbehaviour endless(String headers, byte[] beginning) {
    return exchange -> {
      exchange.take().ok(headers);
      exchange.write(beginning);
      byte[] more = "x".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
      while (true) {
        exchange.write(more);
      }
    };
  }

  private static void hundredMegabytes(Exchange exchange) throws IOException {
    exchange.take().ok("Content-Length: 104857600\n");
    byte[] megabyte = " ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 100; i++) {
      exchange.write(megabyte); // fails when the client has closed the connection
    }
  }

  private static byte[] bomb() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      for (int i = 0; i < 100; i++) {
        gzip.write(new byte[1 << 20]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void redirects(List<Hostility> all, String elsewhere) {
    for (int status : new int[] {301, 302, 307, 308}) {
      all.add(fault(status + " to another host", redirect(status, elsewhere + "/other")));
      all.add(
          fault(status + " to plain http", redirect(status, elsewhere + "/plain")).by(Route.TLS));
      all.add(fault(status + " to itself", redirect(status, "")));
    }
  }

  private static Misbehaviour redirect(int status, String place) {
    return exchange -> {
      String location = place.isEmpty() ? exchange.read().path() : place;
      exchange.answer(Reply.of(status, "").header("Location", location));
    };
  }

  private static void http2s(List<Hostility> all) {
    onceAndForGood(
        all, http2("stream refused", stream -> stream.reset(Http2Frames.REFUSED_STREAM)));
    onceAndForGood(
        all,
        http2(
            "stream broken after the feedback was taken",
            stream -> {
              stream.take();
              stream.reset(Http2Frames.INTERNAL_ERROR);
            }));
    onceAndForGood(all, http2("GOAWAY before the request", stream -> stream.goAway(false)));
    onceAndForGood(
        all,
        http2(
            "GOAWAY after the feedback was taken",
            stream -> {
              stream.take();
              stream.goAway(true);
              stream.close();
            }));
    all.add(
        http2(
            "HTTP/2 headers without end",
            stream -> {
              stream.take();
              stream.headersWithoutEnd();
            }));
    all.add(
        http2(
            "GOAWAY, and the answer after it",
            stream -> {
              stream.goAway(true);
              stream.yes();
            }));
  }

  private static void roads(List<Hostility> all) {
    all.add(onTheWay("certificate not trusted", Route.UNTRUSTED));
    all.add(onTheWay("certificate of another host", Route.WRONG_HOST));
    Misbehaviour proxy =
        exchange -> {
          if (Route.hasCredentials(exchange)) {
            exchange.yes();
          } else {
            Reply who = Reply.of(407, "").header("Proxy-Authenticate", "Basic realm=\"so\"");
            exchange.answer(who);
          }
        };
    Misbehaviour tunnel =
        exchange -> {
          if (exchange.firstLine().startsWith("CONNECT")) {
            exchange.lines("HTTP/1.1 407 Who\nProxy-Authenticate: Basic realm=\"so\"\n");
            exchange.lines("Content-Length: 0\n\n");
          } else {
            exchange.yes();
          }
        };
    all.add(fault("407 of a proxy, by plain http", proxy).by(Route.PROXY));
    all.add(fault("407, then credentials, by plain http", proxy).by(Route.PROXY_WITH_CREDENTIALS));
    all.add(fault("407 of a proxy", tunnel).by(Route.TUNNEL));
    all.add(fault("407, then credentials", tunnel).by(Route.TUNNEL_WITH_CREDENTIALS));
    all.add(onTheWay("name unknown", Route.UNKNOWN_NAME));
    all.add(onTheWay("first address dead", Route.SECOND_ADDRESS));
  }
}
