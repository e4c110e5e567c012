package io.github.llmfeedback.examples.quickstart.sandbox;

import com.sun.net.httpserver.Headers;
import java.util.Optional;

/** One HTTP request as a provider sees it; the path is what follows the provider's base. */
record Call(String method, String path, Headers headers, String body) {

  boolean is(String otherMethod, String otherPath) {
    return method.equals(otherMethod) && path.equals(otherPath);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.getFirst(name));
  }

  boolean hasHeader(String name, String value) {
    return header(name).filter(value::equals).isPresent();
  }

  boolean hasBearer(String key) {
    return hasHeader("Authorization", "Bearer " + key);
  }

  /** The path's one segment between two fixed parts; empty when the path is another. */
  Optional<String> segment(String before, String after) {
    if (!path.startsWith(before)
        || !path.endsWith(after)
        || path.length() <= before.length() + after.length()) {
      return Optional.empty();
    }
    String segment = path.substring(before.length(), path.length() - after.length());
    return Optional.of(segment).filter(text -> text.indexOf('/') < 0);
  }
}
