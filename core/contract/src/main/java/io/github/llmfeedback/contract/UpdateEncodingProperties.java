package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsUpdate;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** As {@link EncodingProperties}, for a client that can change what it submitted. */
public abstract class UpdateEncodingProperties extends EncodingProperties {
  /** For subclasses. */
  protected UpdateEncodingProperties() {}

  /** The path of an update of what the provider stored under this id of its own. */
  protected List<String> updatePath(String target, String stored) {
    return path(target);
  }

  /** An update names what it changes by the provider's own id, whatever that looks like. */
  @Property(edgeCases = EdgeCasesMode.NONE)
  public void anUpdateIsKeptOrRefusedAsItsFeedbackWouldBe(
      @ForAll("feedbacks") Feedback feedback, @ForAll("storedIds") String stored) {
    SupportsUpdate power = bench().reporting().extension(SupportsUpdate.class).orElseThrow();
    String target = filed(feedback.target().toString());
    Assume.that(!target.isEmpty());
    Receipt receipt = receipt(target, stored);
    boolean possible = bench().keepsSomeOf(feedback) && isPossible(feedback);
    List<String> path = updatePath(target, receipt.ids().get(0));
    try {
      Observed told = Observed.of(bench().server(), () -> power.update(receipt, feedback));
      isKeptOrRefused(feedback, told, possible, path);
    } catch (IllegalArgumentException refused) {
      assertThat(path).as(refused.toString()).containsAnyOf("", ".", "..");
      assertThat(bench().server().takeAll()).isEmpty();
    }
  }

  private Receipt receipt(String target, String stored) {
    Receipt.Builder receipt = Receipt.builder(bench().capabilities().provider(), target);
    try {
      return receipt.ids(List.of(stored)).build();
    } catch (IllegalArgumentException noText) {
      assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(stored)).isFalse();
      return receipt.ids(List.of("other")).build();
    }
  }

  /** Ids that a server may have returned. */
  @Provide
  protected Arbitrary<String> storedIds() {
    return Arbitraries.oneOf(Feedbacks.ids(), Arbitraries.just(""));
  }
}
