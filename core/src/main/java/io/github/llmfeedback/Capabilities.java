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

/**
 * What a provider keeps of a feedback, part by part. Immutable.
 *
 * <p>A part that is not mentioned has {@link Support#NONE}.
 */
public final class Capabilities {
  private final String provider;
  private final Map<Part, Support> supports;
  private final Map<Part, String> optIns;

  private Capabilities(String provider, Map<Part, Support> supports, Map<Part, String> optIns) {
    this.provider = provider;
    this.supports = supports;
    this.optIns = optIns;
  }

  /** The capabilities of a provider that keeps nothing yet; {@link #with} adds to them. */
  public static Capabilities of(String provider) {
    return new Capabilities(Text.provider(provider), Map.of(), Map.of());
  }

  /** These capabilities with {@code parts} supported as {@code support} says. */
  public Capabilities with(Support support, Part... parts) {
    Objects.requireNonNull(support, "support must not be null");
    Map<Part, Support> more = new EnumMap<>(Part.class);
    more.putAll(supports);
    for (Part part : parts) {
      more.put(Objects.requireNonNull(part, "part must not be null"), support);
    }
    return new Capabilities(provider, more, optIns);
  }

  /**
   * These capabilities with the line of code that would have the client keep {@code part}, which
   * the messages about its loss then show.
   */
  public Capabilities optIn(Part part, String code) {
    Map<Part, String> more = new EnumMap<>(Part.class);
    more.putAll(optIns);
    more.put(part, code);
    return new Capabilities(provider, supports, more);
  }

  /** The provider's name in lower case, such as {@code portkey}. */
  public String provider() {
    return provider;
  }

  /** How the provider keeps {@code part}. */
  public Support of(Part part) {
    return supports.getOrDefault(
        Objects.requireNonNull(part, "part must not be null"), Support.NONE);
  }

  /** Every part with its support, in the order of {@link Part}. */
  public Map<Part, Support> asMap() {
    Map<Part, Support> all = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      all.put(part, of(part));
    }
    return Collections.unmodifiableMap(all);
  }

  /**
   * What the provider would lose altogether of {@code feedback}: each part that has {@link
   * Support#NONE}. What it rounds or approximates depends on the values and stands on the receipt.
   */
  public List<Loss> dropped(Feedback feedback) {
    return feedback.parts().stream()
        .filter(part -> of(part) == Support.NONE)
        .map(part -> new Loss(part, Loss.Kind.DROPPED, provider + " keeps no " + part + hint(part)))
        .toList();
  }

  private String hint(Part part) {
    String code = optIns.get(part);
    return code == null ? "" : " unless asked to with " + code;
  }

  /**
   * {@code feedback} without the parts that are {@linkplain #dropped dropped}.
   *
   * @throws UnrepresentableFeedbackException if no statement would remain
   */
  public Feedback kept(Feedback feedback) {
    List<Loss> dropped = dropped(feedback);
    if (dropped.isEmpty()) {
      return feedback;
    }
    Set<Part> lost = EnumSet.noneOf(Part.class);
    dropped.forEach(loss -> lost.add(loss.part()));
    if (feedback.parts().stream().noneMatch(part -> part.isStatement() && !lost.contains(part))) {
      throw new UnrepresentableFeedbackException(
          provider,
          "%s cannot keep this feedback: nothing would remain of it without %s; it keeps %s%s"
              .formatted(provider, lost, this, hints(lost)),
          dropped);
    }
    return feedback.without(lost);
  }

  private String hints(Set<Part> lost) {
    return lost.stream()
        .filter(optIns::containsKey)
        .map(part -> "; to keep " + part + ": " + optIns.get(part))
        .collect(Collectors.joining());
  }

  /**
   * Checks that every one of {@code parts} is kept in full ({@link Support#NATIVE} or {@link
   * Support#EMBEDDED}). Called at start-up, it fails there instead of on the first comment in
   * production.
   *
   * @return these capabilities
   * @throws IllegalStateException if one is not; the message names all of them
   */
  public Capabilities require(Part... parts) {
    List<String> missing = new ArrayList<>();
    for (Part part : parts) {
      Support support = of(part);
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
    return this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Capabilities that
        && provider.equals(that.provider)
        && asMap().equals(that.asMap());
  }

  @Override
  public int hashCode() {
    return Objects.hash(provider, asMap());
  }

  @Override
  public String toString() {
    return provider + supports;
  }
}
