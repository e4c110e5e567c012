package io.github.llmfeedback.helicone;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.helicone.HeliconeRatedRequest.Standing;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Posts a rating, looks at its request, and posts it again, until it is seen to be stored.
 *
 * <p>It posts again only where the request's row stands without any rating: then the post came
 * before the row and is lost (observed, 2026-11). Without a row, a post would be lost too; and a
 * rating other than this one is later than it, and must not be overwritten. A rating that cannot be
 * read may be such a one.
 */
final class HeliconeConfirmation implements Polling<Receipt> {
  private static final HeliconeDialect DIALECT = new HeliconeDialect();
  private static final Duration LONGEST = Duration.ofDays(7);

  private final Receipt receipt;
  private final boolean positive;
  private final Duration timeout;
  private final Duration longest;
  private Duration wait;
  private boolean posting;
  private boolean mayBeStored;
  private String lastSeen = "nothing was looked at yet";
  private @Nullable FeedbackException lastError;

  private HeliconeConfirmation(
      Receipt receipt, boolean posted, Duration interval, Duration timeout) {
    this.receipt = receipt;
    this.positive = rating(receipt);
    this.mayBeStored = posted;
    this.timeout = bounded("timeout", timeout, LONGEST);
    this.wait = interval;
    this.longest = interval.multipliedBy(5);
  }

  /** For a rating that still has to be sent. */
  static HeliconeConfirmation ofNew(Receipt draft, Duration interval, Duration timeout) {
    return new HeliconeConfirmation(draft, false, interval, timeout);
  }

  /** For a rating that was sent before. */
  static HeliconeConfirmation ofSent(Receipt receipt, Duration interval, Duration timeout) {
    Objects.requireNonNull(receipt, "receipt must not be null");
    if (!receipt.provider().equals("helicone")) {
      throw new IllegalArgumentException(
          "the receipt is " + receipt.provider() + "'s, but this client is helicone's");
    }
    if (!HeliconeDialect.isRequestId(receipt.target())) {
      throw new IllegalArgumentException(
          "the receipt's target must be a request's UUID in lower case, but is '"
              + HeliconeDialect.shown(receipt.target())
              + "'; make one with HeliconeFeedbackClient.receiptOf");
    }
    return new HeliconeConfirmation(receipt, true, interval, timeout);
  }

  static Duration bounded(String field, Duration value, Duration max) {
    Objects.requireNonNull(value, () -> field + " must not be null");
    if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          field + " must be from 1 ms to " + max + ", but is " + value);
    }
    return value;
  }

  private static boolean rating(Receipt receipt) {
    List<String> rating = receipt.state().getOrDefault("rating", List.of());
    if (!rating.equals(List.of("true")) && !rating.equals(List.of("false"))) {
      throw new InvalidFeedbackException(
          "receipt rating",
          "receipt rating must be true or false: the receipt does not say which rating it stands"
              + " for; make one with HeliconeFeedbackClient.receiptOf; nothing was sent");
    }
    return rating.equals(List.of("true"));
  }

  @Override
  public Duration timeout() {
    return timeout;
  }

  @Override
  public Step<Receipt> begin() {
    return mayBeStored ? look() : post();
  }

  private Step<Receipt> post() {
    posting = true;
    return new Send<>(
        DIALECT.request(List.of(List.of(new HeliconeWire(receipt.target(), positive)))));
  }

  private Step<Receipt> look() {
    posting = false;
    return new Send<>(HeliconeQuery.row(receipt.target()));
  }

  @Override
  public Step<Receipt> accepted(ProviderResponse response, Effort soFar) {
    lastError = null;
    if (posting) {
      mayBeStored = true;
      return later();
    }
    List<ProviderResponse> rows = response.items("/data");
    Set<Standing> seen = standings(rows);
    if (rows.isEmpty()) {
      lastSeen = "Helicone showed no such request: not logged yet, or not this organisation's";
    } else if (seen.isEmpty()) {
      lastSeen =
          "the response's rows were of other requests; does something in between drop the query's"
              + " filter?";
    } else if (seen.contains(Standing.UNREADABLE)) {
      lastSeen = "the request had a score that cannot be read, and was not overwritten";
    } else if (seen.contains(positive ? Standing.DOWN : Standing.UP)) {
      lastSeen = "the request had the other rating, which was not overwritten";
    } else if (seen.contains(Standing.UNRATED)) {
      lastSeen = "the request stood there without a rating";
      return post();
    } else {
      return new Done<>(
          receipt
              .newBuilder()
              .assurance(Assurance.STORED)
              .attempts(soFar.attempts())
              .elapsed(soFar.elapsed())
              .build());
    }
    return later();
  }

  /** How the asked request stands in each of its rows; there may be rows of others. */
  private Set<Standing> standings(List<ProviderResponse> rows) {
    Set<Standing> standings = EnumSet.noneOf(Standing.class);
    for (ProviderResponse row : rows) {
      String id = row.text("/request_id").orElse("").toLowerCase(Locale.ROOT);
      if (id.equals(receipt.target())) {
        standings.add(HeliconeRatedRequest.standing(row));
      }
    }
    return standings;
  }

  /**
   * A first post that certainly did not arrive ends the polling, and so does at any time an error
   * that no later attempt will change. While it is in doubt whether the rating was stored, any
   * other error is followed by another look.
   */
  @Override
  public Step<Receipt> failed(FeedbackException error, Effort soFar) {
    boolean inDoubt = mayBeStored || error.mayHaveArrived();
    if (!inDoubt) {
      throw error;
    } else if (error instanceof RejectedFeedbackException refusal && isFinal(refusal.status())) {
      throw mayBeStored ? afterAll(refusal, soFar) : error;
    }
    lastError = error;
    lastSeen =
        (!posting ? "looking failed: " : mayBeStored ? "posting it again failed: " : "")
            + error.getMessage();
    mayBeStored = true;
    return later();
  }

  /** A wrong key or a wrong address stays wrong. */
  private static boolean isFinal(int status) {
    return status == 401 || status == 403 || status == 404 || (status >= 300 && status < 400);
  }

  /** A refusal that came too late to say that nothing is stored. */
  private FeedbackException afterAll(RejectedFeedbackException refusal, Effort soFar) {
    return RejectedFeedbackException.builder(refusal.provider(), refusal.status())
        .place(
            (posting ? "the rating, posted again, of request " : "the look at request ")
                + receipt.target())
        .code(refusal.code().orElse(null))
        .hint(refusal.hint().orElse(null))
        .body(refusal.body())
        .requestId(refusal.requestId().orElse(null))
        .retryAfter(refusal.retryAfter().orElse(null))
        .attempts(soFar.attempts())
        .elapsed(soFar.elapsed())
        .mayHaveArrived(true)
        .build();
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
    if (!mayBeStored && error != null) {
      return error;
    }
    return UndeliveredFeedbackException.builder(receipt.provider(), reason)
        .attempts(soFar.attempts())
        .elapsed(soFar.elapsed())
        .mayHaveArrived(mayBeStored)
        .message(
            "helicone was not seen to store the rating of request %s within %d ms (%s); last seen: %s%s"
                .formatted(
                    receipt.target(),
                    soFar.elapsed().toMillis(),
                    reason,
                    lastSeen,
                    mayBeStored ? "; the feedback may have been stored" : "; nothing was sent"))
        .cause(lastError)
        .build();
  }
}
