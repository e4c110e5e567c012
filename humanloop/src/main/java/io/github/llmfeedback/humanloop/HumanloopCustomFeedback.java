package io.github.llmfeedback.humanloop;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.Target;
import io.github.llmfeedback.spi.WireText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Statements of types that a Humanloop project defines for itself, about one datapoint. Immutable.
 *
 * <pre>{@code
 * client.submitCustom(
 *     HumanloopCustomFeedback.on(datapoint).state("tone", "warm").state("grounded", true).build());
 * }</pre>
 */
public final class HumanloopCustomFeedback {
  private final List<HumanloopWire> objects;

  private HumanloopCustomFeedback(List<HumanloopWire> objects) {
    this.objects = objects;
  }

  /** Begins statements about a datapoint. */
  public static Builder on(String datapoint) {
    return on(Target.of(HumanloopFeedbackClient.DATAPOINT, notBlank("datapoint", datapoint)));
  }

  /**
   * Begins statements about what {@code target} is at Humanloop: its bare id, or the one named by
   * {@link HumanloopFeedbackClient#DATAPOINT}.
   *
   * @throws io.github.llmfeedback.UnrepresentableFeedbackException if it has no such id, as a
   *     shared one alone
   */
  public static Builder on(Target target) {
    Objects.requireNonNull(target, "target must not be null");
    String datapoint = target.requireId(HumanloopFeedbackClient.DATAPOINT);
    return new Builder(Feedback.on(target), datapoint);
  }

  List<HumanloopWire> objects() {
    return objects;
  }

  String datapoint() {
    return objects.get(0).dataId();
  }

  /** The datapoint and the types, never the values. */
  @Override
  public String toString() {
    return "HumanloopCustomFeedback on "
        + datapoint()
        + " "
        + objects.stream().map(HumanloopWire::type).toList();
  }

  private static String notBlank(String field, @Nullable String value) {
    if (value == null) {
      throw new InvalidFeedbackException(field, field + " must not be null");
    }
    return WireText.notBlank(field, value);
  }

  /**
   * Collects statements; each type is stated once. Not thread-safe.
   *
   * <p>A type is a name: not blank, at most 1,000 characters (UTF-16 units), without control,
   * invisible, bidirectional and line-separator characters.
   */
  public static final class Builder {
    /** Checks author and time as for any feedback; it is never sent. */
    private final Feedback.Builder context;

    private final String datapoint;
    private final Map<String, Object> values = new LinkedHashMap<>();
    private @Nullable String author;
    private @Nullable Instant occurredAt;

    private Builder(Feedback.Builder context, String datapoint) {
      this.context = context;
      this.datapoint = datapoint;
    }

    /** States a text. */
    public Builder state(String type, String value) {
      return put(type, notBlank("value of " + checked(type), value));
    }

    /** States a whole number, exactly. */
    public Builder state(String type, long value) {
      return put(type, value);
    }

    /** States a finite number. */
    public Builder state(String type, double value) {
      if (!Double.isFinite(value)) {
        String field = "value of " + checked(type);
        throw new InvalidFeedbackException(
            field, field + " must be a finite number, but is " + value);
      }
      return put(type, HumanloopDialect.number(value));
    }

    /** States yes or no. */
    public Builder state(String type, boolean value) {
      return put(type, value);
    }

    /** States several labels of a multiple-choice type; at least one, each a name as the type. */
    public Builder state(String type, List<String> values) {
      if (values == null || values.isEmpty()) {
        String field = "value of " + checked(type);
        throw new InvalidFeedbackException(field, field + " must have at least one label");
      }
      String field = "a label of " + checked(type);
      values.forEach(value -> WireText.name(field, value));
      return put(type, List.copyOf(values));
    }

    private Builder put(String type, Object value) {
      if (HumanloopState.isCommon(checked(type))) {
        throw new InvalidFeedbackException(
            "type", "type '" + type + "' is common to all projects; submit it as a Feedback");
      }
      values.put(type, value);
      return this;
    }

    /** Checked before any message shows it. */
    private static String checked(String type) {
      return WireText.name("type", type);
    }

    /** Says who states it; null or blank says nothing. */
    public Builder author(@Nullable String author) {
      this.author = context.author(author).thumbsUp().build().author().orElse(null);
      return this;
    }

    /** Says when it was stated. */
    public Builder occurredAt(Instant occurredAt) {
      context.occurredAt(occurredAt);
      this.occurredAt = occurredAt;
      return this;
    }

    /**
     * The statements.
     *
     * @throws InvalidFeedbackException if there is no statement
     */
    public HumanloopCustomFeedback build() {
      if (values.isEmpty()) {
        throw new InvalidFeedbackException(
            "feedback", "custom feedback must state at least one type");
      }
      List<HumanloopWire> objects = new ArrayList<>();
      values.forEach(
          (type, value) ->
              objects.add(new HumanloopWire(type, value, datapoint, author, occurredAt, null)));
      return new HumanloopCustomFeedback(List.copyOf(objects));
    }
  }
}
