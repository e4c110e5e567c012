package io.github.llmfeedback;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one person said, once, about one answer of an LLM. Immutable.
 *
 * <pre>{@code
 * Feedback.on("trace-7f3a").thumbsUp().comment("Spot on").build();
 * }</pre>
 *
 * <p>It makes at least one statement (rating, comment, correction, issue, action); weight, author,
 * time and metadata are context. {@link Capabilities} say which parts a provider keeps.
 */
public final class Feedback {
  private final Content content;

  private Feedback(Content content) {
    this.content = content;
  }

  /** Starts building a feedback on the answer with this id at the receiving client's provider. */
  public static Builder on(String id) {
    return new Builder(Target.of(id));
  }

  /** Starts building a feedback on this target. */
  public static Builder on(Target target) {
    return new Builder(Objects.requireNonNull(target, "target must not be null"));
  }

  /** What it is about. */
  public Target target() {
    return content.target();
  }

  /** How good the person found the answer. */
  public Optional<Rating> rating() {
    return Optional.ofNullable(content.rating());
  }

  /** What the person said about the answer. */
  public Optional<String> comment() {
    return Optional.ofNullable(content.comment());
  }

  /** What the answer should have been. */
  public Optional<String> correction() {
    return Optional.ofNullable(content.correction());
  }

  /** What is wrong with the answer, each name once, in the order stated. */
  public List<String> issues() {
    return content.issues();
  }

  /** What the person did with the answer, each name once, in the order stated. */
  public List<String> actions() {
    return content.actions();
  }

  /** How much it counts, from 0 to 1. */
  public OptionalDouble weight() {
    return content.weight() == null ? OptionalDouble.empty() : OptionalDouble.of(content.weight());
  }

  /** Who gave it. */
  public Optional<String> author() {
    return Optional.ofNullable(content.author());
  }

  /** When it was given. */
  public Optional<Instant> occurredAt() {
    return Optional.ofNullable(content.occurredAt());
  }

  /** Additional facts: JSON values, including null, deeply unmodifiable, in the order given. */
  public Map<String, @Nullable Object> metadata() {
    return content.metadata();
  }

  /** The parts that this feedback has, in the order of {@link Part}. */
  public Set<Part> parts() {
    return content.parts();
  }

  /**
   * This feedback without {@code parts}.
   *
   * @throws InvalidFeedbackException if no statement would remain
   */
  public Feedback without(Set<Part> parts) {
    Builder builder = newBuilder();
    Objects.requireNonNull(parts, "parts must not be null").forEach(builder::clear);
    return builder.build();
  }

  /** A builder that starts with everything in this feedback. */
  public Builder newBuilder() {
    return new Builder(content);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Feedback that && content.equals(that.content);
  }

  @Override
  public int hashCode() {
    return content.hashCode();
  }

  /** The target and the names of the parts, never their values. */
  @Override
  public String toString() {
    return content.toString();
  }

  /** The content of a feedback, part by part; two feedbacks with the same content are equal. */
  private record Content(
      Target target,
      @Nullable Rating rating,
      @Nullable String comment,
      @Nullable String correction,
      List<String> issues,
      List<String> actions,
      @Nullable Double weight,
      @Nullable String author,
      @Nullable Instant occurredAt,
      Map<String, @Nullable Object> metadata) {

    /**
     * Checks that something is stated; the parts themselves have already been checked one by one.
     */
    Content {
      if (rating == null
          && comment == null
          && correction == null
          && issues.isEmpty()
          && actions.isEmpty()) {
        throw new InvalidFeedbackException(
            "feedback",
            "a feedback must state something: a rating, comment, correction, issue or action");
      }
    }

    /** The parts that are present, in the order of {@link Part}. */
    Set<Part> parts() {
      Set<Part> parts = EnumSet.noneOf(Part.class);
      if (rating != null) {
        parts.add(rating.part());
      }
      addIf(comment != null, Part.COMMENT, parts);
      addIf(correction != null, Part.CORRECTION, parts);
      addIf(!issues.isEmpty(), Part.ISSUE, parts);
      addIf(!actions.isEmpty(), Part.ACTION, parts);
      addIf(weight != null, Part.WEIGHT, parts);
      addIf(author != null, Part.AUTHOR, parts);
      addIf(occurredAt != null, Part.OCCURRED_AT, parts);
      addIf(!metadata.isEmpty(), Part.METADATA, parts);
      return Collections.unmodifiableSet(parts);
    }

    private static void addIf(boolean present, Part part, Set<Part> parts) {
      if (present) {
        parts.add(part);
      }
    }

    /** The target and the names of the parts, never their values. */
    @Override
    public String toString() {
      return "Feedback on " + target + " " + parts();
    }
  }

  /** Collects a feedback's parts; each is checked when it is set. Not thread-safe. */
  public static final class Builder {
    private Target target;
    private @Nullable Rating rating;
    private @Nullable String comment;
    private @Nullable String correction;
    private final Set<String> issues = new LinkedHashSet<>();
    private final Set<String> actions = new LinkedHashSet<>();
    private @Nullable Double weight;
    private @Nullable String author;
    private @Nullable Instant occurredAt;
    private final Map<String, @Nullable Object> metadata = new LinkedHashMap<>();

    private Builder(Target target) {
      this.target = target;
    }

