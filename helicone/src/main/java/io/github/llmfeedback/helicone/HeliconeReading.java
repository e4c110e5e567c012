package io.github.llmfeedback.helicone;

import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a query: which page to ask for next, and which of its rows are requests that were
 * not read before. Used by one thread at a time; who asks, and how, is not its business.
 *
 * <p>Helicone cuts pages out of stored <em>versions</em> of requests, and only then makes requests
 * of them: a rating adds two, a merge some seconds later takes the old ones away, and the order
 * within a moment is arbitrary (observed, 2026-07). So an offset means another row each time, and
 * pages by offset lose and repeat requests. A time does not move. The next page therefore begins
 * with the whole second in which the last one ended, and the ids that were read of this second are
 * remembered. Only within a second that fills the largest page it counts rows; it does so
 * {@linkplain Round round after round}, until they bring nothing new.
 */
final class HeliconeReading {
  /** No request has so many versions that a page this far on still shows the same requests. */
  private static final int MOST_VERSIONS = 1000;

  /**
   * Where evaluations score every request, the rows of a query for bad ratings are mostly rows with
   * such other scores (observed, 2026-07); so many rows may lie between two matches. In pages of
   * 100 this is what the free plan's rate limit allows in its 300 seconds: 1,000 requests.
   */
  private static final int MOST_WITHOUT_A_MATCH = 100_000;

  /**
   * So many rounds that bring nothing new end the reading of a second. One round of two pages in an
   * arbitrary order misses a given row with a chance of a quarter, one of many pages of three
   * eighths.
   */
  private static final int QUIET_ROUNDS = 6;

  private final HeliconeQuery query;
  private final Predicate<HeliconeRatedRequest> check;
  private final Duration longest;
  private final HeliconePageSize size;

  private long toSkip;
  private long left;
  private boolean isExhausted;

  /** The whole second with which the next page begins; null before the first. */
  private @Nullable Instant second;

  /** What was read of that second; requests of the seconds before cannot come again. */
  private Set<String> read = new HashSet<>();

  private @Nullable Round round;
  private int quietRounds;

  /** How many rows the last request asked for. */
  private int asked;

  private int pages;

  /** Since the last match, without the time that the reader takes between two pages. */
  private Duration waited = Duration.ZERO;

  private long rowsWithoutMatch;

  /**
   * Nothing is read yet.
   *
   * @param longest how long pages may be waited for until the next match
   */
  HeliconeReading(HeliconeQuery query, Duration longest) {
    this.query = query;
    this.check = query.filter().check();
    this.longest = longest;
    this.size = new HeliconePageSize(query.pageSize());
    this.toSkip = query.offset();
    this.left = query.limit();
    this.isExhausted = query.filter().findsNothing();
  }

  /** Whether there is nothing more to ask for. */
  boolean hasEnded() {
    return isExhausted || left == 0;
  }

  /** The request for the next page. */
  WireRequest next() {
    long wanted =
        Math.min(toSkip, HeliconeQuery.MAX_PAGE)
            + Math.min(left, HeliconeQuery.MAX_PAGE)
            + read.size();
    asked = size.of(wanted);
    return query.page(second, round == null ? 0 : round.skipped, asked);
  }

  /**
   * The requests that the page brings, in order.
   *
   * @param response the response to {@link #next}
   * @param took how long it was waited for
   */
  List<HeliconeRatedRequest> read(ProviderResponse response, Duration took) {
    pages++;
    waited = waited.plus(took);
    if (response.isTooLarge()) {
      makeSmaller(response);
      return List.of();
    }
    size.fitted();
    List<Row> rows = rows(response);
    List<Row> fresh = round == null ? readPage(rows) : readInRound(round, rows, response);
    List<HeliconeRatedRequest> matches = new ArrayList<>();
    for (Row row : fresh) {
      HeliconeRatedRequest.of(row.json).filter(check).ifPresent(matches::add);
    }
    goOnOrEnd(matches.isEmpty(), response);
    return take(matches);
  }

  private void makeSmaller(ProviderResponse response) {
    if (asked == 1) {
      throw unreadable(
          response,
          "one row of helicone's%s is larger than 8 MB and cannot be read; read what lies before and after it, with since and before"
              .formatted(second == null ? "" : ", of a request made at about " + second + ","));
    }
    size.tooLarge(asked);
  }

  /** Reads a page that begins with the second, or the first one. */
  private List<Row> readPage(List<Row> rows) {
    if (rows.isEmpty()) {
      isExhausted = true;
      return List.of();
    }
    Instant last = rows.get(rows.size() - 1).second();
    boolean isShort = rows.size() * 4 < asked; // few are left, unless one has many versions
    if (second != null && !isBeyond(last, second) && size.isMost(asked)) {
      round = new Round();
      return readInRound(round, rows, null);
    }
    Set<String> known = new HashSet<>(read);
    List<Row> fresh = new ArrayList<>();
    for (Row row : rows) {
      if (known.add(row.id)) {
        fresh.add(row);
      }
    }
    if (second == null || isBeyond(last, second)) {
      second = last;
      read = new HashSet<>();
      rows.stream().filter(row -> row.second().equals(last)).forEach(row -> read.add(row.id));
      size.asUsual();
      if (isShort) {
        grow(true, false);
      }
    } else {
      read = known;
      grow(isShort, fresh.isEmpty());
    }
    return fresh;
  }

  /**
   * Asks for more rows: where few are left, for as many as possible, unless few are wanted, too.
   *
   * @param isShort whether the page had few rows
   * @param isKnown whether none of them was new
   */
  private void grow(boolean isShort, boolean isKnown) {
    boolean fewAreWanted = left < HeliconeQuery.MAX_PAGE && toSkip < HeliconeQuery.MAX_PAGE;
    if (fewAreWanted ? isShort && isKnown : isShort || isKnown) {
      size.grow();
    } else {
      size.growFrom(asked);
    }
  }

