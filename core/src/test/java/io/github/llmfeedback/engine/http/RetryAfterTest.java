package io.github.llmfeedback.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-07-01T12:00:00Z");

  private static @Nullable Duration read(String value) {
    return RetryAfter.read(Headers.of("retry-after", value), NOW);
  }

  @ParameterizedTest
  @CsvSource({"0, PT0S", "1, PT1S", "120, PT2M", "007, PT7S", "' 5 ', PT5S", "31536000, P365D"})
  void secondsAreRead(String value, Duration wait) {
    assertThat(read(value)).isEqualTo(wait);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854776",
        "9223372036854775807",
        "9223372036854775808",
        "999999999999999999",
        "1000000000000000000",
        "100000000000000000000000000000"
      })
  void anEnormousWaitIsWhatALongHoldsInMilliseconds(String value) {
    Duration wait = read(value);
    assertThat(wait).isEqualTo(Duration.ofSeconds(9223372036854775L));
    assertThat(Objects.requireNonNull(wait).toMillis()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "31536001, 31536001",
    "99999999999, 99999999999",
    "9223372036854775, 9223372036854775",
    "'Thu, 01 Jan 9998 00:00:00 GMT', 251556321600"
  })
  void aLongWaitIsReadAsItIs(String value, long seconds) {
    assertThat(read(value)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({
    "'Wed, 01 Jul 2026 12:00:30 GMT', PT30S", // RFC 9110's own
    "'Wednesday, 01-Jul-26 12:00:30 GMT', PT30S", // RFC 850, which it says to read too
    "'Wed Jul  1 12:00:30 2026', PT30S", // asctime, likewise
    "'Wed, 01 Jul 2026 12:00:00 GMT', PT0S",
    "'Wed, 01 Jul 2026 11:59:59 GMT', PT0S",
    "'Thu, 01 Jan 1970 00:00:00 GMT', PT0S"
  })
  void aDateIsReadAndOneInThePastIsNow(String value, Duration wait) {
    assertThat(read(value)).isEqualTo(wait);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-1",
        "-0",
        "+1",
        "1.5",
        "1e3",
        "0x10",
        "5 s",
        "5;",
        "5, 10",
        "soon",
        "NaN",
        "null",
        "2026-07-01T12:00:30Z",
        "Wed, 99 Foo 2026",
        "PT30S"
      })
  void whatIsNeitherIsNothing(String value) {
    assertThat(read(value)).isNull();
  }

  @Test
  void noHeaderIsNothing() {
    assertThat(RetryAfter.read(Headers.of(), NOW)).isNull();
  }
}
