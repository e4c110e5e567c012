package io.github.llmfeedback.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.llmfeedback.BadInput;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.engine.http.HttpCodec;
import io.github.llmfeedback.spi.WireRequest;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where requests are sent, depending on the base URL. */
class ClientBuilderTest {
  private static final class Builder extends ClientBuilder<Builder> {
    Builder(String version) {
      super("toy", "https://toy.example/v1", version);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected boolean isLlmProxy(String host) {
      return host.equals("llm.toy.example");
    }

    Builder from(Map<String, String> environment) {
      return baseUrlFrom(environment::get);
    }

    ClientSettings used() {
      return settings();
    }

    String url() {
      return new HttpCodec(endpoint()).url(WireRequest.of("POST", "body", "feedback")).toString();
    }
  }

  private final Builder builder = new Builder("v1");

  @ParameterizedTest
  @CsvSource({
    "https://host, https://host/v1/feedback",
    "https://host/, https://host/v1/feedback",
    "https://host/v1, https://host/v1/feedback",
    "https://host/v1//, https://host/v1/feedback",
    "https://host/a, https://host/a/v1/feedback",
    "https://host/a/v1/, https://host/a/v1/feedback",
    "https://host/v1/a, https://host/v1/a/v1/feedback",
    "https://host/xv1, https://host/xv1/v1/feedback",
    "https://host/v11, https://host/v11/v1/feedback",
  })
  void theVersionIsAddedUnlessThePathEndsWithIt(String baseUrl, String expected) {
    assertThat(builder.baseUrl(baseUrl).url()).isEqualTo(expected);
    assertThat(builder.from(Map.of("TOY_BASE_URL", baseUrl)).url()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "https://host, https://host/feedback",
    "https://host/a/, https://host/a/feedback",
    "https://host/v2, https://host/v2/feedback",
    "https://host/v1, https://host/v1/feedback",
  })
  void toAnExactBaseUrlNothingIsAdded(String baseUrl, String expected) {
    assertThat(builder.exactBaseUrl(baseUrl).url()).isEqualTo(expected);
  }

  @Test
  void theLastOfBothCountsAndWithoutEitherTheDefault() {
    assertThat(builder.url()).isEqualTo("https://toy.example/v1/feedback");
    assertThat(builder.exactBaseUrl("https://a").baseUrl("https://b").url())
        .isEqualTo("https://b/v1/feedback");
    assertThat(builder.baseUrl("https://b").exactBaseUrl("https://a").url())
        .isEqualTo("https://a/feedback");
    assertThat(builder.from(Map.of("TOY_BASE_URL", " ")).url()).isEqualTo("https://a/feedback");
    assertThat(builder.from(Map.of()).url()).isEqualTo("https://a/feedback");
  }

  @Test
  void aProviderMayHaveNoVersion() {
    assertThat(new Builder("").baseUrl("https://host/a").url())
        .isEqualTo("https://host/a/feedback");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api.openai.com",
        "API.OPENAI.COM",
        "eu.api.openai.com",
        "openai.com",
        "mine.openai.azure.com",
        "api.anthropic.com",
        "llm.toy.example"
      })
  void aHostThatTakesLlmCallsIsRefused(String host) {
    for (Builder wrong :
        new Builder[] {
          new Builder("v1").baseUrl("https://" + host + "/v1"),
          new Builder("v1").exactBaseUrl("https://" + host)
        }) {
      assertThatIllegalArgumentException()
          .isThrownBy(wrong::url)
          .withMessage(
              "toy's base URL must be that of its own API, but %s takes LLM calls and no feedback;"
                      .formatted(host.toLowerCase(java.util.Locale.ROOT))
                  + " leave it out for the provider's default");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"notopenai.com", "openai.com.example", "api.toy.example"})
  void aHostThatOnlyLooksLikeOneIsTaken(String host) {
    assertThat(builder.baseUrl("https://" + host).url())
        .isEqualTo("https://" + host + "/v1/feedback");
  }

  @Test
  void aChangeOfTheSettingsBeginsWithThoseSoFar() {
    ClientSettings settings =
        builder
            .settings(ClientSettings.builder().maxRetries(7).build())
            .settings(s -> s.totalTimeout(Duration.ofSeconds(5)))
            .settings(s -> s.concurrency(3))
            .used();
    assertThat(settings.maxRetries()).isEqualTo(7);
    assertThat(settings.totalTimeout()).hasSeconds(5);
    assertThat(settings.concurrency()).isEqualTo(3);
    assertThat(ClientSettings.defaults().concurrency()).isEqualTo(16);
  }

  @Test
  void usersSeeNeitherTheSettingsSoFarNorTheEnvironment() {
    assertThat(Stream.of(ClientBuilder.class.getMethods()).map(Method::getName).distinct())
        .contains("settings", "baseUrl", "exactBaseUrl")
        .doesNotContain("baseUrlFrom", "endpoint", "required", "self");
    assertThat(Stream.of(ClientBuilder.class.getMethods()))
        .noneMatch(method -> method.getReturnType() == ClientSettings.class);
  }

  @Test
  void nullsAreRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> builder.baseUrl(BadInput.absent()))
        .withMessage("baseUrl must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.exactBaseUrl(BadInput.absent()))
        .withMessage("exactBaseUrl must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.settings(BadInput.<ClientSettings>absent()))
        .withMessage("settings must not be null");
    assertThatNullPointerException()
        .isThrownBy(
            () -> builder.settings(BadInput.<UnaryOperator<ClientSettings.Builder>>absent()))
        .withMessage("settings must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.settings(changed -> BadInput.absent()))
        .withMessage("settings must give a builder, such as s -> s.totalTimeout(timeout)");
  }
}
