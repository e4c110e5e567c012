package io.github.llmfeedback.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.examples.quickstart.sandbox.Sandbox;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README, guide and the providers' pages promise. */
class ReadmeTest {
  /** What the blocks take for granted: imports, the class's name, the client's type, the block. */
  private static final String SURROUNDINGS =
      """
      import io.github.llmfeedback.*;
      import io.github.llmfeedback.baseplate.*;
      import io.github.llmfeedback.contract.*;
      import io.github.llmfeedback.fanout.*;
      import io.github.llmfeedback.helicone.*;
      import io.github.llmfeedback.humanloop.*;
      import io.github.llmfeedback.json.*;
      import io.github.llmfeedback.okhttp.*;
      import io.github.llmfeedback.outbox.*;
      import io.github.llmfeedback.outbox.jdbc.*;
      import io.github.llmfeedback.portkey.*;
      import io.github.llmfeedback.testing.*;
      import java.io.Writer;
      import java.net.URI;
      import java.net.http.HttpRequest;
      import java.net.http.HttpResponse;
      import java.nio.file.*;
      import java.sql.Connection;
      import java.time.*;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.stream.*;
      import javax.sql.DataSource;
      import okhttp3.OkHttpClient;
      import okhttp3.Request;
      import okhttp3.Response;
      %s

      abstract class %s {
        String traceId;
        String requestId;
        String datapoint;
        String datapointId;
        String usageId;
        String row;
        String userId;
        String requestBody;
        List<Feedback> feedbacks;
        %s client;
        PortkeyFeedbackClient portkey;
        HumanloopFeedbackClient humanloop;
        HeliconeFeedbackClient helicone;
        BaseplateFeedbackClient baseplate;
        Feedback feedback;
        Feedback changedMind;
        Receipt receipt;
        Target target;
        FanOut everywhere;
        Map<String, Outcome> outcomes;
        Outbox outbox;
        DataSource dataSource;
        HttpResponse<String> httpResponse;
        Request llmRequest;
        org.slf4j.Logger logger;

        abstract void save(Object anything);

        void block() throws Exception {
      %s
        }
      }
      """;

  private static final Pattern PROFILE = Pattern.compile("\\bmvn [^`\n]*-P([a-z0-9-]+)");

  /** On a provider's own page, the client is that provider's. */
  private static final Map<String, String> CLIENTS =
      Map.of(
          "portkey/README.md", "PortkeyFeedbackClient",
          "humanloop/README.md", "HumanloopFeedbackClient",
          "helicone/README.md", "HeliconeFeedbackClient",
          "baseplate/README.md", "BaseplateFeedbackClient");

  @Test
  void theReadmeIsReadInTwoMinutes() throws IOException {
    assertThat(Page.readme().words()).as("words in README.md").isLessThanOrEqualTo(900);
  }

  @Test
  void everyJavaBlockOfEveryPageCompiles(@TempDir Path classes) throws IOException {
    List<JavaFileObject> sources = new ArrayList<>();
    for (Page page : Page.all()) {
      List<String> blocks = page.blocks("java");
      for (int i = 0; i < blocks.size(); i++) {
        sources.add(source(page.name(), i + 1, blocks.get(i)));
      }
    }
    assertThat(sources).hasSizeGreaterThan(25);

    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    List<String> options =
        List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
    boolean compiled = compiler.getTask(errors, null, null, options, null, sources).call();

    assertThat(compiled).as(errors.toString()).isTrue();
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    Path project = Page.project();
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Page page : Page.all()) {
      for (String link : page.links()) {
        if (!link.matches("[a-z]+:.*")) {
          links++;
          if (!leadsSomewhere(project, page, link)) {
            broken.add(page.name() + ": " + link);
          }
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(links).isGreaterThan(40);
  }

  private static boolean leadsSomewhere(Path project, Page page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path file = project.resolve(page.name());
    Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]).normalize();
    if (!target.startsWith(project) || !Files.exists(target)) {
      return false;
    }
    return parts.length == 1
        || (target.toString().endsWith(".md")
            && Page.read(project.relativize(target).toString()).anchors(0).contains(parts[1]));
  }

  @Test
  void everyProfileThatAPageNamesIsInAPom() throws IOException {
    StringBuilder poms = new StringBuilder();
    for (String pom : Page.files("pom.xml")) {
      poms.append(Files.readString(Page.project().resolve(pom)));
    }
    List<String> named = new ArrayList<>();
    for (Page page : Page.all()) {
      PROFILE
          .matcher(String.join("\n", page.lines()))
          .results()
          .forEach(p -> named.add(p.group(1)));
    }
    assertThat(named).contains("quickstart", "ab-test", "benchmarks");
    assertThat(named).allMatch(profile -> poms.indexOf("<id>" + profile + "</id>") >= 0);
  }

  @Test
  void theGuidesTableOfContentsNamesEverySectionInOrder() throws IOException {
    Page guide = Page.guide();
    List<String> told =
        guide.lines().stream()
            .takeWhile(line -> !line.startsWith("## "))
            .filter(line -> line.startsWith("- [") && line.contains("](#"))
            .map(line -> line.replaceAll(".*]\\(#(.*)\\)", "$1"))
            .toList();
    assertThat(told).isEqualTo(guide.anchors(2));
  }

