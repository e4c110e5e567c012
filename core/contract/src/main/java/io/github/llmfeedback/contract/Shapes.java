package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.testing.RecordingFeedbackClient;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Every set of parts, and whether a client accepts a feedback that has exactly these: compared with
 * what it declares. A set is written as bits, one for each part.
 */
public final class Shapes {
  private static final List<Part> PARTS = List.of(Part.values());
  private static final int ALL = 1 << Part.values().length;
  private static final int RATINGS = bits(Part.THUMBS, Part.SCORE, Part.LABEL);

  private final ClientUnderTest under;

  private Shapes(ClientUnderTest under) {
    this.under = under;
  }

  /** Fails unless the shapes that a client takes are those that can be required together. */
  public static void areTakenAsRequiredTogether(ClientUnderTest under) {
    Shapes shapes = new Shapes(under);
    Capabilities capabilities = under.capabilities();
    boolean[] taken = shapes.taken();
    List<String> wrong = new ArrayList<>();
    for (int shape = 0; shape < ALL; shape++) {
      boolean declared = passes(capabilities::requireTogether, shape);
      if (declared != (isFeedback(shape) && taken[shape])) {
        wrong.add(parts(shape) + " can be required: " + declared);
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Fails unless what can be required is what a client takes in every combination. */
  public static void areTakenAsRequired(ClientUnderTest under) {
    Shapes shapes = new Shapes(under);
    Capabilities capabilities = under.capabilities();
    boolean[] taken = shapes.taken();
    List<String> wrong = new ArrayList<>();
    for (int set = 0; set < ALL; set++) {
      boolean declared = passes(capabilities::require, set);
      if (declared != isTakenInEveryCombination(set, taken)) {
        wrong.add(parts(set) + " can be required: " + declared);
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Adds a thumb to a set without a statement. */
  private static boolean isTakenInEveryCombination(int set, boolean[] taken) {
    if (parts(set).stream().noneMatch(Part::isStatement)) {
      return taken[set | bits(Part.THUMBS)];
    }
    for (int some = set; some > 0; some = (some - 1) & set) {
      if (isFeedback(some) && !taken[some]) {
        return false;
      }
    }
    return true;
  }

  /** Fails unless a recording client takes the same shapes, and gives as many ids for them. */
  public static void areRecordedAlike(ClientUnderTest under) {
    Shapes shapes = new Shapes(under);
    List<String> wrong = new ArrayList<>();
    try (FeedbackClient real = under.openAccepted();
        FeedbackClient recording = RecordingFeedbackClient.like(real, under.targetKey()).build()) {
      for (int shape = 0; shape < ALL; shape++) {
        if (isFeedback(shape) && shapes.isTaken(real, shape) != shapes.isTaken(recording, shape)) {
          wrong.add(parts(shape) + " is taken by one of them");
        }
      }
      for (Feedback feedback : shapes.oneOfEachStatement(real)) {
        assertThat(recording.submit(feedback).ids())
            .as("ids of %s", feedback.parts())
            .hasSameSizeAs(real.submit(feedback).ids());
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Each statement alone, or with a thumb, if accepted so; and all of them together. */
  private List<Feedback> oneOfEachStatement(FeedbackClient client) {
    List<Feedback> feedbacks = new ArrayList<>();
    int all = bits(Part.THUMBS);
    for (Part part : Part.values()) {
      int beside = (RATINGS & bits(part)) == 0 ? bits(Part.THUMBS, part) : bits(part);
      if (isFeedback(bits(part)) && isTaken(client, bits(part))) {
        feedbacks.add(feedback(bits(part)));
      }
      if (isTaken(client, beside)) {
        feedbacks.add(feedback(beside));
        all |= (beside & RATINGS) == bits(Part.THUMBS) ? beside : 0;
      }
    }
    feedbacks.add(feedback(all));
    return feedbacks;
  }

  /** Which shapes a client accepts; nothing is sent. */
  private boolean[] taken() {
    boolean[] taken = new boolean[ALL];
    try (FeedbackClient client = under.openAccepted()) {
      for (int shape = 0; shape < ALL; shape++) {
        taken[shape] = isFeedback(shape) && isTaken(client, shape);
      }
    }
    assertThat(under.server().count()).as("requests of a check").isZero();
    return taken;
  }

  private boolean isTaken(FeedbackClient client, int shape) {
    try {
      assertThat(client.check(feedback(shape))).isEmpty();
      return true;
    } catch (UnrepresentableFeedbackException refused) {
      return false;
    }
  }

  private Feedback feedback(int shape) {
    Feedback.Builder feedback = under.on(under.freshTargetId());
    for (Part part : parts(shape)) {
      Sentinel.of(part).get(0).in(feedback);
    }
    return feedback.build();
  }

  /** Whether a feedback can have exactly these parts. */
  private static boolean isFeedback(int shape) {
    return Integer.bitCount(shape & RATINGS) < 2
        && parts(shape).stream().anyMatch(Part::isStatement);
  }

  private static boolean passes(Consumer<Part[]> requirement, int set) {
    try {
      requirement.accept(parts(set).toArray(Part[]::new));
      return true;
    } catch (IllegalStateException notKept) {
      return false;
    } catch (IllegalArgumentException noFeedback) {
      assertThat(isFeedback(set)).as("%s is a feedback", parts(set)).isFalse();
      return false;
    }
  }

  private static Set<Part> parts(int bits) {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    for (Part part : Part.values()) {
      if ((bits & bits(part)) != 0) {
        parts.add(part);
      }
    }
    return parts;
  }

  private static int bits(Part... parts) {
    int bits = 0;
    for (Part part : parts) {
      bits |= 1 << PARTS.indexOf(part);
    }
    return bits;
  }
}