  /** Reads one of the pages of a second that fills the largest page. */
  private List<Row> readInRound(
      Round current, List<Row> rows, @Nullable ProviderResponse response) {
    Instant here = Objects.requireNonNull(second);
    List<Row> fresh = new ArrayList<>();
    boolean isPast = false;
    int before = current.ids.size();
    for (Row row : rows) {
      if (row.second().equals(here)) {
        current.rows++;
        current.ids.add(row.id);
        if (read.add(row.id)) {
          current.hasNew = true;
          fresh.add(row);
        }
      } else {
        isPast |= isBeyond(row.second(), here);
      }
    }
    if (isPast || rows.isEmpty()) {
      endRound(current, isPast);
      return fresh;
    }
    current.skipped += asked;
    current.idle = current.ids.size() > before ? 0 : current.idle + asked;
    if (current.idle > MOST_VERSIONS && response != null) {
      throw unreadable(
          response,
          "helicone responds to every page with the same rows; does something in between drop the"
              + " query's filter or offset?");
    }
    return fresh;
  }

  /** Ends a round, and the second with it if it was surely read to its end. */
  private void endRound(Round ended, boolean isPast) {
    quietRounds = ended.hasNew ? 0 : quietRounds + 1;
    boolean isOnePage = isPast && ended.skipped == 0;
    boolean isFarFromFull = ended.rows * 10 < asked;
    boolean isWhole = !ended.hasNew && read.size() >= ended.rows; // no fewer than there are
    if (!isOnePage && !isFarFromFull && !isWhole && quietRounds < QUIET_ROUNDS) {
      round = new Round();
      return;
    }
    round = null;
    quietRounds = 0;
    if (isPast) {
      Instant done = Objects.requireNonNull(second);
      second = query.isNewestFirst() ? done.minusSeconds(1) : done.plusSeconds(1);
      read = new HashSet<>();
      size.asUsual();
    } else {
      isExhausted = true;
    }
  }

  /** Whether a second is read after another. */
  private boolean isBeyond(Instant one, Instant other) {
    return query.isNewestFirst() ? one.isBefore(other) : one.isAfter(other);
  }

  private List<HeliconeRatedRequest> take(List<HeliconeRatedRequest> matches) {
    int skipped = (int) Math.min(toSkip, matches.size());
    int taken = (int) Math.min(left, matches.size() - skipped);
    toSkip -= skipped;
    left -= taken;
    return matches.subList(skipped, skipped + taken);
  }

  /** Ends a reading that finds no further match within its bounds. */
  private void goOnOrEnd(boolean isWithoutMatch, ProviderResponse response) {
    if (!isWithoutMatch) {
      waited = Duration.ZERO;
      rowsWithoutMatch = 0;
      return;
    }
    rowsWithoutMatch += asked; // as the server counts them, however few come
    if (isExhausted) {
      return;
    }
    if (rowsWithoutMatch >= MOST_WITHOUT_A_MATCH) {
      throw unreadable(
          response,
          "helicone's last %d rows hold no rating that the query is after; ask for a shorter time with since and before, or find out whether something in between drops the query's filter"
              .formatted(rowsWithoutMatch));
    } else if (waited.compareTo(longest) > 0) {
      throw UndeliveredFeedbackException.builder("helicone", Reason.TIMEOUT)
          .attempts(pages)
          .elapsed(waited)
          .mayHaveArrived(false)
          .message(
              "helicone showed no rating that the query is after for %d ms, in %d rows; ask for a shorter time with since and before, or raise the settings' batchTimeout"
                  .formatted(waited.toMillis(), rowsWithoutMatch))
          .build();
    }
  }

  /** The rows of a page, which must have what a reading goes by. */
  private List<Row> rows(ProviderResponse response) {
    List<Row> rows = new ArrayList<>();
    for (ProviderResponse item : response.items("/data")) {
      String id = item.id("/request_id").orElse(null);
      Instant made = HeliconeRatedRequest.createdAt(item).orElse(null);
      if (id == null || made == null) {
        throw unreadable(
            response,
            "a row of helicone's has no %s that can be read, without which no further page can be asked for"
                .formatted(id == null ? "request_id" : "request_created_at"));
      }
      if (!rows.isEmpty() && isBeyond(rows.get(rows.size() - 1).made, made)) {
        throw unreadable(
            response,
            "helicone's rows are not in the order that was asked for, by request_created_at; does"
                + " something in between drop the query's sort?");
      } else if (second != null && isBeyond(second, made.truncatedTo(ChronoUnit.SECONDS))) {
        throw unreadable(
            response,
            "helicone showed a row of a time that was not asked for; does something in between drop"
                + " the query's filter?");
      }
      rows.add(new Row(id, made, item));
    }
    return rows;
  }

  private UnreadableResponseException unreadable(ProviderResponse response, String message) {
    return UnreadableResponseException.builder("helicone", response.status())
        .attempts(pages)
        .mayHaveArrived(false)
        .message(message)
        .build();
  }

  /**
   * A row of a page.
   *
   * @param id the request's
   * @param made when the request was made
   * @param json the whole row
   */
  private record Row(String id, Instant made, ProviderResponse json) {
    Instant second() {
      return made.truncatedTo(ChronoUnit.SECONDS);
    }
  }

  /** One way through all pages of a second, by offset. */
  private static final class Round {
    final Set<String> ids = new HashSet<>();

    /** Of all pages; more than the ids, if a request came on two of them. */
    long rows;

    long skipped;
    boolean hasNew;

    /** The rows asked for since a page had a request that the round did not have before. */
    long idle;
  }
}
