package io.github.llmfeedback.contract;

import static io.github.llmfeedback.contract.ClientUnderTest.KEPT;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.InvalidFeedbackException;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Rating;
import io.github.llmfeedback.Support;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.lifecycle.Store;

/**
 * What all tries of a property share: a server that accepts everything, and clients of it.
 *
 * @param under the provider's side of the contract
 * @param reporting a client that accepts every loss
 * @param alike another such client, which shares no state with it
 * @param rejecting a client of the default policy
 * @param capabilities what the provider keeps
 * @param plainHeaders the headers of an ordinary request
 */
record PropertyFixture(
    ClientUnderTest under,
    FeedbackClient reporting,
    FeedbackClient alike,
    FeedbackClient rejecting,
    Capabilities capabilities,
    Map<String, List<String>> plainHeaders)
    implements Store.CloseOnReset {
  static PropertyFixture of(ClientUnderTest under) {
    FeedbackClient rejecting = under.openAccepted();
    var unused = rejecting.submit(under.plain(under.freshTargetId()).build());
    Map<String, List<String>> plain = headers(under.server().take());
    ClientSettings report = under.quick().lossPolicy(LossPolicy.ANY).build();
    FeedbackClient reporting = under.open(report);
    FeedbackClient alike = under.open(report);
    return new PropertyFixture(under, reporting, alike, rejecting, rejecting.capabilities(), plain);
  }

  LoopbackServer server() {
    return under.server();
  }

  /** The headers of a request, except Content-Length. */
  static Map<String, List<String>> headers(Seen seen) {
    Map<String, List<String>> headers = new TreeMap<>(seen.headers());
    headers.remove("Content-Length");
    headers.remove("content-length");
    return headers;
  }

  Support supports(Part part) {
    return capabilities.support(part);
  }

  boolean keeps(Part part) {
    return KEPT.contains(supports(part));
  }

  /** The feedback with what the provider keeps of it in full; all of it, if that is nothing. */
  Feedback fitting(Feedback feedback) {
    Set<Part> unkept = EnumSet.allOf(Part.class);
    unkept.removeIf(this::keeps);
    try {
      return feedback.without(unkept);
    } catch (InvalidFeedbackException nothingRemains) {
      return feedback;
    }
  }

  /** Whether nothing of the feedback has to be lost. */
  boolean keepsAllOf(Feedback feedback) {
    return feedback.parts().stream().allMatch(this::keeps) && keepsSomeOf(feedback);
  }

  /** Whether anything remains without the parts that the provider does not keep. */
  boolean keepsSomeOf(Feedback feedback) {
    boolean rated = feedback.rating().map(this::keepsSomeOf).orElse(false);
    boolean mute =
        feedback.parts().stream()
            .noneMatch(part -> part.isStatement() && supports(part) != Support.NONE);
    return !mute && !isLost(feedback) && (rated || !under.needsRating());
  }

  /** Whether the rating is neither good nor bad where there is nothing else. */
  private boolean isLost(Feedback feedback) {
    return feedback
        .rating()
        .filter(rating -> supports(rating.part()) == Support.APPROXIMATED)
        .map(rating -> !keepsSomeOf(rating))
        .orElse(false);
  }

  private boolean keepsSomeOf(Rating rating) {
    return switch (supports(rating.part())) {
      case NONE -> false;
      case APPROXIMATED -> rating instanceof Rating.Score score && half(score) != 0;
      case NATIVE, EMBEDDED -> true;
    };
  }

  /** Below 0 in the lower half of the scale, above 0 in the upper. */
  static int half(Rating.Score score) {
    BigDecimal value = BigDecimal.valueOf(score.value());
    BigDecimal fromBelow = value.subtract(BigDecimal.valueOf(score.min()));
    BigDecimal fromAbove = BigDecimal.valueOf(score.max()).subtract(value);
    return fromBelow.compareTo(fromAbove);
  }

  @Override
  public void close() {
    reporting.close();
    alike.close();
    rejecting.close();
    server().close();
  }
}
