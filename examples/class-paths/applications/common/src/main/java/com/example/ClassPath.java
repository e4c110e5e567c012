package com.example;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Which jars the application runs on. */
final class ClassPath {
  private static final List<String> CLASSES =
      List.of(
          "io/github/llmfeedback/FeedbackClient",
          "okhttp3/OkHttpClient",
          "okio/Okio",
          "kotlin/Unit",
          "com/fasterxml/jackson/core/JsonFactory",
          "com/fasterxml/jackson/annotation/JsonProperty",
          "com/fasterxml/jackson/databind/ObjectMapper",
          "com/fasterxml/jackson/datatype/jsr310/JavaTimeModule",
          "org/slf4j/Logger");

  private ClassPath() {}

  /** The jar of each library; throws if a class stands in two, or in none. */
  static String versions() {
    found()
        .forEach(
            (name, jars) -> {
              if (jars.size() != 1) {
                throw new IllegalStateException(name + " stands in " + jars);
              }
            });
    return found().values().stream()
        .flatMap(List::stream)
        .distinct()
        .collect(Collectors.joining(" "));
  }

  static Map<String, List<String>> found() {
    Map<String, List<String>> jars = new LinkedHashMap<>();
    for (String name : CLASSES) {
      jars.put(name, jars(name + ".class"));
    }
    return jars;
  }

  private static List<String> jars(String resource) {
    try {
      return Collections.list(ClassPath.class.getClassLoader().getResources(resource)).stream()
          .map(ClassPath::jar)
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of {@code jar:file:/…/okio-jvm-3.18.1.jar!/okio/Okio.class}, {@code okio-jvm-3.18.1}. */
  private static String jar(URL url) {
    return url.toString().replaceAll("\\.jar!.*", "").replaceAll(".*/", "");
  }
}