    private Builder(Content from) {
      target = from.target();
      rating = from.rating();
      comment = from.comment();
      correction = from.correction();
      issues.addAll(from.issues());
      actions.addAll(from.actions());
      weight = from.weight();
      author = from.author();
      occurredAt = from.occurredAt();
      metadata.putAll(from.metadata());
    }

    /** Replaces what the feedback is about. */
    public Builder target(Target target) {
      this.target = Objects.requireNonNull(target, "target must not be null");
      return this;
    }

    /** States a rating; a feedback has at most one, so a later one replaces it. */
    public Builder rating(Rating rating) {
      if (rating == null) {
        throw new InvalidFeedbackException("rating", "rating must not be null");
      }
      this.rating = rating;
      return this;
    }

    /** States that the answer is good. */
    public Builder thumbsUp() {
      return rating(Rating.Thumbs.UP);
    }

    /** States that the answer is bad. */
    public Builder thumbsDown() {
      return rating(Rating.Thumbs.DOWN);
    }

    /** States a rating from 1 to 5 stars. */
    public Builder stars(double stars) {
      return rating(Rating.stars(stars));
    }

    /** States a rating from {@code min} (worst) to {@code max} (best). */
    public Builder score(double value, double min, double max) {
      return rating(new Rating.Score(value, min, max));
    }

    /**
     * States a rating by a name that the project defines at its provider; the rule for names is
     * that of {@link Rating.Label}.
     */
    public Builder label(String name) {
      return rating(new Rating.Label(name));
    }

    /**
     * States what the person said about the answer.
     *
     * @param comment null or blank, which is what an empty field of a form sends, states nothing;
     *     as with any part, the last call counts, so it also removes an earlier comment
     */
    public Builder comment(@Nullable String comment) {
      this.comment = Text.isBlank(comment) ? null : Text.written("comment", comment);
      return this;
    }

    /**
     * States what the answer should have been.
     *
     * @param correction null or blank states nothing, as with {@link #comment}
     */
    public Builder correction(@Nullable String correction) {
      this.correction = Text.isBlank(correction) ? null : Text.written("correction", correction);
      return this;
    }

    /**
     * Adds what is wrong with the answer, by name; the same name again adds nothing.
     *
     * @param name as in {@link Rating.Label}
     */
    public Builder issue(String name) {
      issues.add(Text.name("issue", name));
      return this;
    }

    /**
     * Adds what the person did with the answer, by name; the same name again adds nothing.
     *
     * @param name as in {@link Rating.Label}
     */
    public Builder action(String name) {
      actions.add(Text.name("action", name));
      return this;
    }

    /** Says how much this feedback counts, from 0 to 1. */
    public Builder weight(double weight) {
      if (!(weight >= 0 && weight <= 1)) { // written this way, NaN is refused too
        throw new InvalidFeedbackException(
            "weight", "weight must be from 0 to 1, but is " + weight);
      }
      this.weight = weight + 0.0;
      return this;
    }

    /**
     * Says who gave the feedback, by an id that the application uses.
     *
     * @param author a name as in {@link Rating.Label}; null or blank says nothing, as with {@link
     *     #comment}
     */
    public Builder author(@Nullable String author) {
      this.author = Text.isBlank(author) ? null : Text.name("author", author);
      return this;
    }

    /** Says when the feedback was given; in the years 1 to 9999, which RFC 3339 can represent. */
    public Builder occurredAt(Instant occurredAt) {
      this.occurredAt = Text.writable("occurredAt", occurredAt);
      return this;
    }

    /**
     * Adds a fact; a later one with the same key replaces it.
     *
     * @param value text, a boolean, a finite number, null, which is JSON's null and not the absence
     *     of the fact, or collections and maps of these; it is copied
     */
    public Builder metadata(String key, @Nullable Object value) {
      metadata.put(Text.written("metadata key", key), Json.copy("metadata." + key, value));
      return this;
    }

    /**
     * Adds facts, as {@link #metadata(String, Object)} does; if one of them is refused, none is
     * added.
     */
    public Builder metadata(Map<String, ?> facts) {
      if (facts == null) {
        throw new InvalidFeedbackException("metadata", "metadata must not be null");
      }
      Builder checked = new Builder(target);
      ((Map<?, ?>) facts).forEach((key, fact) -> checked.metadata(Json.key("metadata", key), fact));
      metadata.putAll(checked.metadata);
      return this;
    }

    /** Removes a part. */
    public Builder clear(Part part) {
      switch (Objects.requireNonNull(part, "part must not be null")) {
        case THUMBS, SCORE, LABEL -> {
          if (rating != null && rating.part() == part) {
            rating = null;
          }
        }
        case COMMENT -> comment = null;
        case CORRECTION -> correction = null;
        case ISSUE -> issues.clear();
        case ACTION -> actions.clear();
        case WEIGHT -> weight = null;
        case AUTHOR -> author = null;
        case OCCURRED_AT -> occurredAt = null;
        case METADATA -> metadata.clear();
      }
      return this;
    }

    /**
     * The feedback.
     *
     * @throws InvalidFeedbackException if it states nothing
     */
    public Feedback build() {
      return new Feedback(
          new Content(
              target,
              rating,
              comment,
              correction,
              List.copyOf(issues),
              List.copyOf(actions),
              weight,
              author,
              occurredAt,
              Collections.unmodifiableMap(new LinkedHashMap<>(metadata))));
    }
  }
}
