package io.github.llmfeedback.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
  /** What the blocks take for granted. */
  private static final String SURROUNDINGS =
      """
      import io.github.llmfeedback.*;
      import io.github.llmfeedback.baseplate.*;
      import io.github.llmfeedback.fanout.*;
      import io.github.llmfeedback.helicone.*;
      import io.github.llmfeedback.humanloop.*;
      import io.github.llmfeedback.okhttp.*;
      import io.github.llmfeedback.portkey.*;
      import io.github.llmfeedback.testing.*;
      import java.net.URI;
      import java.net.http.HttpRequest;
      import java.net.http.HttpResponse;
      import java.time.*;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.stream.*;
      import okhttp3.OkHttpClient;
      import okhttp3.Request;
      import okhttp3.Response;

      abstract class Block%d {
        String traceId;
        String requestId;
        String datapoint;
        String row;
        List<Feedback> feedbacks;
        FeedbackClient client;
        PortkeyFeedbackClient portkey;
        HumanloopFeedbackClient humanloop;
        HeliconeFeedbackClient helicone;
        BaseplateFeedbackClient baseplate;
        Feedback feedback;
        Receipt receipt;
        Target target;
        FanOut everywhere;
        Map<String, Outcome> outcomes;
        HttpResponse<String> httpResponse;
        Request llmRequest;
        org.slf4j.Logger logger;

        abstract void save(Object anything);

        void block() throws Exception {
      %s
        }
      }
      """;

  @Test
  void everyJavaBlockCompiles(@TempDir Path classes) throws IOException {
    List<String> blocks = Readme.read().blocks("java");
    assertThat(blocks).hasSizeGreaterThan(8);
    List<JavaFileObject> sources = new ArrayList<>();
    for (String block : blocks) {
      int number = sources.size();
      sources.add(source("Block" + number, SURROUNDINGS.formatted(number, block)));
    }

    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    List<String> options =
        List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
    boolean compiled = compiler.getTask(errors, null, null, options, null, sources).call();

    assertThat(compiled).as(errors.toString()).isTrue();
  }

  @Test
  void theTableOfWhoKeepsWhatIsWhatTheClientsSay() throws IOException {
    List<List<String>> told = Readme.read().table("Part");

    try (Sandbox sandbox = Sandbox.start();
        Clients clients = Clients.of(sandbox, ClientSettings.defaults())) {
      List<Capabilities> all =
          List.of(
              clients.portkey().capabilities(),
              clients.humanloop().capabilities(),
              clients.helicone().capabilities(),
              clients.baseplate().capabilities());
      List<List<String>> real =
          Stream.of(Part.values())
              .map(
                  part ->
                      Stream.concat(
                              Stream.of(part.name()), all.stream().map(c -> c.support(part).name()))
                          .toList())
              .toList();
      assertThat(told).isEqualTo(real);
    }
  }

  @Test
  void theSettingsTableNamesEverySetting() throws IOException {
    List<String> told =
        Readme.read().table("Setting").stream().map(row -> row.get(0).replace("`", "")).toList();

    List<String> real =
        Stream.of(ClientSettings.Builder.class.getDeclaredMethods())
            .filter(method -> java.lang.reflect.Modifier.isPublic(method.getModifiers()))
            .filter(method -> method.getParameterCount() > 0)
            .map(java.lang.reflect.Method::getName)
            .toList();
    assertThat(told).containsExactlyInAnyOrderElementsOf(real);
  }

  private static JavaFileObject source(String name, String code) {
    return new SimpleJavaFileObject(
        URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return code;
      }
    };
  }
}
