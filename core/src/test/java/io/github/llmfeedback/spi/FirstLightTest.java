package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.llmfeedback.Capabilities;
import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.Outcome;
import io.github.llmfeedback.Part;
import io.github.llmfeedback.Support;
import io.github.llmfeedback.TargetKey;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FirstLightTest {
  static final class Toy implements Dialect<Map<String, String>> {
    @Override
    public Capabilities capabilities() {
      return Capabilities.of("toy").with(Support.NATIVE, Part.COMMENT);
    }

    @Override
    public TargetKey targetKey() {
      return TargetKey.of("toy", "thing");
    }

    @Override
    public List<Map<String, String>> encode(Feedback feedback, String target, Losses losses) {
      return List.of(Map.of("id", target, "words", feedback.comment().orElseThrow()));
    }

    @Override
    public Batching batching() {
      return new Batching(10, 100000, false, false);
    }

    @Override
    public WireRequest request(List<List<Map<String, String>>> feedbacks) {
      return WireRequest.of("POST", feedbacks, "things");
    }
  }

  static final class ToyClient extends HttpFeedbackClient {
    ToyClient(String url) {
      super(
          Connection.to("toy", url, false).secretHeader("X-Key", "", "the key", "s3cret"),
          ClientSettings.defaults(),
          new Toy());
    }
  }

  @Test
  void feedbackGoesOverTheWireAlone() {
    try (LoopbackServer server = new LoopbackServer();
        ToyClient client = new ToyClient(server.url())) {
      server.enqueue(200, "{}");
      assertThat(client.submit(Feedback.on("a").comment("hi").build()).target()).isEqualTo("a");
      assertThat(server.take().body()).contains("hi");
    }
  }

  @Test
  void feedbackGoesOverTheWireInChunks() {
    try (LoopbackServer server = new LoopbackServer();
        ToyClient client = new ToyClient(server.url())) {
      server.answerAll(seen -> Reply.of(200, "{}"));
      List<Outcome> outcomes =
          client.submitAll(
              IntStream.range(0, 25)
                  .mapToObj(i -> Feedback.on("a" + i).comment("hi").build())
                  .toList());
      assertThat(outcomes).hasSize(25).allMatch(Outcome::isAccepted);
      assertThat(server.count()).isEqualTo(3);
    }
  }
}
