package io.github.llmfeedback.helicone;

import io.github.llmfeedback.Assurance;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.RejectedFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.helicone.HeliconeRatedRequest.Standing;
import io.github.llmfeedback.helicone.HeliconeUnconfirmedException.Why;
import io.github.llmfeedback.spi.Polling;
import io.github.llmfeedback.spi.ProviderResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Posts a rating, looks at its request, and posts it again, until it is seen to be stored.
 *
 * <p>It posts again only where the request's row stands without any rating: then the post came
 * before the row and is lost (observed, 2026-11). Without a row, a post would be lost too; and a
 * rating other than this one is later than it, and must not be overwritten, unless it is the one
 * that an update replaces. A rating that cannot be read may be such a one.
 *
 * <p>Whatever passes is waited out: a server that cannot be reached, is busy or fails. What does
 * not pass ends it at once: a refusal, a wrong key or address, a request that is too old.
 */
final class HeliconeConfirmation implements Polling<Receipt> {
  private static final HeliconeDialect DIALECT = new HeliconeDialect();
  private static final Duration LONGEST = Duration.ofDays(7);

  /** Helicone drops ratings of requests that are older (observed, 2026-07). */
  private static final Duration RATEABLE = Duration.ofDays(30);

  /** The clocks of this machine and of Helicone may differ, and which one counts is not known. */
  private static final Duration SURELY_TOO_OLD = RATEABLE.plusDays(1);

  /**
   * A rating was seen within a second of its post (observed, 2026-07); so another one that is seen
   * so much later stays.
   */
  private static final Duration SETTLED = Duration.ofSeconds(15);

  private final Receipt receipt;
  private final boolean positive;
  private final boolean isUpdate;
  private final Duration timeout;
  private final Duration longest;
  private final InstantSource clock;
  private Duration wait;
  private boolean posting;

  /** Whether a post was accepted or may have been, in this confirmation or before it. */
  private boolean mayBeStored;

  /** Whether a post of this confirmation was accepted, or may have been. */
  private boolean hasPosted;

  private boolean isPostInDoubt;

  /** Whether any post was in doubt, and may arrive at any time. */
  private boolean wasInDoubt;

  /** Whether Helicone has accepted a request, and with it the key. */
  private boolean isKeyRight;

  /** When the last post ended. */
  private Duration posted = Duration.ZERO;

  private Seen lastSeen;

  /** Whether another rating that was seen last will stay. */
  private boolean isSettled;

  private @Nullable FeedbackException lastError;

  /** What was seen last, in a word and in words. */
  private record Seen(Why why, String words) {}

  private HeliconeConfirmation(
      Receipt receipt,
      boolean isPosted,
      boolean isUpdate,
      Duration interval,
      Duration timeout,
      InstantSource clock) {
    this.receipt = receipt;
    this.positive = rating(receipt);
    this.mayBeStored = isPosted;
    this.isUpdate = isUpdate;
    this.timeout = bounded("timeout", timeout, LONGEST);
    this.wait = interval;
    this.longest = interval.multipliedBy(5);
    this.clock = clock;
    this.lastSeen =
        isPosted
            ? new Seen(Why.NOT_LOOKED, "nothing was looked at yet")
            : new Seen(Why.NOT_POSTED, "nothing was posted yet");
  }

  /** For a rating that still has to be sent. */
  static HeliconeConfirmation ofNew(
      Receipt draft, Duration interval, Duration timeout, InstantSource clock) {
    return new HeliconeConfirmation(draft, false, false, interval, timeout, clock);
  }

  /** For a rating that was sent before. */
  static HeliconeConfirmation ofSent(
      Receipt receipt, Duration interval, Duration timeout, InstantSource clock) {
    return new HeliconeConfirmation(checked(receipt), true, false, interval, timeout, clock);
  }

  /** For a rating that replaces the one that a receipt stands for. */
  static HeliconeConfirmation ofUpdate(
      Receipt receipt, Receipt draft, Duration interval, Duration timeout, InstantSource clock) {
    boolean before = rating(checked(receipt));
    if (!receipt.target().equals(draft.target())) {
      throw new IllegalArgumentException(
          "an update must be about the receipt's target "
              + receipt.target()
              + ", but the feedback is about "
              + draft.target());
    }
    return new HeliconeConfirmation(
        draft, false, before != rating(draft), interval, timeout, clock);
  }

