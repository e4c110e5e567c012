package io.github.llmfeedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ClientSettingsTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration WEEK = Duration.ofDays(7);

  static Stream<Arguments> durations() {
    return Stream.of(
        entry("connectTimeout", HOUR, ClientSettings.Builder::connectTimeout),
        entry("attemptTimeout", HOUR, ClientSettings.Builder::attemptTimeout),
        entry("totalTimeout", WEEK, ClientSettings.Builder::totalTimeout),
        entry("batchTimeout", WEEK, ClientSettings.Builder::batchTimeout),
        entry("closeTimeout", Duration.ofHours(1), ClientSettings.Builder::closeTimeout),
        entry("maxPause", Duration.ofHours(24), ClientSettings.Builder::maxPause),
        entry("firstBackoff", HOUR, (builder, wait) -> builder.backoff(wait, HOUR)),
        entry("maxBackoff", HOUR, (builder, wait) -> builder.backoff(Duration.ofMillis(1), wait)));
  }

  private static Arguments entry(
      String field, Duration max, BiFunction<ClientSettings.Builder, Duration, Object> in) {
    Consumer<Duration> set =
        duration -> assertThat(in.apply(ClientSettings.builder(), duration)).isNotNull();
    return arguments(field, max, set);
  }

  @Test
  void theDefaultsAreAsDocumented() {
    ClientSettings settings = ClientSettings.defaults();
    assertThat(settings.lossPolicy()).isSameAs(LossPolicy.ROUNDING);
    assertThat(settings.connectTimeout()).hasSeconds(3);
    assertThat(settings.attemptTimeout()).hasSeconds(10);
    assertThat(settings.totalTimeout()).hasSeconds(30);
    assertThat(settings.batchTimeout()).hasMinutes(10);
    assertThat(settings.maxRetries()).isEqualTo(2);
    assertThat(settings.firstBackoff()).hasMillis(300);
    assertThat(settings.maxBackoff()).hasSeconds(20);
    assertThat(settings.maxPause()).hasMinutes(10);
    assertThat(settings.repeatUncertain()).isFalse();
    assertThat(settings.splitRefused()).isFalse();
    assertThat(settings.closeTimeout()).hasSeconds(10);
    assertThat(settings.waitAtExit()).isTrue();
    assertThat(settings.concurrency()).isEqualTo(16);
    assertThat(settings.maxPending()).isEqualTo(10_000);
    assertThat(settings.maxPendingBytes()).isEqualTo(32L << 20);
    assertThat(settings.callbackExecutor()).isEmpty();
    assertThat(settings.httpClient()).isEmpty();
    assertThat(settings.allowPlainHttp()).isFalse();
    assertThat(settings.listener()).isEmpty();
  }

  @Test
  void newBuilderBeginsWithEverythingThatWasSet() {
    Executor executor = Runnable::run;
    OkHttpClient http = new OkHttpClient();
    FeedbackListener listener = new FeedbackListener() {};
    ClientSettings settings =
        ClientSettings.builder()
            .lossPolicy(LossPolicy.EXACT)
            .connectTimeout(Duration.ofMillis(1))
            .attemptTimeout(Duration.ofMillis(2))
            .totalTimeout(Duration.ofMillis(3))
            .batchTimeout(Duration.ofMillis(4))
            .closeTimeout(Duration.ofMillis(8))
            .waitAtExit(false)
            .maxRetries(5)
            .backoff(Duration.ofMillis(6), Duration.ofMillis(7))
            .maxPause(Duration.ofMillis(10))
            .repeatUncertain(true)
            .splitRefused(true)
            .concurrency(8)
            .maxPending(9)
            .maxPendingBytes(11)
            .callbackExecutor(executor)
            .httpClient(http)
            .allowPlainHttp(true)
            .listener(listener)
            .build()
            .newBuilder()
            .build();
    assertThat(settings.lossPolicy()).isSameAs(LossPolicy.EXACT);
    assertThat(settings.connectTimeout()).hasMillis(1);
    assertThat(settings.attemptTimeout()).hasMillis(2);
    assertThat(settings.totalTimeout()).hasMillis(3);
    assertThat(settings.batchTimeout()).hasMillis(4);
    assertThat(settings.closeTimeout()).hasMillis(8);
    assertThat(settings.waitAtExit()).isFalse();
    assertThat(settings.maxRetries()).isEqualTo(5);
    assertThat(settings.firstBackoff()).hasMillis(6);
    assertThat(settings.maxBackoff()).hasMillis(7);
    assertThat(settings.maxPause()).hasMillis(10);
    assertThat(settings.repeatUncertain()).isTrue();
    assertThat(settings.splitRefused()).isTrue();
    assertThat(settings.concurrency()).isEqualTo(8);
    assertThat(settings.maxPending()).isEqualTo(9);
    assertThat(settings.maxPendingBytes()).isEqualTo(11);
    assertThat(settings.callbackExecutor()).containsSame(executor);
    assertThat(settings.httpClient()).containsSame(http);
    assertThat(settings.allowPlainHttp()).isTrue();
    assertThat(settings.listener()).containsSame(listener);
  }

  @Test
  void whatABuilderDoesLaterDoesNotChangeTheSettings() {
    ClientSettings.Builder builder = ClientSettings.builder().maxRetries(1);
    ClientSettings settings = builder.build();
    builder.maxRetries(2);
    settings.newBuilder().maxRetries(3);
    ClientSettings.defaults().newBuilder().maxRetries(4);
    assertThat(settings.maxRetries()).isEqualTo(1);
    assertThat(builder.build().maxRetries()).isEqualTo(2);
    assertThat(ClientSettings.defaults().maxRetries()).isEqualTo(2);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("durations")
  void aDurationOutOfBoundsIsRefused(String field, Duration max, Consumer<Duration> set) {
    assertThat(
            Stream.of(
                Duration.ZERO,
                Duration.ofMillis(-1),
                Duration.ofNanos(999_999),
                max.plusNanos(1),
                Duration.ofSeconds(Long.MAX_VALUE),
                Duration.ofSeconds(Long.MIN_VALUE)))
        .allSatisfy(
            duration ->
                assertThatIllegalArgumentException()
                    .isThrownBy(() -> set.accept(duration))
                    .withMessage(field + " must be from 1 ms to " + max + ", but is " + duration));
    assertThatNullPointerException()
        .isThrownBy(() -> set.accept(BadInput.absent()))
        .withMessage(field + " must not be null");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("durations")
  void theLeastAndTheMostAreTaken(String field, Duration max, Consumer<Duration> set) {
    set.accept(Duration.ofMillis(1));
    set.accept(max);
  }

  @Test
  void theFirstWaitMustNotExceedTheLongest() {
    ClientSettings.Builder builder = ClientSettings.builder();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .withMessage("firstBackoff must not exceed maxBackoff, but is PT2S against PT1S");
    assertThat(builder.build().firstBackoff()).as("after the refusal").hasMillis(300);
    assertThat(builder.build().maxBackoff()).as("after the refusal").hasSeconds(20);
  }

  @ParameterizedTest
  @CsvSource({"-1", "21", "2147483647", "-2147483648"})
  void retriesOutOfBoundsAreRefused(int retries) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClientSettings.builder().maxRetries(retries))
        .withMessage("maxRetries must be from 0 to 20, but is " + retries);
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "1001"})
  void concurrencyOutOfBoundsIsRefused(int calls) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClientSettings.builder().concurrency(calls))
        .withMessage("concurrency must be from 1 to 1000, but is " + calls);
  }

  @Test
  void theLeastAndTheMostOfANumberAreTaken() {
    ClientSettings least =
        ClientSettings.builder().maxRetries(0).concurrency(1).maxPending(1).build();
    assertThat(least.maxRetries()).isZero();
    assertThat(least.concurrency()).isEqualTo(1);
    assertThat(least.maxPending()).isEqualTo(1);
    ClientSettings most =
        ClientSettings.builder().maxRetries(20).concurrency(1_000).maxPending(10_000_000).build();
    assertThat(most.maxRetries()).isEqualTo(20);
    assertThat(most.concurrency()).isEqualTo(1_000);
    assertThat(most.maxPending()).isEqualTo(10_000_000);
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "10000001"})
  void maxPendingOutOfBoundsIsRefused(int calls) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClientSettings.builder().maxPending(calls))
        .withMessage("maxPending must be from 1 to 10000000, but is " + calls);
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "1000000000001"})
  void maxPendingBytesOutOfBoundsIsRefused(long bytes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClientSettings.builder().maxPendingBytes(bytes))
        .withMessage("maxPendingBytes must be from 1 to 1000000000000, but is " + bytes);
    assertThat(ClientSettings.builder().maxPendingBytes(1_000_000_000_000L).build())
        .hasToString(ClientSettings.defaults().toString().replace("33554432", "1000000000000"));
  }

  @Test
  void toStringNamesEverySetting() {
    Stream<String> settings =
        Stream.of(ClientSettings.class.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .filter(method -> !Modifier.isStatic(method.getModifiers()))
            .filter(method -> method.getParameterCount() == 0)
            .map(Method::getName)
            .filter(name -> !name.equals("newBuilder") && !name.equals("toString"));
    assertThat(settings)
        .hasSizeGreaterThan(10)
        .allSatisfy(name -> assertThat(ClientSettings.defaults().toString()).contains(name + "="));
    assertThat(ClientSettings.defaults())
        .hasToString(
            "ClientSettings{lossPolicy=ROUNDING, connectTimeout=PT3S, attemptTimeout=PT10S,"
                + " totalTimeout=PT30S, batchTimeout=PT10M, closeTimeout=PT10S, waitAtExit=true,"
                + " maxRetries=2, firstBackoff=PT0.3S, maxBackoff=PT20S, maxPause=PT10M,"
                + " repeatUncertain=false, splitRefused=false, concurrency=16, maxPending=10000,"
                + " maxPendingBytes=33554432, callbackExecutor=default, httpClient=default,"
                + " allowPlainHttp=false, listener=none}");
  }

  /** An OkHttpClient may hold a proxy's password in its authenticator. */
  @Test
  void toStringShowsOfWhatIsTheUsersOnlyThatItIsSet() {
    Executor executor = Runnable::run;
    assertThat(
            ClientSettings.builder()
                .callbackExecutor(executor)
                .httpClient(new OkHttpClient())
                .build()
                .toString())
        .contains("callbackExecutor=set, httpClient=set")
        .doesNotContain(executor.toString(), "OkHttpClient");
  }

  @Test
  void nullsAreRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> ClientSettings.builder().lossPolicy(BadInput.absent()))
        .withMessage("lossPolicy must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> ClientSettings.builder().callbackExecutor(BadInput.absent()))
        .withMessage("callbackExecutor must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> ClientSettings.builder().httpClient(BadInput.absent()))
        .withMessage("httpClient must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> ClientSettings.builder().listener(BadInput.absent()))
        .withMessage("listener must not be null");
  }
}
