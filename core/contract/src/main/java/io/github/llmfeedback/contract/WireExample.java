package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One exchange with a provider, from a file below {@code src/test/resources}: the request and the
 * response. Each file's source and date are in the {@code SOURCES.md} beside it.
 */
public final class WireExample {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();
  private static final Path RESOURCES = Path.of("src", "test", "resources");
  private static final Pattern ENTRY = Pattern.compile("\\| `([^`]+)` \\| [^|]+ \\| [^|]*\\d{4}.*");

  private final JsonNode exchange;

  private WireExample(JsonNode exchange) {
    this.exchange = exchange;
  }

  /** The exchange in this file, such as {@code helicone/rated-up.json}. */
  public static WireExample of(String file) {
    try {
      return new WireExample(MAPPER.readTree(RESOURCES.resolve(file).toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails unless every example of a folder has an entry in its SOURCES.md, and the reverse. */
  public static void assertSourced(String folder) {
    try (Stream<Path> files = Files.list(RESOURCES.resolve(folder));
        Stream<String> lines = Files.lines(RESOURCES.resolve(folder).resolve("SOURCES.md"))) {
      List<String> examples =
          files
              .map(file -> file.getFileName().toString())
              .filter(f -> f.endsWith(".json"))
              .toList();
      List<String> entries =
          lines.map(ENTRY::matcher).filter(m -> m.matches()).map(m -> m.group(1)).toList();
      assertThat(entries).containsExactlyInAnyOrderElementsOf(examples);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails unless both are the same JSON, ignoring white space and the order of keys. */
  public static void assertSameJson(String actual, String expected) {
    assertThat(tree(actual)).isEqualTo(tree(expected));
  }

  /** The JSON of a wire object, without null fields. */
  public static String json(Object object) {
    return MAPPER.valueToTree(object).toString();
  }

  /** Fails unless the request is the example's: method, path and the body as a tree. */
  public void assertAsks(WireRequest request) {
    assertAsks(request, "");
  }

  /** As {@link #assertAsks(WireRequest)}, but of the body only what is at this JSON pointer. */
  public void assertAsks(WireRequest request, String pointer) {
    JsonNode expected = exchange.path("request");
    assertThat(request.method()).isEqualTo(expected.path("method").asText());
    String belowTheBase = expected.path("path").asText().replaceFirst("^/v\\d(?=/)", "");
    assertThat("/" + String.join("/", request.path())).isEqualTo(belowTheBase);
    assertThat(tree(request.json()).at(pointer)).isEqualTo(expected.path("body").at(pointer));
  }

  /**
   * The example's request, whose body is a wire object of this type, or a list of them; null if the
   * example has a response only.
   */
  public <W> @Nullable WireRequest request(Class<W> type) {
    JsonNode request = exchange.path("request");
    if (request.isMissingNode()) {
      return null;
    }
    List<W> objects = new ArrayList<>();
    JsonNode body = request.path("body");
    for (JsonNode object : body.isArray() ? body : List.of(body)) {
      objects.add(MAPPER.convertValue(object, type));
    }
    return WireRequest.of(
        request.path("method").asText(),
        body.isArray() ? objects : objects.get(0),
        request.path("path").asText().substring(1).split("/", -1));
  }

  /** The example's response. */
  public ProviderResponse answer() {
    Reply reply = reply();
    ProviderResponse answer = ProviderResponse.of(reply.status(), reply.body());
    for (var header : reply.headers().entrySet()) {
      answer = answer.withHeader(header.getKey(), header.getValue());
    }
    return answer;
  }

  /** The example's response, for a server to send. */
  public Reply reply() {
    JsonNode response = exchange.path("response");
    String body =
        response.has("json") ? response.get("json").toString() : response.path("text").asText();
    Reply reply = Reply.of(response.path("status").asInt(), body);
    JsonNode headers = response.path("headers");
    for (Iterator<String> names = headers.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      reply = reply.header(name, headers.get(name).asText());
    }
    return reply;
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
