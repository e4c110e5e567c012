package io.github.llmfeedback.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.FeedbackClient;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.SupportsUpdate;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An update accounts for its parts as the feedback that it replaces did. */
interface UpdateContract extends ClientUnderTest {
  /** The two ways to change a feedback. */
  enum Change {
    UPDATE,
    UPDATE_ASYNC;

    Receipt make(FeedbackClient client, Receipt receipt, Feedback feedback) {
      SupportsUpdate power = client.extension(SupportsUpdate.class).orElseThrow();
      return switch (this) {
        case UPDATE -> power.update(receipt, feedback);
        case UPDATE_ASYNC -> Way.result(power.updateAsync(receipt, feedback));
      };
    }
  }

  @Tag("parts")
  @ParameterizedTest(name = "{0}")
  @EnumSource(Part.class)
  default void anUpdateKeepsOrRefusesEveryPartAsDeclared(Part part) {
    for (Change change : Change.values()) {
      accounting(change).keepsOrRefuses(part);
    }
  }

  @Tag("parts")
  @ParameterizedTest(name = "{0}")
  @EnumSource(Part.class)
  default void anUpdateKeepsOrReportsEveryPartWhenLossesAreAccepted(Part part) {
    for (Change change : Change.values()) {
      accounting(change).keepsOrReports(part);
    }
  }

  @Test
  default void anotherProvidersReceiptIsRefused() {
    assumeUpdates();
    Feedback feedback = plain(freshTargetId()).build();
    Receipt foreign = Receipt.builder("somebody-else", idOf(feedback)).build();
    isRefused(foreign, feedback, "somebody-else");
  }

  @Test
  default void anUpdateAboutAnotherTargetIsRefused() {
    assumeUpdates();
    Receipt receipt = receipt(freshTargetId());
    isRefused(receipt, plain(freshTargetId()).build(), receipt.target());
  }

  private void isRefused(Receipt receipt, Feedback feedback, String because) {
    try (FeedbackClient client = openAccepted()) {
      for (Change change : Change.values()) {
        assertThatThrownBy(() -> change.make(client, receipt, feedback))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(because);
      }
    }
    assertThat(server().takeAll()).isEmpty();
  }

  private PartAccounting accounting(Change change) {
    assumeUpdates();
    String id = freshTargetId();
    Receipt receipt = receipt(id);
    return new PartAccounting(
        this, id, (policy, feedback) -> submit(policy, c -> change.make(c, receipt, feedback)));
  }

  /** The receipt of a feedback that another client submitted, as after a restart. */
  private Receipt receipt(String id) {
    try (FeedbackClient client = openAccepted()) {
      Receipt receipt = client.submit(plain(id).build());
      assertThat(server().takeAll()).hasSize(1);
      return receipt;
    }
  }

  private Observed submit(LossPolicy policy, Function<FeedbackClient, Receipt> make) {
    try (FeedbackClient client = open(quick().lossPolicy(policy).build())) {
      Supplier<Receipt> update = () -> make.apply(client);
      return Observed.of(server(), update);
    }
  }

  private void assumeUpdates() {
    try (FeedbackClient client = open(quick().build())) {
      assumeTrue(
          client.extension(SupportsUpdate.class).isPresent(), "the provider changes nothing");
    }
  }
}