  @Test
  void theTableOfWhoKeepsWhatIsWhatTheClientsSay() throws IOException {
    List<List<String>> told = Page.readme().table("Part");

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
  void eachProvidersPageSaysOfEachPartWhatItsClientSays() throws IOException {
    try (Sandbox sandbox = Sandbox.start();
        Clients clients = Clients.of(sandbox, ClientSettings.defaults())) {
      for (Capabilities real :
          List.of(
              clients.portkey().capabilities(),
              clients.humanloop().capabilities(),
              clients.helicone().capabilities(),
              clients.baseplate().capabilities())) {
        Map<Part, String> told = new EnumMap<>(Part.class);
        for (List<String> row : Page.read(real.provider() + "/README.md").table("Part")) {
          for (String part : row.get(0).split(", ", -1)) {
            told.put(Part.valueOf(part), row.get(2));
          }
        }
        assertThat(told)
            .as(real.provider())
            .isEqualTo(
                Stream.of(Part.values())
                    .collect(Collectors.toMap(part -> part, part -> real.support(part).name())));
      }
    }
  }

  @Test
  void theSettingsTableNamesEverySettingWithItsDefault()
      throws ReflectiveOperationException, IOException {
    Map<String, String> told = new LinkedHashMap<>();
    for (List<String> row : Page.guide().table("Setting")) {
      told.put(row.get(0).replace("`", ""), row.get(1).replace("`", ""));
    }

    Map<String, String> real = new LinkedHashMap<>();
    for (Method setter : ClientSettings.Builder.class.getDeclaredMethods()) {
      if (Modifier.isPublic(setter.getModifiers()) && setter.getParameterCount() > 0) {
        String name = setter.getName();
        real.put(name, byDefault(name).orElseGet(() -> told.getOrDefault(name, "")));
      }
    }
    assertThat(told).containsExactlyInAnyOrderEntriesOf(real);
  }

  /** A setting's default as the table writes it; empty if it is nothing that can be written. */
  private static Optional<String> byDefault(String setting) throws ReflectiveOperationException {
    if (setting.equals("backoff")) {
      ClientSettings defaults = ClientSettings.defaults();
      return Optional.of(written(defaults.firstBackoff()) + " … " + written(defaults.maxBackoff()));
    }
    Object value = ClientSettings.class.getMethod(setting).invoke(ClientSettings.defaults());
    if (value instanceof Duration time) {
      return Optional.of(written(time));
    } else if (setting.endsWith("Bytes") && value instanceof Long bytes) {
      return Optional.of((bytes >> 20) + " MB");
    } else if (value instanceof Number number) {
      return Optional.of(String.format(Locale.ROOT, "%,d", number.longValue()));
    }
    return value instanceof Boolean || value instanceof LossPolicy
        ? Optional.of(value.toString())
        : Optional.empty();
  }

  private static String written(Duration time) {
    if (time.toMillis() % 1_000 != 0) {
      return time.toMillis() + " ms";
    }
    return time.toSeconds() % 60 == 0 ? time.toMinutes() + " min" : time.toSeconds() + " s";
  }

  @Test
  void theTableOfErrorsNamesEveryKindOfFeedbackException() throws IOException {
    List<String> told =
        Page.readme().table("Exception").stream().map(row -> row.get(0).replace("`", "")).toList();

    assertThat(told)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(FeedbackException.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .toList());
  }

  /** A kind may have kinds of its own, in a provider's module. */
  @Test
  void everyExceptionOfOneProviderIsAmongTheErrorsOnItsPage() throws Exception {
    List<String> ofProviders = new ArrayList<>();
    for (String file : Page.files("Exception.java")) {
      String[] moduleAndClass = file.replace(".java", "").split("/src/main/java/", 2);
      if (moduleAndClass.length == 2 && !moduleAndClass[0].equals("core")) {
        Class<?> type = Class.forName(moduleAndClass[1].replace('/', '.'));
        if (FeedbackException.class.isAssignableFrom(type)) {
          ofProviders.add(type.getSimpleName());
          assertThat(Page.read(moduleAndClass[0] + "/README.md").section("Errors"))
              .as(file)
              .anyMatch(line -> line.startsWith("| `" + type.getSimpleName() + "`"));
        }
      }
    }
    assertThat(ofProviders).contains("HeliconeUnconfirmedException");
  }

  @Test
  void everyKindOfErrorAndEveryReasonIsAmongTheFaults() throws IOException {
    String faults = String.join("\n", Page.guide().section("What happens if…"));
    for (Class<?> kind : FeedbackException.class.getPermittedSubclasses()) {
      if (!kind.equals(io.github.llmfeedback.UndeliveredFeedbackException.class)) {
        assertThat(faults).contains("`" + kind.getSimpleName() + "`");
      }
    }
    for (Reason reason : Reason.values()) {
      assertThat(faults).containsPattern("\\b" + reason + "\\b");
    }
  }

  private static JavaFileObject source(String page, int number, String block) {
    String name = page.replaceAll("[^A-Za-z]", "_") + number;
    String imports = block.lines().filter(ReadmeTest::isImport).collect(Collectors.joining("\n"));
    String code = block.lines().filter(line -> !isImport(line)).collect(Collectors.joining("\n"));
    String client = CLIENTS.getOrDefault(page, "FeedbackClient");
    String source = SURROUNDINGS.formatted(imports, name, client, code);
    return new SimpleJavaFileObject(
        URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source;
      }
    };
  }

  private static boolean isImport(String line) {
    return line.startsWith("import ");
  }
}
