package io.github.llmfeedback.helicone;

import io.github.llmfeedback.helicone.HeliconeCondition.Asked;
import io.github.llmfeedback.helicone.HeliconeCondition.Column;
import io.github.llmfeedback.spi.WireRequest;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@link HeliconeFeedbackClient#query} asks for: a filter, an order, a beginning and an end.
 * Immutable.
 *
 * <pre>{@code
 * HeliconeQuery.where(negative().and(user("u1"))).oldestFirst().limit(500)
 * }</pre>
 */
public final class HeliconeQuery {
  static final int MAX_PAGE = 1000;

  private final HeliconeFilter filter;
  private final boolean newestFirst;
  private final long offset;
  private final long limit;
  private final int pageSize;
  private final boolean viaRequestQuery;

  private HeliconeQuery(
      HeliconeFilter filter,
      boolean newestFirst,
      long offset,
      long limit,
      int pageSize,
      boolean viaRequestQuery) {
    this.filter = filter;
    this.newestFirst = newestFirst;
    this.offset = offset;
    this.limit = limit;
    this.pageSize = pageSize;
    this.viaRequestQuery = viaRequestQuery;
  }

  /** All that the filter is after, newest first, in pages of 100. */
  public static HeliconeQuery where(HeliconeFilter filter) {
    Objects.requireNonNull(filter, "filter must not be null");
    return new HeliconeQuery(filter, true, 0, Long.MAX_VALUE, 100, false);
  }

  /** This query, with the newest request first. */
  public HeliconeQuery newestFirst() {
    return new HeliconeQuery(filter, true, offset, limit, pageSize, viaRequestQuery);
  }

  /** This query, with the oldest request first. */
  public HeliconeQuery oldestFirst() {
    return new HeliconeQuery(filter, false, offset, limit, pageSize, viaRequestQuery);
  }

  /** This query, which returns at most this many requests. */
  public HeliconeQuery limit(long requests) {
    if (requests < 0) {
      throw new IllegalArgumentException("limit must not be negative, but is " + requests);
    }
    return new HeliconeQuery(filter, newestFirst, offset, requests, pageSize, viaRequestQuery);
  }

  /** This query, which leaves out this many of the requests that it would return first. */
  public HeliconeQuery offset(long requests) {
    if (requests < 0) {
      throw new IllegalArgumentException("offset must not be negative, but is " + requests);
    }
    return new HeliconeQuery(filter, newestFirst, requests, limit, pageSize, viaRequestQuery);
  }

  /**
   * This query, which reads this many rows at a time, 1 to 1,000, and no more than {@link #limit}
   * wants. Rows carry the bodies of LLM request and response; a page above 8 MB is asked for again
   * with a quarter of the rows, down to one. Where more rows of one second match than a page holds,
   * and at the end, up to 1,000 are asked for at a time.
   */
  public HeliconeQuery pageSize(int rows) {
    if (rows < 1 || rows > MAX_PAGE) {
      throw new IllegalArgumentException(
          "pageSize must be from 1 to " + MAX_PAGE + ", but is " + rows);
    }
    return new HeliconeQuery(filter, newestFirst, offset, limit, rows, viaRequestQuery);
  }

  /**
   * This query through {@code /v1/request/query}, in the form of Helicone's public page, for
   * self-hosted servers from before October 2025. Later servers respond with an empty list.
   */
  public HeliconeQuery viaRequestQuery() {
    return new HeliconeQuery(filter, newestFirst, offset, limit, pageSize, true);
  }

  HeliconeFilter filter() {
    return filter;
  }

  boolean isNewestFirst() {
    return newestFirst;
  }

  long offset() {
    return offset;
  }

  long limit() {
    return limit;
  }

  int pageSize() {
    return pageSize;
  }

  /** The request for the row of one LLM request, rated or not. */
  static WireRequest row(String requestId) {
    return request(
        new HeliconeWire.Query(
            Objects.requireNonNull(HeliconeFilter.requestId(requestId).asked(false).json()),
            null,
            1,
            null,
            null),
        "query-clickhouse");
  }

  /**
   * The request for a page.
   *
   * @param from the whole second with which it begins; null for the first
   * @param skipped how many rows it begins after, as the server counts them
   * @param rows how many rows to ask for, 1 to 1,000
   */
  WireRequest page(@Nullable Instant from, long skipped, int rows) {
    Asked asked = filter.asked(viaRequestQuery);
    boolean isScored = !viaRequestQuery && !filter.asksForPositive(asked);
    return request(
        new HeliconeWire.Query(
            wire(asked.json(), from == null ? null : bound(from)),
            isScored ? true : null,
            rows,
            skipped == 0 ? null : skipped,
            Map.of("created_at", newestFirst ? "desc" : "asc")),
        viaRequestQuery ? "query" : "query-clickhouse");
  }

  /** The server cuts a time to whole seconds (observed, 2026-07). */
  private Object bound(Instant from) {
    return newestFirst
        ? Column.CREATED_AT.is("lt", from.plusSeconds(1).toString(), null, viaRequestQuery)
        : Column.CREATED_AT.is("gte", from.toString(), null, viaRequestQuery);
  }

  private static Object wire(@Nullable Object filter, @Nullable Object bound) {
    if (filter != null && bound != null) {
      return new HeliconeWire.Branch(filter, "and", bound);
    }
    return filter != null ? filter : bound != null ? bound : "all";
  }

  private static WireRequest request(HeliconeWire.Query query, String form) {
    return WireRequest.of("POST", query, "request", form).readOnly();
  }
}
