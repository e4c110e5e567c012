package io.github.llmfeedback.helicone;

import static java.math.BigDecimal.ONE;
import static java.math.BigDecimal.ZERO;

import io.github.llmfeedback.Rating.Thumbs;
import io.github.llmfeedback.spi.ProviderResponse;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * An LLM request that Helicone keeps a rating of. Immutable.
 *
 * <p>Helicone leaves out what it does not know; every such field is empty here.
 */
public final class HeliconeRatedRequest {
  private static final String SCORE = "/scores/helicone-score-feedback";

  private final String id;
  private final boolean positive;
  private final ProviderResponse row;

  private HeliconeRatedRequest(String id, boolean positive, ProviderResponse row) {
    this.id = id;
    this.positive = positive;
    this.row = row;
  }

  /** The request in this row, if it has an id and a rating. */
  static Optional<HeliconeRatedRequest> of(ProviderResponse row) {
    return row.text("/request_id")
        .flatMap(id -> rating(row).map(positive -> new HeliconeRatedRequest(id, positive, row)));
  }

  /** The rating is a score of 1 or 0, sometimes as text; before October 2025 it was a flag. */
  private static Optional<Boolean> rating(ProviderResponse row) {
    return number(row, SCORE)
        .filter(score -> score.compareTo(ZERO) == 0 || score.compareTo(ONE) == 0)
        .map(score -> score.signum() > 0)
        .or(() -> row.has(SCORE) ? Optional.empty() : row.flag("/feedback_rating"));
  }

  /** What a request's row says of its rating. */
  static Standing standing(ProviderResponse row) {
    Optional<Boolean> rating = rating(row);
    if (rating.isPresent()) {
      return rating.get() ? Standing.UP : Standing.DOWN;
    }
    boolean scoresAreNoObject =
        row.text("/scores").isPresent()
            || row.flag("/scores").isPresent()
            || row.size("/scores") > 0;
    return scoresAreNoObject || row.has(SCORE) || row.has("/feedback_rating")
        ? Standing.UNREADABLE
        : Standing.UNRATED;
  }

  /** What a row says of its request's rating. */
  enum Standing {
    UP,
    DOWN,
    UNRATED,
    UNREADABLE
  }

  /** 64-bit numbers come as text, depending on the server's database. */
  private static Optional<BigDecimal> number(ProviderResponse row, String pointer) {
    try {
      return row.text(pointer).map(BigDecimal::new);
    } catch (NumberFormatException other) {
      return Optional.empty();
    }
  }

  /** The request's id, for {@link HeliconeFeedbackClient#REQUEST}. */
  public String requestId() {
    return id;
  }

  /** The rating. */
  public Thumbs rating() {
    return positive ? Thumbs.UP : Thumbs.DOWN;
  }

  /** Whether it is rated up. */
  public boolean isPositive() {
    return positive;
  }

  /** When the request was made. */
  public Optional<Instant> createdAt() {
    return createdAt(row);
  }

  /** When the request in this row was made. */
  static Optional<Instant> createdAt(ProviderResponse row) {
    try {
      return row.text("/request_created_at").map(Instant::parse);
    } catch (DateTimeException other) {
      return Optional.empty();
    }
  }

  /** The value of {@code Helicone-User-Id}. */
  public Optional<String> user() {
    return text("/request_user_id");
  }

  /** The model that was asked. */
  public Optional<String> model() {
    return text("/model").or(() -> text("/request_model"));
  }

  /** Whether it was made to this model; a row may name the model asked for and the one that ran. */
  boolean isToModel(String model) {
    return row.hasText("/model", model) || row.hasText("/request_model", model);
  }

  /** Whose model it is, such as {@code OPENAI}. */
  public Optional<String> modelProvider() {
    return text("/provider");
  }

  /** The values of {@code Helicone-Property-…}, by their names. */
  public Map<String, String> properties() {
    return Collections.unmodifiableMap(
        row.entries(row.has("/properties") ? "/properties" : "/request_properties"));
  }

  /** The HTTP status of the model's answer. */
  public OptionalInt status() {
    OptionalLong status = whole("/response_status");
    return status.isPresent() ? OptionalInt.of((int) status.getAsLong()) : OptionalInt.empty();
  }

  /** How long the model took. */
  public Optional<Duration> latency() {
    OptionalLong millis = whole("/delay_ms");
    return millis.isPresent()
        ? Optional.of(Duration.ofMillis(millis.getAsLong()))
        : Optional.empty();
  }

  /** What it cost, in US dollars. */
  public OptionalDouble cost() {
    Optional<BigDecimal> cost = number(row, "/cost");
    return cost.isPresent() ? OptionalDouble.of(cost.get().doubleValue()) : OptionalDouble.empty();
  }

  /** Tokens of the prompt. */
  public OptionalLong promptTokens() {
    return whole("/prompt_tokens");
  }

  /** Tokens of the completion. */
  public OptionalLong completionTokens() {
    return whole("/completion_tokens");
  }

  /** All tokens. */
  public OptionalLong totalTokens() {
    return whole("/total_tokens");
  }

  /** The whole row as JSON, the bodies of LLM request and response among it. */
  public String json() {
    return row.json();
  }

  private Optional<String> text(String pointer) {
    return row.text(pointer).filter(text -> !text.isEmpty());
  }

  private OptionalLong whole(String pointer) {
    Optional<BigDecimal> number = number(row, pointer);
    return number.isPresent() ? OptionalLong.of(number.get().longValue()) : OptionalLong.empty();
  }

  /** Id and rating, nothing of what people wrote. */
  @Override
  public String toString() {
    return "HeliconeRatedRequest " + id + " " + rating();
  }
}
