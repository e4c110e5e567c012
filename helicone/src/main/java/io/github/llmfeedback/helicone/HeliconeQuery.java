package io.github.llmfeedback.helicone;

import io.github.llmfeedback.spi.WireRequest;
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
  private static final int MAX_PAGE = 1000;

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

  /**
   * This query, which skips this many rows. Helicone counts every stored version of a request as a
   * row, and a rating makes a version: for a fixed beginning use {@link HeliconeFilter#since}.
   */
  public HeliconeQuery offset(long rows) {
    if (rows < 0) {
      throw new IllegalArgumentException("offset must not be negative, but is " + rows);
    }
    return new HeliconeQuery(filter, newestFirst, rows, limit, pageSize, viaRequestQuery);
  }

  /**
   * This query, which reads this many rows at a time, 1 to 1,000. Rows carry the bodies of LLM
   * request and response, and a page above 8 MB cannot be read.
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
            HeliconeFilter.requestId(requestId).wire(false), null, 1, null, null),
        "query-clickhouse");
  }

  /** The request for the page with this number, from 0. */
  WireRequest page(long number) {
    long skipped = offset + number * pageSize;
    return request(
        new HeliconeWire.Query(
            filter.wire(viaRequestQuery),
            isScored(),
            pageSize,
            skipped == 0 ? null : skipped,
            Map.of("created_at", newestFirst ? "desc" : "asc")),
        viaRequestQuery ? "query" : "query-clickhouse");
  }

  private @Nullable Boolean isScored() {
    return (viaRequestQuery || !filter.wantsScored()) ? null : true;
  }

  private static WireRequest request(HeliconeWire.Query query, String form) {
    return WireRequest.of("POST", query, "request", form).readOnly();
  }
}
