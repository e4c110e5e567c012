package io.github.llmfeedback;

import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a client may lose of a feedback that its provider cannot keep in full. Immutable.
 *
 * <p>A refused loss stops the feedback before the network, with an {@link
 * UnrepresentableFeedbackException}; an accepted one is listed on the {@link Receipt}.
 */
public final class LossPolicy {
  /** Accepts no loss, not even rounding. */
  public static final LossPolicy EXACT =
      new LossPolicy("EXACT", EnumSet.noneOf(Loss.Kind.class), EnumSet.noneOf(Part.class));

  /** Accepts rounding by at most half a step, and no other loss. The default. */
  public static final LossPolicy ROUNDING =
      new LossPolicy("ROUNDING", EnumSet.of(Loss.Kind.ROUNDED), EnumSet.noneOf(Part.class));

  /** Accepts every loss; read them from {@link Receipt#losses()}. */
  public static final LossPolicy ANY =
      new LossPolicy("ANY", EnumSet.allOf(Loss.Kind.class), EnumSet.noneOf(Part.class));

  private final String name;
  private final Set<Loss.Kind> kinds;
  private final Set<Part> parts;

  private LossPolicy(String name, Set<Loss.Kind> kinds, Set<Part> parts) {
    this.name = name;
    this.kinds = kinds;
    this.parts = parts;
  }

  /** Like {@link #ROUNDING}, but {@code parts} may be lost to any degree. */
  public static LossPolicy tolerating(Part... parts) {
    Set<Part> tolerated = Part.each(parts);
    return new LossPolicy("tolerating" + tolerated, ROUNDING.kinds, tolerated);
  }

  /** Whether this policy accepts {@code loss}. */
  public boolean accepts(Loss loss) {
    Objects.requireNonNull(loss, "loss must not be null");
    return kinds.contains(loss.kind()) || parts.contains(loss.part());
  }

  /** Those of {@code losses} that this policy does not accept. */
  public List<Loss> refused(List<Loss> losses) {
    return losses.stream().filter(loss -> !accepts(loss)).toList();
  }

  /**
   * Checks that this policy accepts all of {@code losses}.
   *
   * @throws UnrepresentableFeedbackException if it does not; the message shows the line of code
   *     that would accept them
   */
  public void check(String provider, List<Loss> losses) {
    if (losses.isEmpty()) {
      return;
    }
    List<Loss> refused = refused(losses);
    if (refused.isEmpty()) {
      return;
    }
    String tolerable =
        refused.stream()
            .map(loss -> "Part." + loss.part())
            .distinct()
            .collect(Collectors.joining(", "));
    throw UnrepresentableFeedbackException.builder(
            provider,
            "%s would lose %s; nothing was sent. To accept it: ClientSettings.builder().lossPolicy(LossPolicy.tolerating(%s))"
                .formatted(provider, refused, tolerable))
        .losses(refused)
        .build();
  }

  @Override
  public String toString() {
    return name;
  }
}
