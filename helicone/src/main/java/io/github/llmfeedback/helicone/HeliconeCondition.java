package io.github.llmfeedback.helicone;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A condition on a request, as it is asked of the server and as it is checked here. Immutable.
 *
 * <p>What is asked may be wider than the condition, never narrower: the server cuts times to whole
 * seconds, finds a request by earlier versions of itself, and cannot be asked for everything.
 */
sealed interface HeliconeCondition {
  /**
   * At most so many conditions are asked in one query; what is beyond is only checked here. The
   * server was seen to take 400 (2026-07). ClickHouse refuses a query longer than 256 kB, about
   * 4,000 conditions, to which the server responds with success and an empty list.
   */
  int MOST_ASKED = 1000;

  /**
   * How deep {@code and} and {@code or} may be nested in turns. With {@link #MOST_ASKED} conditions
   * in balanced chains that makes at most about 160 levels; at 200 the server's database refuses to
   * parse the query, to which it responds with success and an empty list (observed, 2026-07).
   */
  int DEEPEST = 25;

  /** How many turns of {@code and} and {@code or} it is deep; 0 for a single condition. */
  int depth();

  /** Whether a request meets it. */
  Predicate<HeliconeRatedRequest> check();

  /** What the server is asked. */
  Asked asked(boolean viaRequestQuery);

  /**
   * What the server is asked.
   *
   * @param json the filter; null if it is not restricted
   * @param conditions how many conditions there are in it
   * @param isExact whether nothing was left out
   */
  record Asked(@Nullable Object json, int conditions, boolean isExact) {
    /** No restriction: it is all checked here. */
    static final Asked NOTHING = new Asked(null, 0, false);
  }

  /**
   * One column and one operator: the server silently ignores others (observed, 2026-11).
   *
   * @param value what the column is compared with; null if the server cannot be asked for it
   * @param property the name of the property, if the column is {@link Column#PROPERTY}
   */
  record Single(
      Column column,
      String operator,
      @Nullable Object value,
      @Nullable String property,
      Predicate<HeliconeRatedRequest> check)
      implements HeliconeCondition {
    @Override
    public int depth() {
      return 0;
    }

    @Override
    public Asked asked(boolean viaRequestQuery) {
      return value == null
          ? Asked.NOTHING
          : new Asked(column.is(operator, value, property, viaRequestQuery), 1, true);
    }
  }

  /**
   * Two conditions or chains, joined.
   *
   * @param isAnd whether both must be met, or one of them
   */
  record Chain(boolean isAnd, HeliconeCondition left, HeliconeCondition right, int depth)
      implements HeliconeCondition {

    static Chain of(boolean isAnd, HeliconeCondition left, HeliconeCondition right) {
      int depth = Math.max(depthBelow(isAnd, left), depthBelow(isAnd, right)) + 1;
      if (depth > DEEPEST) {
        throw new IllegalArgumentException(
            "a filter can be at most "
                + DEEPEST
                + " turns of and and or deep: Helicone finds nothing by a deeper one; write it with"
                + " fewer turns (chains of one kind may have any length)");
      }
      return new Chain(isAnd, left, right, depth);
    }

    private static int depthBelow(boolean isAnd, HeliconeCondition part) {
      return part instanceof Chain chain && chain.isAnd == isAnd ? part.depth() - 1 : part.depth();
    }

    /** All links of the chain, in order; iterative, because it may have any length. */
    private List<HeliconeCondition> links() {
      List<HeliconeCondition> links = new ArrayList<>();
      Deque<HeliconeCondition> open = new ArrayDeque<>();
      open.push(this);
      while (!open.isEmpty()) {
        HeliconeCondition next = open.pop();
        if (next instanceof Chain chain && chain.isAnd == isAnd) {
          open.push(chain.right);
          open.push(chain.left);
        } else {
          links.add(next);
        }
      }
      return links;
    }

    @Override
    public Predicate<HeliconeRatedRequest> check() {
      List<Predicate<HeliconeRatedRequest>> checks =
          links().stream().map(HeliconeCondition::check).toList();
      return isAnd
          ? request -> checks.stream().allMatch(check -> check.test(request))
          : request -> checks.stream().anyMatch(check -> check.test(request));
    }

    @Override
    public Asked asked(boolean viaRequestQuery) {
      List<Asked> links = links().stream().map(link -> link.asked(viaRequestQuery)).toList();
      return isAnd ? all(links) : any(links);
    }

    /** As many as can be asked, beginning with the small ones if there are too many. */
    private static Asked all(List<Asked> links) {
      List<Asked> taken = new ArrayList<>(links);
      if (conditions(links) > MOST_ASKED) {
        taken.sort(Comparator.comparingInt(Asked::conditions));
        for (int i = 0, sum = 0; i < taken.size(); i++) {
          sum += taken.get(i).conditions();
          if (sum > MOST_ASKED) {
            taken = taken.subList(0, i);
          }
        }
      }
      taken.removeIf(link -> link.json() == null);
      boolean exact = taken.size() == links.size() && taken.stream().allMatch(Asked::isExact);
      return taken.isEmpty()
          ? Asked.NOTHING
          : new Asked(balanced(taken, "and"), conditions(taken), exact);
    }

    /** All of them or none: a part of an {@code or} would find too little. */
    private static Asked any(List<Asked> links) {
      boolean isAsked = links.stream().allMatch(link -> link.json() != null);
      return !isAsked || conditions(links) > MOST_ASKED
          ? Asked.NOTHING
          : new Asked(
              balanced(links, "or"), conditions(links), links.stream().allMatch(Asked::isExact));
    }

    private static int conditions(List<Asked> links) {
      return links.stream().mapToInt(Asked::conditions).sum();
    }

    private static Object balanced(List<Asked> links, String operator) {
      if (links.size() == 1) {
        return Objects.requireNonNull(links.get(0).json());
      }
      int half = (links.size() + 1) / 2;
      return new HeliconeWire.Branch(
          balanced(links.subList(0, half), operator),
          operator,
          balanced(links.subList(half, links.size()), operator));
    }
  }

  /**
   * What can be asked for. Tables and names for {@code request/query} are those of Helicone's
   * OpenAPI document (2026-07).
   */
  enum Column {
    RATING("helicone-score-feedback", "feedback", "rating"),
    REQUEST_ID("request_id", "request", "id"),
    CREATED_AT("request_created_at", "request", "created_at"),
    USER("user_id", "request", "user_id"),
    MODEL("model", "request", "model"),
    PROPERTY("properties", "properties", "");

    private final String name;
    private final String requestQueryTable;
    private final String requestQueryName;

    Column(String name, String requestQueryTable, String requestQueryName) {
      this.name = name;
      this.requestQueryTable = requestQueryTable;
      this.requestQueryName = requestQueryName;
    }

    /** A filter of this column alone. */
    Object is(String operator, Object value, @Nullable String property, boolean viaRequestQuery) {
      Map<String, Object> test = Map.of(operator, value);
      if (viaRequestQuery) {
        return Map.of(
            requestQueryTable, Map.of(property == null ? requestQueryName : property, test));
      }
      return Map.of(
          "request_response_rmt", Map.of(name, property == null ? test : Map.of(property, test)));
    }
  }
}
