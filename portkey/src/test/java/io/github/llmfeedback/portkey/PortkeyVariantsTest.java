package io.github.llmfeedback.portkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.LossPolicy;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Receipt;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.UnrepresentableFeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Seen;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortkeyVariantsTest {
  private static final String YES = "{\"status\":\"success\",\"feedback_ids\":[\"f1\"]}";

  private final LoopbackServer server = new LoopbackServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private Seen sent(UnaryOperator<PortkeyFeedbackClient.Builder> options, Feedback feedback) {
    server.enqueue(200, YES);
    try (PortkeyFeedbackClient client = client(options)) {
      Receipt receipt = client.submit(feedback);
      assertThat(receipt.ids()).containsExactly("f1");
      return server.take();
    }
  }

  private PortkeyFeedbackClient client(UnaryOperator<PortkeyFeedbackClient.Builder> options) {
    return options.apply(PortkeyFeedbackClient.builder("pk-1").baseUrl(server.url())).build();
  }

  @Test
  void theBearerFormReplacesTheKeyHeader() {
    Seen seen = sent(b -> b.bearer(), Feedback.on("t").thumbsUp().build());

    assertThat(seen.header("Authorization")).isEqualTo("Bearer pk-1");
    assertThat(seen.header("x-portkey-api-key")).isEmpty();
  }

  @Test
  void prismaAirsHasItsOwnAddress() {
    try (PortkeyFeedbackClient client =
        PortkeyFeedbackClient.builder("pk-1").prismaAirs().build()) {
      assertThat(client).hasToString("PortkeyFeedbackClient (portkey at aigw.portkey.ai)");
    }
  }

  @Test
  void theContractOf2023HasTheCommentAtTheTop() {
    Seen seen = sent(b -> b.topLevelText(), Feedback.on("t").thumbsUp().comment("Spot on").build());

    assertThat(seen.body()).isEqualTo("{\"trace_id\":\"t\",\"value\":1,\"text\":\"Spot on\"}");
  }

  @Test
  void wordsAloneBecomeARecordOnlyWithAStatedNeutralValue() {
    Feedback words = Feedback.on("t").comment("Hm").build();

    assertThat(sent(b -> b.neutralValue(0), words).body())
        .isEqualTo("{\"trace_id\":\"t\",\"value\":0,\"metadata\":{\"text\":\"Hm\"}}");
    try (PortkeyFeedbackClient client = client(b -> b)) {
      assertThatThrownBy(() -> client.submit(words))
          .isInstanceOf(UnrepresentableFeedbackException.class)
          .hasMessageContaining("neutralValue(0)");
    }
    assertThat(server.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {-10, -3, 10})
  void theNeutralValueIsTheOneStated(int value) {
    Feedback words = Feedback.on("t").comment("Hm").build();
    Feedback label = Feedback.on("t").label("helpful").build();

    assertThat(sent(b -> b.neutralValue(value), words).body()).contains("\"value\":" + value);
    assertThat(sent(b -> b.embed(Part.LABEL, "label").neutralValue(value), label).body())
        .contains("\"value\":" + value);
  }

  @Test
  void embeddedPartsGoUnderTheirKeys() {
    Seen seen =
        sent(
            b ->
                b.embed(Part.CORRECTION, "correction")
                    .embed(Part.ISSUE, "issues")
                    .embed(Part.ACTION, "actions")
                    .embed(Part.OCCURRED_AT, "at"),
            Feedback.on("t")
                .thumbsDown()
                .correction("Paris")
                .issue("wrong")
                .issue("long")
                .action("copied")
                .occurredAt(Instant.parse("2026-11-21T10:00:00Z"))
                .build());

    assertThat(seen.body())
        .contains("\"correction\":\"Paris\"")
        .contains("\"issues\":[\"wrong\",\"long\"]")
        .contains("\"actions\":[\"copied\"]")
        .contains("\"at\":\"2026-11-21T10:00:00Z\"");
  }

  @Test
  void anEmbeddedLabelIsARatingOnlyBesideANeutralValue() {
    Feedback label = Feedback.on("t").label("helpful").build();

    assertThat(sent(b -> b.embed(Part.LABEL, "label").neutralValue(0), label).body())
        .isEqualTo("{\"trace_id\":\"t\",\"value\":0,\"metadata\":{\"label\":\"helpful\"}}");
    try (PortkeyFeedbackClient client = client(b -> b.embed(Part.LABEL, "label"))) {
      assertThatThrownBy(() -> client.submit(label))
          .isInstanceOf(UnrepresentableFeedbackException.class)
          .hasMessageContaining("it keeps LABEL only beside a rating; add one");
    }
  }

  @Test
  void withoutANeutralValueEverythingElseNeedsARating() {
    try (PortkeyFeedbackClient client = client(b -> b.embed(Part.ACTION, "action"));
        PortkeyFeedbackClient neutral = client(b -> b.neutralValue(0))) {
      assertThatThrownBy(() -> client.capabilities().require(Part.THUMBS, Part.COMMENT))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("portkey keeps COMMENT only beside a rating")
          .hasMessageContaining("neutralValue(0)")
          .hasMessageContaining("requireTogether(Part.THUMBS, Part.COMMENT)");
      client.capabilities().requireTogether(Part.THUMBS, Part.COMMENT, Part.ACTION);
      neutral.capabilities().require(Part.THUMBS, Part.COMMENT, Part.AUTHOR, Part.METADATA);
    }
  }

  @Test
  void noLossPolicyMakesARecordOfWordsAlone() {
    ClientSettings report = ClientSettings.builder().lossPolicy(LossPolicy.ANY).build();
    try (PortkeyFeedbackClient client = client(b -> b.settings(report))) {
      assertThatThrownBy(() -> client.submit(Feedback.on("t").comment("Hm").author("u").build()))
          .isInstanceOf(UnrepresentableFeedbackException.class)
          .hasMessageContaining("it keeps COMMENT, AUTHOR only beside a rating");
    }
    assertThat(server.count()).isZero();
  }

  @Test
  void whatIsEmbeddedIsACapability() {
    try (PortkeyFeedbackClient client = client(b -> b.embed(Part.ACTION, "action"))) {
      assertThat(client.capabilities().support(Part.ACTION)).isEqualTo(Support.EMBEDDED);
      assertThat(client.capabilities().support(Part.ISSUE)).isEqualTo(Support.NONE);
    }
  }

  @Test
  void aClashWithTheCallersOwnKeyIsRefusedBeforeTheNetwork() {
    try (PortkeyFeedbackClient client = client(b -> b.embed(Part.ACTION, "action"))) {
      Feedback both =
          Feedback.on("t").thumbsUp().action("copied").metadata("action", "mine").build();

      assertThatThrownBy(() -> client.submit(both)).hasMessageContaining("metadata.action");
      assertThat(server.count()).isZero();
    }
  }

  @Test
  void onlyPartsWithoutAFieldCanBeEmbeddedAndEachUnderItsOwnKey() {
    PortkeyFeedbackClient.Builder builder = PortkeyFeedbackClient.builder("pk-1");

    assertThatThrownBy(() -> builder.embed(Part.WEIGHT, "weight")).hasMessageContaining("WEIGHT");
    assertThatThrownBy(() -> builder.embed(Part.ISSUE, "text")).hasMessageContaining("ISSUE");
    assertThatThrownBy(() -> builder.embed(Part.ISSUE, "x").embed(Part.ACTION, "x"))
        .hasMessageContaining("'x'");
    assertThatThrownBy(() -> builder.embed(Part.ISSUE, "\ud83d"))
        .hasMessageStartingWith("the metadata key of ISSUE must be well-formed text");
    assertThatThrownBy(() -> builder.neutralValue(11)).hasMessageContaining("-10 to 10");
    assertThatThrownBy(() -> builder.neutralValue(-11)).hasMessageContaining("-10 to 10");
  }

  @Test
  void furtherHeadersGoWithEveryRequestAndAreNeverShown() {
    Seen seen = sent(b -> b.header("cf-access", "s3cret"), Feedback.on("t").thumbsUp().build());
    assertThat(seen.header("cf-access")).isEqualTo("s3cret");

    assertThatThrownBy(() -> client(b -> b.header("cf-access", "s3cret\n")))
        .hasMessageContaining("cf-access")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void anUpdateFromAnotherProcessSendsTheWeightAgain() {
    server.enqueue(200, YES).enqueue(200, "{\"status\":\"success\"}");
    try (PortkeyFeedbackClient client = client(b -> b)) {
      String kept = client.submit(Feedback.on("t").thumbsUp().weight(0.25).build()).toText();

      Receipt updated =
          client.update(Receipt.parse(kept), Feedback.on("t").thumbsDown().comment("No").build());

      assertThat(updated.ids()).containsExactly("f1");
      Seen create = server.take();
      Seen put = server.take();
      assertThat(create.method()).isEqualTo("POST");
      assertThat(put.method() + " " + put.path()).isEqualTo("PUT /v1/feedback/f1");
      assertThat(put.body())
          .isEqualTo("{\"value\":-1,\"weight\":0.25,\"metadata\":{\"text\":\"No\"}}");
    }
  }
}
