package io.github.llmfeedback;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a provider keeps of a feedback, part by part. Immutable.
 *
 * <p>A part that is not mentioned has {@link Support#NONE}. A part may be kept only {@linkplain
 * #besideRating beside a rating}.
 */
public final class Capabilities {
  private static final String ADD_A_RATING = "add one, such as thumbsUp()";

  private final String provider;
  private final Map<Part, Support> supports;
  private final Set<Part> besideRating;
  private final String advice;
  private final Ids ids;
  private final Map<Part, String> optIns;
  private final boolean overwrites;

  private Capabilities(
      String provider,
      Map<Part, Support> supports,
      Set<Part> besideRating,
      String advice,
      Ids ids,
      Map<Part, String> optIns,
      boolean overwrites) {
    this.provider = provider;
    this.supports = supports;
    this.besideRating = besideRating;
    this.advice = advice;
    this.ids = ids;
    this.optIns = optIns;
    this.overwrites = overwrites;
  }

  /** The capabilities of a provider that keeps nothing yet; {@link #with} adds to them. */
  public static Capabilities of(String provider) {
    return new Capabilities(
        Text.provider(provider),
        new EnumMap<>(Part.class),
        EnumSet.noneOf(Part.class),
        ADD_A_RATING,
        Ids.NONE,
        Map.of(),
        false);
  }

  /** These capabilities, with {@code support} for {@code parts}. */
  public Capabilities with(Support support, Part... parts) {
    Objects.requireNonNull(support, "support must not be null");
    Map<Part, Support> more = new EnumMap<>(Part.class);
    more.putAll(supports);
    for (Part part : Part.each(parts)) {
      more.put(part, support);
    }
    return new Capabilities(provider, more, besideRating, advice, ids, optIns, overwrites);
  }

  /**
   * These capabilities, with {@code parts} kept only in a feedback that also has a rating that the
   * provider keeps without such a condition. Without one they are lost.
   */
  public Capabilities besideRating(Part... parts) {
    return besideRating(advice, parts);
  }

  /**
   * Like {@link #besideRating(Part...)}, with advice of its own.
   *
   * @param advice what can be done about a feedback without a rating, for messages, in place of
   *     "add one, such as thumbsUp()"
   */
  public Capabilities besideRating(String advice, Part... parts) {
    Objects.requireNonNull(advice, "advice must not be null");
    Set<Part> more = EnumSet.copyOf(besideRating);
    more.addAll(Part.each(parts));
    return new Capabilities(provider, supports, more, advice, ids, optIns, overwrites);
  }

  /** These capabilities, for a provider that gives this many ids; none by default. */
  public Capabilities with(Ids ids) {
    return new Capabilities(
        provider,
        supports,
        besideRating,
        advice,
        Objects.requireNonNull(ids, "ids must not be null"),
        optIns,
        overwrites);
  }

  /**
   * These capabilities, with the line of code that would make the client keep {@code part}; the
   * messages about its loss then show it.
   */
  public Capabilities optIn(Part part, String code) {
    Map<Part, String> more = new EnumMap<>(Part.class);
    more.putAll(optIns);
    more.put(
        Objects.requireNonNull(part, "part must not be null"),
        Objects.requireNonNull(code, "code must not be null"));
    return new Capabilities(provider, supports, besideRating, advice, ids, more, overwrites);
  }

  /**
   * These capabilities, for a provider that keeps one feedback on a target: a later one overwrites
   * it, and the same one again changes nothing.
   */
  public Capabilities overwriting() {
    return new Capabilities(provider, supports, besideRating, advice, ids, optIns, true);
  }

  /** Whether a later feedback on a target {@linkplain #overwriting overwrites} an earlier one. */
  public boolean overwrites() {
    return overwrites;
  }

  /** The provider's name in lower case, such as {@code portkey}. */
  public String provider() {
    return provider;
  }

  /** How the provider keeps {@code part}. */
  public Support support(Part part) {
    return supports.getOrDefault(
        Objects.requireNonNull(part, "part must not be null"), Support.NONE);
  }

  /** Whether the provider keeps {@code part}, but only {@linkplain #besideRating with a rating}. */
  public boolean isBesideRating(Part part) {
    return support(part) != Support.NONE && besideRating.contains(part);
  }

  /** How many ids the provider gives to what it stores of one feedback. */
  public Ids ids() {
    return ids;
  }

  /** Every part with its support, in the order of {@link Part}. */
  public Map<Part, Support> asMap() {
    Map<Part, Support> all = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      all.put(part, support(part));
    }
    return Collections.unmodifiableMap(all);
  }

  /**
   * What the provider would lose entirely of {@code feedback}: each part that has {@link
   * Support#NONE}, and each part that is kept only beside a rating, if there is no rating. What it
   * rounds or approximates depends on the values and is listed on the receipt.
   */
  public List<Loss> unsupportedIn(Feedback feedback) {
    Set<Part> parts = feedback.parts();
    boolean rated = hasRating(parts);
    List<Loss> unsupported = new ArrayList<>();
    for (Part part : parts) {
      if (support(part) == Support.NONE) {
        unsupported.add(
            new Loss(part, Loss.Kind.DROPPED, provider + " keeps no " + part + hint(part)));
      } else if (besideRating.contains(part) && !rated) {
        String detail = provider + " keeps " + part + " only beside a rating";
        unsupported.add(new Loss(part, Loss.Kind.DROPPED, detail));
      }
    }
    return Collections.unmodifiableList(unsupported);
  }

  private String hint(Part part) {
    String code = optIns.get(part);
    return code == null ? "" : " unless asked to with " + code;
  }

  private String hints(Set<Part> lost) {
    return lost.stream()
        .filter(optIns::containsKey)
        .map(part -> "; to keep " + part + ": " + optIns.get(part))
        .collect(Collectors.joining());
  }

  /** Whether these parts include a rating that the provider keeps by itself. */
  private boolean hasRating(Set<Part> parts) {
    for (Part part : parts) {
      if (isRatingOfItsOwn(part)) {
        return true;
      }
    }
    return false;
  }

  private boolean isRatingOfItsOwn(Part part) {
    return part.isRating() && support(part) != Support.NONE && !besideRating.contains(part);
  }

  /**
   * {@code feedback} without the parts that are {@linkplain #unsupportedIn unsupported} in it.
   *
   * @throws UnrepresentableFeedbackException if no statement would remain
   */
  public Feedback withoutUnsupported(Feedback feedback) {
    List<Loss> unsupported = unsupportedIn(feedback);
    if (unsupported.isEmpty()) {
      return feedback;
    }
    Set<Part> lost = EnumSet.noneOf(Part.class);
    unsupported.forEach(loss -> lost.add(loss.part()));
    if (feedback.parts().stream().noneMatch(part -> part.isStatement() && !lost.contains(part))) {
      Set<Part> unrated = EnumSet.copyOf(lost);
      unrated.removeIf(part -> support(part) == Support.NONE);
      throw UnrepresentableFeedbackException.builder(
              provider,
              "%s cannot keep this feedback: nothing would remain of it without %s; it keeps %s%s"
                  .formatted(
                      provider,
                      lost,
                      unrated.isEmpty()
                          ? this
                          : names(unrated) + " only beside a rating; " + advice,
                      hints(lost)))
          .losses(unsupported)
          .build();
    }
    return feedback.without(lost);
  }

  /**
   * Checks that every feedback made of any of {@code parts} is kept in full ({@link Support#NATIVE}
   * or {@link Support#EMBEDDED}), whichever of them it has. Whether a value can be kept, such as an
   * unusual metadata key, still depends on the value. Call this at start-up, to fail there instead
   * of on the first comment in production.
   *
   * <p>Where parts are kept only beside a rating, and each feedback will have one, {@link
   * #requireTogether} checks that shape.
   *
   * @return these capabilities
   * @throws IllegalStateException if one would be refused under the default {@link LossPolicy}; the
   *     message names all parts at fault
   */
  public Capabilities require(Part... parts) {
    Set<Part> required = Part.each(parts);
    checkInFull(required);
    boolean unrated =
        required.stream().anyMatch(part -> part.isStatement() && !isRatingOfItsOwn(part));
    Set<Part> refused = EnumSet.copyOf(required);
    refused.removeIf(part -> !besideRating.contains(part));
    if (unrated && !refused.isEmpty()) {
      throw new IllegalStateException(
          "%s keeps %s only beside a rating, and a feedback made of some of these parts has none; %s."
                  .formatted(provider, names(refused), advice)
              + (refused.stream().anyMatch(Part::isRating)
                  ? "" // there can be no other rating beside it
                  : " If each of yours has one, require that shape instead: "
                      + shapes(required)
                      + "."));
    }
    return this;
  }

  /**
   * Checks that a feedback that has all of {@code parts} is kept in full; one with fewer of them
   * may not be. Otherwise like {@link #require}.
   *
   * @return these capabilities
   * @throws IllegalStateException if it would be refused under the default {@link LossPolicy}
   * @throws IllegalArgumentException if there is no such feedback: it would state nothing, or have
   *     two ratings
   */
  public Capabilities requireTogether(Part... parts) {
    Set<Part> shape = Part.each(parts);
    if (shape.stream().noneMatch(Part::isStatement)) {
      throw new IllegalArgumentException(
          shape + " is not a feedback: it states nothing; add a rating or another statement");
    } else if (shape.stream().filter(Part::isRating).count() > 1) {
      throw new IllegalArgumentException(
          shape + " is not a feedback: one feedback has one rating; require one shape for each");
    }
    checkInFull(shape);
    Set<Part> refused = EnumSet.copyOf(shape);
    refused.removeIf(part -> !besideRating.contains(part));
    if (!refused.isEmpty() && !hasRating(shape)) {
      throw new IllegalStateException(
          "%s keeps %s only beside a rating, and this shape has none; %s."
              .formatted(provider, names(refused), advice));
    }
    return this;
  }

  private void checkInFull(Set<Part> parts) {
    List<String> missing = new ArrayList<>();
    for (Part part : parts) {
      Support support = support(part);
      if (support == Support.NONE || support == Support.APPROXIMATED) {
        missing.add(part + " (" + support + ")");
      }
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          provider
              + " does not keep in full: "
              + String.join(", ", missing)
              + ". Choose another provider for these parts, or leave them out of the requirement"
              + " and say with a LossPolicy what may be lost.");
    }
  }

  /** The calls that require these parts beside each of their ratings, or beside any rating. */
  private String shapes(Set<Part> parts) {
    Set<Part> others = EnumSet.copyOf(parts);
    others.removeIf(Part::isRating);
    Part usual =
        Stream.of(Part.values()).filter(this::isRatingOfItsOwn).findFirst().orElse(Part.THUMBS);
    Set<Part> ratings = EnumSet.copyOf(parts);
    ratings.removeIf(part -> !isRatingOfItsOwn(part));
    return (ratings.isEmpty() ? Stream.of(usual) : ratings.stream())
        .map(
            rating ->
                Stream.concat(Stream.of(rating), others.stream())
                    .map(part -> "Part." + part)
                    .collect(Collectors.joining(", ", "requireTogether(", ")")))
        .collect(Collectors.joining(" and "));
  }

  private static String names(Set<Part> parts) {
    return parts.stream().map(Part::name).collect(Collectors.joining(", "));
  }

  private Set<Part> allBesideRating() {
    Set<Part> all = EnumSet.allOf(Part.class);
    all.removeIf(part -> !isBesideRating(part));
    return all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Capabilities that
        && provider.equals(that.provider)
        && asMap().equals(that.asMap())
        && ids == that.ids
        && allBesideRating().equals(that.allBesideRating());
  }

  @Override
  public int hashCode() {
    return Objects.hash(provider, asMap(), allBesideRating(), ids);
  }

  @Override
  public String toString() {
    Set<Part> beside = allBesideRating();
    return provider
        + supports
        + (beside.isEmpty() ? "" : ", " + names(beside) + " only beside a rating");
  }

  /** How many ids {@link Receipt#ids()} has if the provider responds as it should. */
  public enum Ids {
    /** None: it files a feedback only under the target's id. */
    NONE,
    /** One for each feedback. */
    ONE,
    /** One for each rating, comment, correction, issue and action. */
    PER_STATEMENT
  }
}
