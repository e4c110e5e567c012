package io.github.llmfeedback.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A request as a server saw it.
 *
 * @param method the HTTP method
 * @param path the path with its query, as in the request line
 * @param headers by name in any case
 * @param body the body as UTF-8
 */
public record Seen(String method, String path, Map<String, List<String>> headers, String body) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Makes the lookup of headers case-insensitive. */
  public Seen {
    Map<String, List<String>> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    anyCase.putAll(headers);
    headers = anyCase;
  }

  /** The first value of a header; empty text if there is none. */
  public String header(String name) {
    List<String> values = headers.getOrDefault(name, List.of());
    return values.isEmpty() ? "" : values.get(0);
  }

  /** The decoded segments of the path; fails if there is anything but a path. */
  public List<String> segments() {
    List<String> segments = new ArrayList<>();
    for (String segment : path.substring(1).split("/", -1)) {
      if (segment.matches(".*[?#].*")) {
        throw new AssertionError("more than a path: " + path);
      }
      segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
    }
    return segments;
  }

  /** Every text under this name in the JSON body, at any depth, in order. */
  public List<String> texts(String field) {
    try {
      return JSON.readTree(body).findValuesAsText(field);
    } catch (JsonProcessingException e) {
      throw new AssertionError("the request's body is no JSON: " + body, e);
    }
  }
}
