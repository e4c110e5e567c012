package io.github.llmfeedback.helicone;

import io.github.llmfeedback.UnreadableAnswerException;
import io.github.llmfeedback.spi.Answer;
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

/**
 * The rated requests of a query, one page at a time, as they are asked for. Used by one thread.
 *
 * <p>Helicone cuts pages out of stored <em>versions</em> of requests and only then makes requests
 * of them (observed, 2026-11: three matching requests, limit 2, offset 1, one row). So a short page
 * is not the last, and one request can be on neighbouring pages.
 */
final class HeliconePages implements Iterator<RatedRequest> {
  /** No request has so many versions that a page this far on still shows the same requests. */
  private static final int MOST_VERSIONS = 1000;

  private final HeliconeQuery query;
  private final Function<WireRequest, List<Answer>> asker;
  private final Queue<RatedRequest> read = new ArrayDeque<>();
  private Set<String> lastPage = Set.of();
  private long pages;
  private long left;
  private int idle;
  private boolean ended;

  HeliconePages(HeliconeQuery query, Function<WireRequest, List<Answer>> asker) {
    this.query = query;
    this.asker = asker;
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
  public RatedRequest next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    left--;
    return read.remove();
  }

  private void readPage() {
    List<Answer> rows = asker.apply(query.page(pages));
    pages++;
    ended = rows.isEmpty();
    Set<String> page = new HashSet<>();
    boolean progress = false;
    for (Answer row : rows) {
      String id = row.text("/request_id").orElse("");
      if (page.add(id) && !lastPage.contains(id)) {
        progress = true;
        RatedRequest.of(row).filter(this::matches).ifPresent(read::add);
      }
    }
    lastPage = page;
    idle = progress ? 0 : idle + query.pageSize();
    if (!ended && idle > MOST_VERSIONS) {
      throw new UnreadableAnswerException(
          "helicone",
          rows.get(0).status(),
          "",
          Math.toIntExact(pages),
          Duration.ZERO,
          false,
          "helicone answers every page with the same rows; does something on the way drop the"
              + " query's offset?");
    }
  }

  /** A row is found by any of its versions, and so may be rated otherwise by now, or not at all. */
  private boolean matches(RatedRequest request) {
    return query.filter().keeps(request.isPositive());
  }
}
