package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.RejectedFeedbackException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How every client is made: from a key, a base URL and the environment. */
public abstract class BuilderContract {
  private static final String KEY = ClientUnderTest.API_KEY;

  private final ClientUnderTest provider;
  private final String keyVariable;
  private final String baseUrlVariable;
  private final String version;
  private final String hosted;
  private final String id;

  /**
   * The builder of a provider's client.
   *
   * @param variables the prefix of its environment variables
   * @param version the segment of the path that a base URL may leave out
   * @param hosted how the client of the provider's own host shows itself
   */
  protected BuilderContract(
      ClientUnderTest provider, String variables, String version, String hosted) {
    this.provider = provider;
    this.keyVariable = variables + "_API_KEY";
    this.baseUrlVariable = variables + "_BASE_URL";
    this.version = version;
    this.hosted = hosted;
    this.id = provider.freshTargetId();
    provider.server().answerAll(provider::accept);
  }

  /** A client of the provider's own host. */
  protected abstract FeedbackClient create(@Nullable String apiKey);

  /** A client of exactly this URL. */
  protected abstract FeedbackClient exact(String baseUrl, String apiKey);

  /** A client of this environment, with these settings. */
  protected abstract FeedbackClient fromEnv(
      ClientSettings settings, Function<String, String> environment);

  /** Where feedback on this target goes, below the base URL. */
  protected abstract String path(String targetId);

  @AfterEach
  final void stop() {
    provider.server().close();
  }

  private Seen submitted(FeedbackClient client) {
    try (client) {
      assertThat(client.submit(provider.plain(id).build()).target()).isEqualTo(id);
    }
    return provider.server().take();
  }

  private FeedbackClient open(String baseUrl) {
    return provider.open(baseUrl, KEY, provider.quick().build());
  }

  private FeedbackClient fromEnv(Map<String, String> variables) {
    return fromEnv(ClientSettings.defaults(), variables);
  }

  @SuppressWarnings("NullAway") // on JDK 17 it does not see in class files that null is allowed
  private FeedbackClient fromEnv(ClientSettings settings, Map<String, String> variables) {
    return fromEnv(settings, variables::get);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", " ", "\t", " \n"})
  void aMissingKeyNamesItsVariable(@Nullable String key) {
    Map<String, String> variables = new HashMap<>();
    if (key != null) {
      variables.put(keyVariable, key);
    }
    String what = key == null ? "missing" : "blank";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> create(key))
        .withMessageContaining(keyVariable)
        .withMessageContaining(what);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fromEnv(variables))
        .withMessageContaining(keyVariable)
        .withMessageContaining(what);
  }

  @Test
  void aKeyWithALineBreakIsRefusedUnprinted() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> create(KEY + "\n"))
        .withMessageContaining("line break")
        .satisfies(e -> assertThat(e.toString()).doesNotContain(KEY));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {"Bearer %s, begin with \"Bearer \"", "'%s', be in quotes", "\"%s\", be in quotes"})
  void aKeyWithWhatItWasCopiedFromIsRefused(String copied, String because) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> create(copied.formatted(KEY)))
        .withMessage("the API key must not " + because + "; give the key alone");
  }

  @Test
  void theEnvironmentGivesKeyAndBaseUrl() {
    String baseUrl = provider.server().url() + "/own/" + version + "/";
    Seen seen = submitted(fromEnv(Map.of(keyVariable, "from-env", baseUrlVariable, baseUrl)));
    assertThat(seen.path()).isEqualTo("/own/" + version + path(id));
    assertThat(seen.headers().values().toString()).contains("from-env");
  }

  @Test
  void theEnvironmentGoesWithSettingsOfOnesOwn() {
    String baseUrl = provider.server().url();
    Map<String, String> variables = Map.of(keyVariable, KEY, baseUrlVariable, baseUrl);
    ClientSettings once = ClientSettings.builder().maxRetries(0).build();
    provider.server().answerAll(seen -> Reply.of(503, "{}"));
    try (FeedbackClient client = fromEnv(once, variables)) {
      assertThatThrownBy(() -> client.submit(provider.plain(id).build()))
          .isInstanceOf(RejectedFeedbackException.class);
    }
    assertThat(provider.server().count()).isEqualTo(1);
  }

  @Test
  void withoutABaseUrlItIsTheHostedOne() {
    for (FeedbackClient client :
        new FeedbackClient[] {
          create(KEY),
          fromEnv(Map.of(keyVariable, KEY)),
          fromEnv(Map.of(keyVariable, KEY, baseUrlVariable, " "))
        }) {
      assertThat(client).hasToString(hosted);
      client.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "/, ''",
    "/%s, ''",
    "/%s/, ''",
    "/own, /own",
    "/own/, /own",
    "/own//, /own",
    "/own/%s, /own",
    "/own/%s/, /own",
    "/behind/a/proxy, /behind/a/proxy"
  })
  void aBaseUrlMayEndInASlashOrInTheVersion(String given, String prefix) {
    String baseUrl = provider.server().url() + given.formatted(version);
    assertThat(submitted(open(baseUrl)).path()).isEqualTo(prefix + "/" + version + path(id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/llm/provider"})
  void toAnExactBaseUrlNothingIsAdded(String prefix) {
    assertThat(submitted(exact(provider.server().url() + prefix, KEY)).path())
        .isEqualTo(prefix + path(id));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "provider.example/v1",
        "https:///v1",
        "https://api.openai.com/v1",
        "https://api.openai.com",
        "https://h/v1?x=1",
        "ftp://h",
        "",
        "http://provider.example"
      })
  void aBaseUrlThatIsNotOneIsRefused(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(url))
        .withMessageContaining("base URL")
        .satisfies(e -> assertThat(e.toString()).doesNotContain(KEY));
  }
}
