package io.github.llmfeedback.engine;

import io.github.llmfeedback.ClientSettings;
import io.github.llmfeedback.Feedback;
import io.github.llmfeedback.client.TimedClient;
import io.github.llmfeedback.concurrent.Time;
import io.github.llmfeedback.contract.LoopbackServer;
import io.github.llmfeedback.contract.Seen;
import io.github.llmfeedback.engine.http.BaseUrl;
import io.github.llmfeedback.spi.ApiEndpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A client of the {@link Toy} provider. */
public final class ToyClient extends TimedClient {
  public static final String KEY = "t0y-k3y-4711";
  private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]*)\"");

  public ToyClient(String url, Toy toy, ClientSettings settings) {
    super(connection(url), settings, toy);
  }

  public ToyClient(LoopbackServer server, Toy toy) {
    this(server.url(), toy, settings().build());
  }

  public ToyClient(String url, Toy toy, ClientSettings settings, Time time) {
    super(time, connection(url), settings, toy);
  }

  public ToyClient(LoopbackServer server, Toy toy, Time time) {
    this(server.url(), toy, settings().build(), time);
  }

  private static ApiEndpoint connection(String url) {
    return BaseUrl.endpoint("toy", url, false).secretHeader("X-Key", "", "the key", KEY);
  }

  /** The defaults, but with very short waits, for tests in real time. */
  public static ClientSettings.Builder settings() {
    return ClientSettings.builder().backoff(Duration.ofMillis(300), Duration.ofSeconds(20));
  }

  public static ClientSettings.Builder impatient() {
    return ClientSettings.builder().backoff(Duration.ofMillis(1), Duration.ofMillis(1));
  }

  public static Feedback on(String target) {
    return Feedback.on(target).comment("word").build();
  }

  /** Feedback on targets {@code t0}, {@code t1} and so on. */
  public static List<Feedback> many(int count) {
    return IntStream.range(0, count).mapToObj(i -> on("t" + i)).toList();
  }

  /** The targets in a request, in order, each repeated for each of its words. */
  static List<String> targets(Seen seen) {
    List<String> targets = new ArrayList<>();
    Matcher matcher = ID.matcher(seen.body());
    while (matcher.find()) {
      targets.add(matcher.group(1));
    }
    return targets;
  }
}
