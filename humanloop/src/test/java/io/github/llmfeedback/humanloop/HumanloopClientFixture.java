package io.github.llmfeedback.humanloop;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.FeedbackException;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Reply;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.contract.WireExample;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;

/** A client of a server of the test's own, both closed after each test. */
abstract class HumanloopClientFixture {
  static final String KEY = "hl_sk_Zx81_secret";
  static final String DATAPOINT = "data_1";
  static final ClientSettings QUICK =
      ClientSettings.builder().backoff(Duration.ofMillis(1), Duration.ofMillis(1)).build();

  final LoopbackServer server = new LoopbackServer();
  HumanloopFeedbackClient client = client(QUICK);

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private HumanloopFeedbackClient client(ClientSettings settings) {
    return HumanloopFeedbackClient.builder(KEY).baseUrl(server.url()).settings(settings).build();
  }

  void reopen(ClientSettings settings) {
    client.close();
    client = client(settings);
  }

  static WireExample example(String name) {
    return WireExample.of("humanloop/" + name + ".json");
  }

  static FeedbackException failure(Runnable act) {
    return catchThrowableOfType(FeedbackException.class, act::run);
  }

  static List<String> datapoints(Seen seen) {
    return texts(seen, "data_id");
  }

  static List<String> types(Seen seen) {
    return texts(seen, "type");
  }

  private static List<String> texts(Seen seen, String field) {
    return Pattern.compile("\"" + field + "\":\"([^\"]+)\"")
        .matcher(seen.body())
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  /** Records as Humanloop gives them, in the shape of the request. */
  static Reply mirror(Seen seen) {
    List<String> datapoints = datapoints(seen);
    List<String> records =
        IntStream.range(0, datapoints.size())
            .mapToObj(i -> "{\"id\":\"ann_" + i + "\",\"data_id\":\"" + datapoints.get(i) + "\"}")
            .toList();
    return Reply.of(200, seen.body().startsWith("[") ? records.toString() : records.get(0));
  }
}
