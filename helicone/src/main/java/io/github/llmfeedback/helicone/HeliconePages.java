package io.github.llmfeedback.helicone;

import io.github.llmfeedback.UndeliveredFeedbackException;
import io.github.llmfeedback.UndeliveredFeedbackException.Reason;
import io.github.llmfeedback.UnreadableResponseException;
import io.github.llmfeedback.spi.ProviderResponse;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The rated requests of a query, one page at a time, as they are asked for. Used by one thread.
 *
 * <p>From one match to the next it asks for a bounded time and looks at a bounded number of rows,
 * or a server that always shows fresh rows that do not match would be read without end.
 *
 * <p>Helicone cuts pages out of stored <em>versions</em> of requests and only then makes requests
 * of them (observed, 2026-11: three matching requests, limit 2, offset 1, one row). So a short page
 * is not the last, and one request can be on neighbouring pages.
 */
final class HeliconePages implements Iterator<HeliconeRatedRequest> {
  /** No request has so many versions that a page this far on still shows the same requests. */
  private static final int MOST_VERSIONS = 1000;

  /**
   * Where evaluations score every request, the rows of a query for bad ratings are mostly rows with
   * such other scores (observed, 2026-07); so many rows may lie between two matches. In pages of
   * 100 this is what the free plan's rate limit allows in its 300 seconds: 1,000 requests.
   */
  private static final int MOST_WITHOUT_A_MATCH = 100_000;

  private final HeliconeQuery query;
  private final Function<WireRequest, List<ProviderResponse>> asker;
  private final Duration longest;
  private final LongSupplier nanoTime;
  private final Queue<HeliconeRatedRequest> read = new ArrayDeque<>();
  private Set<String> lastPage = Set.of();
  private long pages;
  private long left;
  private int idle;
  private boolean ended;

  /** Since the last match, without the time that the reader takes between two pages. */
  private long waited;

  private long rowsWithoutMatch;

  /**
   * Nothing is read yet.
   *
   * @param longest how long pages may be waited for until the next match
   */
  HeliconePages(
      HeliconeQuery query,
      Function<WireRequest, List<ProviderResponse>> asker,
      Duration longest,
      LongSupplier nanoTime) {
    this.query = query;
    this.asker = asker;
    this.longest = longest;
    this.nanoTime = nanoTime;
    this.left = query.limit();
  }

  @Override
  public boolean hasNext() {
    while (read.isEmpty() && left > 0 && !ended) {
      readPage();
    }
    return left > 0 && !read.isEmpty();
  }

  @Override
  public HeliconeRatedRequest next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    left--;
    return read.remove();
  }

  private void readPage() {
    long before = nanoTime.getAsLong();
    List<ProviderResponse> rows = asker.apply(query.page(pages));
    waited += nanoTime.getAsLong() - before;
    pages++;
    ended = rows.isEmpty();
    Set<String> page = new HashSet<>();
    boolean progress = false;
    for (ProviderResponse row : rows) {
      String id = row.text("/request_id").orElse("");
      if (page.add(id) && !lastPage.contains(id)) {
        progress = true;
        HeliconeRatedRequest.of(row).filter(this::matches).ifPresent(read::add);
      }
    }
    lastPage = page;
    idle = progress ? 0 : idle + query.pageSize();
    rowsWithoutMatch += query.pageSize(); // as the offset counts, however short the page
    if (!read.isEmpty()) {
      waited = 0;
      rowsWithoutMatch = 0;
    } else if (!ended) {
      goOnOrEnd(rows.get(0).status());
    }
  }

  /** Ends a reading that finds no further match within its bounds. */
  private void goOnOrEnd(int status) {
    if (idle > MOST_VERSIONS) {
      throw unreadable(
          status,
          "helicone responds to every page with the same rows; does something in between drop the"
              + " query's offset?");
    } else if (rowsWithoutMatch >= MOST_WITHOUT_A_MATCH) {
      throw unreadable(
          status,
          "helicone's last %d rows hold no rating that the query is after; ask for a shorter time with since and before, or find out whether something in between drops the query's filter"
              .formatted(rowsWithoutMatch));
    } else if (waited > longest.toNanos()) {
      throw UndeliveredFeedbackException.builder("helicone", Reason.TIMEOUT)
          .attempts(Math.toIntExact(pages))
          .elapsed(Duration.ofNanos(waited))
          .mayHaveArrived(false)
          .message(
              "helicone showed no rating that the query is after for %d ms, in %d rows; ask for a shorter time with since and before, or raise the settings' batchTimeout"
                  .formatted(Duration.ofNanos(waited).toMillis(), rowsWithoutMatch))
          .build();
    }
  }

  private UnreadableResponseException unreadable(int status, String message) {
    return UnreadableResponseException.builder("helicone", status)
        .attempts(Math.toIntExact(pages))
        .mayHaveArrived(false)
        .message(message)
        .build();
  }

  /** A row is found by any of its versions, and so may be rated otherwise by now, or not at all. */
  private boolean matches(HeliconeRatedRequest request) {
    return query.filter().keeps(request.isPositive());
  }
}