  private static Receipt checked(Receipt receipt) {
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
    return receipt;
  }

  static Duration bounded(String field, Duration value, Duration max) {
    Objects.requireNonNull(value, () -> field + " must not be null");
    if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          field + " must be from 1 ms to " + max + ", but is " + value);
    }
    return value;
  }

  /** The timeout of a confirmation, if it is within its bounds. */
  static Duration timeout(Duration timeout) {
    return bounded("timeout", timeout, LONGEST);
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
    return lookOrPost();
  }

  @Override
  public Step<Receipt> waited() {
    return lookOrPost();
  }

  private Step<Receipt> lookOrPost() {
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
    isKeyRight = true;
    if (posting) {
      posted(false, soFar);
      return later();
    }
    return response.isTooLarge()
        ? lookLater(Why.COULD_NOT_LOOK, "the request's row is larger than 8 MB")
        : judge(response.items("/data"), soFar);
  }

  private void posted(boolean isInDoubt, Effort soFar) {
    if (!mayBeStored) {
      lastSeen = new Seen(Why.NOT_LOOKED, "nothing was looked at yet");
    }
    mayBeStored = true;
    hasPosted = true;
    isPostInDoubt = isInDoubt;
    wasInDoubt |= isInDoubt;
    isSettled = false;
    posted = soFar.elapsed();
  }

  private Step<Receipt> judge(List<ProviderResponse> rows, Effort soFar) {
    List<ProviderResponse> own = rows.stream().filter(this::isAsked).toList();
    Set<Standing> seen = EnumSet.noneOf(Standing.class);
    own.forEach(row -> seen.add(HeliconeRatedRequest.standing(row)));
    boolean isOther = seen.contains(positive ? Standing.DOWN : Standing.UP);
    if (rows.isEmpty()) {
      return lookLater(
          Why.NO_ROW,
          "Helicone showed no such request: it is not logged yet, is not this organisation's, or"
              + " Helicone's database is down, in which case it responds in the same way");
    } else if (own.isEmpty()) {
      return lookLater(
          Why.COULD_NOT_LOOK,
          "the response's rows were of other requests; does something in between drop the query's"
              + " filter?");
    } else if (seen.contains(Standing.UNREADABLE)) {
      return lookLater(
          Why.RATING_UNREADABLE,
          "the request had a score that cannot be read, and was not overwritten");
    } else if (!isOther && !seen.contains(Standing.UNRATED)) {
      return new Done<>(stored(soFar));
    }
    Optional<Instant> made = own.stream().flatMap(row -> made(row).stream()).findFirst();
    boolean isTooOld = isOlder(made, SURELY_TOO_OLD);
    boolean isLater = soFar.elapsed().minus(posted).compareTo(SETTLED) >= 0;
    if (isOther && isUpdate && !isTooOld && (isPostInDoubt || isLater)) {
      return post(); // it is still the rating that this one replaces
    } else if (isOther) {
      isSettled = isTooOld || (isLater && !wasInDoubt);
      lastSeen =
          isTooOld && hasPosted
              ? tooOld(made)
              : new Seen(
                  Why.OTHER_RATING, "the request had the other rating, which was not overwritten");
    } else if (isOlder(made, RATEABLE)) {
      lastSeen = tooOld(made);
    } else {
      lastSeen =
          new Seen(
              Why.NO_RATING,
              "the request stood there without a rating; Helicone drops one that it cannot write to"
                  + " its database"
                  + (made.isPresent() ? "" : ", and any for a request older than 30 days"));
    }
    if (isTooOld) {
      throw unconfirmed(Reason.UNCONFIRMED, false, soFar);
    }
    return isOther ? later() : post();
  }

  private static Optional<Instant> made(ProviderResponse row) {
    return HeliconeRatedRequest.createdAt(row);
  }

  private boolean isOlder(Optional<Instant> made, Duration age) {
    return made.filter(time -> time.isBefore(clock.instant().minus(age))).isPresent();
  }

  private static Seen tooOld(Optional<Instant> made) {
    return new Seen(
        Why.TOO_OLD,
        "the request was made on "
            + made.orElseThrow()
            + ", and Helicone drops ratings of requests older than 30 days");
  }

  private Receipt stored(Effort soFar) {
    return receipt
        .newBuilder()
        .assurance(Assurance.STORED)
        .attempts(soFar.attempts())
        .elapsed(soFar.elapsed())
        .build();
  }

  /** There may be rows of other requests, if something in between drops the filter. */
  private boolean isAsked(ProviderResponse row) {
    String id = row.text("/request_id").orElse("").toLowerCase(Locale.ROOT);
    return id.equals(receipt.target());
  }

  /**
   * What does not pass ends the polling: with its own error if certainly nothing arrived. After
   * anything else it posts again, or looks once a post may have arrived.
   */
  @Override
  public Step<Receipt> failed(FeedbackException error, Effort soFar) {
    if (posting && error.mayHaveArrived()) {
      posted(true, soFar);
    }
    boolean isFinal = isFinal(error);
    if (isFinal && !mayBeStored) {
      throw error;
    }
    lastError = error;
    if (!mayBeStored) {
      lastSeen = new Seen(Why.NOT_POSTED, "posting failed: " + words(error));
    } else {
      String what = posting ? "posting failed: " : "looking failed: ";
      lastSeen = new Seen(Why.COULD_NOT_LOOK, what + words(error));
    }
    if (isFinal) {
      throw unconfirmed(Reason.UNCONFIRMED, true, soFar);
    }
    return later();
  }

  /**
   * Whether an error is not worth waiting for its end. A wrong key or address stays wrong; but
   * Helicone responds with 401 also while its own database is down, which it must be if it took the
   * key before (observed, 2026-07). Of a look, any other refusal may be a proxy's that passes.
   */
  private boolean isFinal(FeedbackException error) {
    if (error instanceof RejectedFeedbackException refusal) {
      int status = refusal.status();
      boolean isBusy = status == 429 || status == 503 || status == 408 || status == 425;
      boolean isAddress = status == 403 || status == 404 || (status >= 300 && status < 400);
      return isAddress
          || (status == 401 && !isKeyRight)
          || (posting && !mayBeStored && !isBusy && status != 401);
    }
    return error instanceof UndeliveredFeedbackException failure
        && switch (failure.reason()) {
          case UNREACHABLE, CONNECTION_LOST, TIMEOUT, FULL, UNCONFIRMED -> false;
          case UNTRUSTED, LINKAGE, CLOSED, CANCELLED, INTERRUPTED -> true;
        };
  }

  /** An error's message without its end about this one request, which the whole may contradict. */
  private static String words(FeedbackException error) {
    return String.valueOf(error.getMessage())
        .replaceFirst("; (the feedback may have arrived|it was not stored)$", "");
  }

  private Step<Receipt> lookLater(Why why, String words) {
    lastSeen = new Seen(why, words);
    return later();
  }

  /** Waits longer each time, and at least for as long as Helicone asks. */
  private Step<Receipt> later() {
    Duration now = wait;
    Duration longer = wait.multipliedBy(3).dividedBy(2);
    wait = longer.compareTo(longest) < 0 ? longer : longest;
    Duration asked =
        lastError instanceof RejectedFeedbackException refusal
            ? refusal.retryAfter().orElse(Duration.ZERO)
            : Duration.ZERO;
    return new Wait<>(asked.compareTo(now) > 0 ? asked : now);
  }

  @Override
  public FeedbackException stopped(Reason reason, @Nullable FeedbackException error, Effort soFar) {
    if (posting && error != null && error.mayHaveArrived()) {
      posted(true, soFar);
    }
    if (lastError == null) {
      lastError = error;
    }
    boolean isOther = lastSeen.why == Why.OTHER_RATING && isSettled;
    return unconfirmed(reason, mayBeStored && !isOther, soFar);
  }

  private HeliconeUnconfirmedException unconfirmed(
      Reason reason, boolean mayBeStoredNow, Effort soFar) {
    boolean isOther = lastSeen.why == Why.OTHER_RATING;
    String end =
        isOther
            ? isSettled ? "" : "; whether this one comes after it was not seen"
            : mayBeStoredNow ? "; the feedback may have been stored" : "; it was not stored";
    return new HeliconeUnconfirmedException(
        UndeliveredFeedbackException.builder(receipt.provider(), reason)
            .attempts(soFar.attempts())
            .elapsed(soFar.elapsed())
            .mayHaveArrived(mayBeStoredNow)
            .message(
                "helicone was not seen to store the rating of request %s within %d ms (%s); last seen: %s%s"
                    .formatted(
                        receipt.target(), soFar.elapsed().toMillis(), reason, lastSeen.words, end))
            .cause(lastError),
        lastSeen.why);
  }
}
