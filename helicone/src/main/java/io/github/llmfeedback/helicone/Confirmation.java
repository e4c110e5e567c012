package io.github.llmfeedback.helicone;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.spi.Answer;
import io.github.llmfeedback.spi.Dialogue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Posts a rating, looks at its request, and posts it again, until it is seen to be stored.
 *
 * <p>It posts again only where the request's row stands without any rating: then the post came
 * before the row and is lost (observed, 2026-11). Without a row a post would be lost too, and
 * another rating than ours is later than ours: it must not be overwritten.
 */
final class Confirmation implements Dialogue<Receipt> {
  private static final HeliconeDialect DIALECT = new HeliconeDialect();

  private final Receipt receipt;
  private final boolean positive;
  private final Duration timeout;
  private final Duration longest;
  private Duration wait;
  private boolean posting;
  private boolean posted;
  private String lastSeen = "nobody looked yet";
  private @Nullable FeedbackException lastError;

  private Confirmation(Receipt receipt, boolean posted, Duration interval, Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be positive, but is " + timeout);
    }
    this.receipt = receipt;
    this.positive = rating(receipt);
    this.posted = posted;
    this.timeout = timeout;
    this.wait = interval;
    this.longest = interval.multipliedBy(5);
  }

  /** For a rating that still has to be sent. */
  static Confirmation ofNew(Receipt draft, Duration interval, Duration timeout) {
    return new Confirmation(draft, false, interval, timeout);
  }

  /** For a rating that was sent before. */
  static Confirmation ofSent(Receipt receipt, Duration interval, Duration timeout) {
    if (!receipt.provider().equals("helicone")) {
      throw new IllegalArgumentException(
          "the receipt is " + receipt.provider() + "'s, but this client is helicone's");
    }
    return new Confirmation(receipt, true, interval, timeout);
  }

  private static boolean rating(Receipt receipt) {
    List<String> rating = receipt.state().getOrDefault("rating", List.of());
    if (!rating.equals(List.of("true")) && !rating.equals(List.of("false"))) {
      throw new IllegalArgumentException("the receipt does not say which rating it stands for");
    }
    return rating.equals(List.of("true"));
  }

  @Override
  public Duration timeout() {
    return timeout;
  }

  @Override
  public Step<Receipt> begin() {
    return posted ? look() : post();
  }

  private Step<Receipt> post() {
    posting = true;
    return new Ask<>(
        DIALECT.request(List.of(List.of(new HeliconeWire(receipt.target(), positive)))));
  }

  private Step<Receipt> look() {
    posting = false;
    return new Ask<>(HeliconeQuery.row(receipt.target()));
  }

  @Override
  public Step<Receipt> answered(Answer answer, Effort soFar) {
    lastError = null;
    if (posting) {
      posted = true;
      return later();
    }
    List<Answer> rows = answer.items("/data");
    if (rows.isEmpty()) {
      lastSeen = "Helicone showed no such request: not logged yet, or not this organisation's";
      return later();
    }
    Optional<RatedRequest> seen = RatedRequest.of(rows.get(0));
    if (seen.isEmpty()) {
      lastSeen = "the request stood there without a rating";
      return post();
    } else if (seen.get().isPositive() != positive) {
      lastSeen = "the request had the other rating, which was not overwritten";
      return later();
    }
    return new Done<>(
        receipt
            .newBuilder()
            .assurance(Assurance.STORED)
            .attempts(soFar.attempts())
            .elapsed(soFar.elapsed())
            .build());
  }

  /** Only the first post may fail the whole; what comes after it gets another chance. */
  @Override
  public Step<Receipt> failed(FeedbackException error, Effort soFar) {
    if (!posted) {
      throw error;
    }
    lastError = error;
    lastSeen = (posting ? "posting it again failed: " : "looking failed: ") + error.getMessage();
    return later();
  }

  private Step<Receipt> later() {
    Duration now = wait;
    Duration longer = wait.multipliedBy(3).dividedBy(2);
    wait = longer.compareTo(longest) < 0 ? longer : longest;
    return new Wait<>(now);
  }

  @Override
  public Step<Receipt> waited() {
    return look();
  }

  @Override
  public FeedbackException stopped(Reason reason, @Nullable FeedbackException error, Effort soFar) {
    if (!posted && error != null) {
      return error;
    }
    return new UndeliveredFeedbackException(
        receipt.provider(),
        reason,
        soFar.attempts(),
        soFar.elapsed(),
        posted,
        "helicone was not seen to store the rating of request %s within %d ms (%s); last seen: %s%s"
            .formatted(
                receipt.target(),
                soFar.elapsed().toMillis(),
                reason,
                lastSeen,
                posted ? "; the feedback may be stored all the same" : "; nothing was sent"),
        lastError);
  }
}
